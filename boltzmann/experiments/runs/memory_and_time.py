"""The memory and time that a run takes: memory by measuring small batches, time by a short trial."""

from __future__ import annotations

import math
import time
import tracemalloc
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann.experiments.describe import Block, Experiment
from boltzmann.experiments.engine import Engine, agent_bytes, held_bytes, keep_freed_memory, log_row_bytes, tracing
from boltzmann.experiments.interfaces import Make
from boltzmann.experiments.metrics import RECORDED
from boltzmann.experiments.runs.guard import CellError, guarded, run_or_refuse
from boltzmann.experiments.runs.machine import MEGABYTE, require_available, total_memory
from boltzmann.experiments.runs.pool import Workers, compute_each
from boltzmann.experiments.runs.worker import Job, Outcome, in_worker, make_environment, play, warnings_of_worker

_FEW, _MORE = 2, 10
"""Replicates of the two batches whose memory is measured."""
_MEASURED_STEPS = 3
_TRIAL_SECONDS = 0.2
_TRIAL_GROWTH = 4
_FLOAT_BYTES = 8
LARGEST_TRIAL = 2**27
"""Bytes that a trial takes at most: fewer replicates are tried where a block is larger."""
_PROCESS_BYTES = 200 * MEGABYTE
"""Memory of a process before it holds arrays of any size: its peak was 59 MB in lockstep and 174 MB with the compiled
loops (Python 3.11, Linux), rounded up."""


@dataclass(frozen=True)
class Estimate:
    """The memory and time of one cell.

    Attributes
    ----------
    task, agent : int
        Index of the task, and of the agent in it.
    blocks : int
        Number of blocks of the cell.
    memory : int
        Bytes that the largest block takes at its peak, besides its process.
    seconds : float
        Seconds that one process needs for all blocks of the cell; NaN where one replicate is too large to be tried.
    """

    task: int
    agent: int
    blocks: int
    memory: int
    seconds: float


def estimate(experiment: Experiment, make: Make, engine: Engine = "auto") -> list[Estimate]:
    """Estimate memory and time of each cell; nothing is stored.

    The first steps of one block are timed, and scaled to all steps of all replicates. A cell takes about half a second.

    Parameters
    ----------
    experiment, make, engine
        As for :func:`boltzmann.experiments.run`.

    Raises
    ------
    RefusedError
        For a cell that fails in these steps; the cause is the original error.

    Examples
    --------
    >>> from boltzmann.lab import envs
    >>> from boltzmann.lab.agents import QLearning
    >>> from boltzmann import Greedy
    >>> from boltzmann.experiments import Task
    >>> task = Task("FrozenLake-v1", [QLearning(Greedy())], 1000)
    >>> (cell,) = estimate(Experiment([task], replicates=200, seed=0), envs.make)
    >>> cell.blocks, 10**5 < cell.memory < 10**8, 0 < cell.seconds < 600
    (2, True, True)
    """
    return [_estimate_cell(experiment, task, agent, make, engine) for task, agent in experiment.plan.cells()]


def _estimate_cell(experiment: Experiment, task: int, agent: int, make: Make, engine: Engine) -> Estimate:
    def measure() -> tuple[int, float]:
        need = _measure_need(experiment, task, agent, make)
        replicates = min(experiment.plan.largest_block, int(LARGEST_TRIAL // need.each))
        seconds = _seconds(experiment, task, agent, make, engine, replicates) if replicates else math.nan
        return need.of(experiment, task, agent, engine), seconds

    described = experiment.tasks[task]
    cell = f"{checks.shown(described.agents[agent])} fails on {checks.cut(described.environment)} in its first steps"
    memory, seconds = run_or_refuse(cell, measure)
    return Estimate(task, agent, experiment.plan.blocks_per_cell, memory, seconds)


def block_memory(experiment: Experiment, task: int, agent: int, make: Make, engine: Engine = "auto") -> int:
    """Measure the peak memory of two small batches in their first steps, and extrapolate linearly to a whole block.

    The bytes include the recorded windows, but not what an agent allocates only after the first steps.
    """
    return _measure_need(experiment, task, agent, make).of(experiment, task, agent, engine)


@dataclass(frozen=True)
class _Need:
    """The bytes of a block: at its start, for each replicate, and the spaces of its environment."""

    start: float
    each: float
    spaces: tuple[Any, Any]

    def of(self, experiment: Experiment, task: int, agent: int, engine: Engine) -> int:
        """Return the bytes of the largest block."""
        replicates = experiment.plan.largest_block
        batch = int(self.start + self.each * replicates)
        return batch + (0 if engine == "lockstep" else _loop_bytes(experiment, task, agent, replicates, self.spaces))


def _measure_need(experiment: Experiment, task: int, agent: int, make: Make) -> _Need:
    plan = experiment.plan
    (few, spaces), (more, _) = (
        _peak(experiment, Block(task, agent, 0, replicates), make) for replicates in (_FEW, _MORE)
    )
    windows = len(RECORDED) * plan.windows(task) * _FLOAT_BYTES
    # Writing replicates needs the windows twice more, for the archive and its copy; means need one metric's deviations.
    copies = 3 if plan.record != "blocks" else 1 + 2 / len(RECORDED)
    rows = plan.tasks[task].steps * log_row_bytes(*spaces) if plan.record == "log" else 0
    return _Need(few, max(0.0, (more - few) / (_MORE - _FEW)) + copies * (windows + rows), spaces)


def _loop_bytes(experiment: Experiment, task: int, agent: int, replicates: int, spaces: tuple[Any, Any]) -> int:
    """Return the bytes that compiled loops hold besides the agent and the environment; 0 where they cannot run."""
    sizes = [int(space.n) for space in spaces if isinstance(getattr(space, "n", None), int | np.integer)]
    if len(sizes) < len(spaces):
        return 0
    learner = experiment.tasks[task].agents[agent]
    step_size = getattr(learner, "step_size", None)
    # A scheduled step size is read for every possible visit count.
    scheduled = _FLOAT_BYTES * experiment.tasks[task].steps if callable(step_size) else 0
    return held_bytes(replicates, *sizes, traced=hasattr(learner, "trace_decay")) + scheduled


def _peak(experiment: Experiment, block: Block, make: Make) -> tuple[int, tuple[Any, Any]]:
    """Return the bytes that a few lockstep steps of a block take, and the spaces of its environment."""
    task = experiment.tasks[block.task]
    ends = np.array([min(_MEASURED_STEPS, task.steps)])
    # The tracer would count the pages of this large array, which are never touched: free it before.
    keep_freed_memory()
    with tracing():
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        with closing(make_environment(task, block.replicates, make)) as env:
            spaces = (env.single_observation_space, env.single_action_space)
            of_agent = block.replicates * agent_bytes(task.agents[block.agent], *spaces)
            if of_agent > LARGEST_TRIAL:
                env.reset(seed=experiment.plan.environment_seeds(block))
            else:
                of_agent = 0
                # Compiling under the tracer is slow, so `_loop_bytes` adds what the loops hold.
                play(task, env, ends, experiment.plan, block, "lockstep")
        _, peak = tracemalloc.get_traced_memory()
    return max(0, peak - before) + of_agent, spaces


def _seconds(experiment: Experiment, index: int, agent: int, make: Make, engine: Engine, replicates: int) -> float:
    """Time longer and longer trials of one block until one is long enough, and scale the increase to all steps."""
    task, plan = experiment.tasks[index], experiment.plan
    block = Block(index, agent, 0, replicates)

    def timed(steps: int) -> float:
        with closing(make_environment(task, block.replicates, make)) as env:
            start = time.perf_counter()
            play(task, env, np.array([steps]), plan, block, engine)
            return time.perf_counter() - start

    # The very first step loads libraries or compiles. The second trial measures what every block spends once.
    timed(1)
    once, steps = timed(1), 1
    seconds = once
    while seconds < once + _TRIAL_SECONDS and steps < task.steps:
        steps = min(_TRIAL_GROWTH * steps, task.steps)
        seconds = timed(steps)
        if seconds >= once + _TRIAL_SECONDS:
            # The first trial of several steps loads or compiles more, once in a process: it does not grow with steps.
            seconds = min(seconds, timed(steps))
    per_step = max(0.0, seconds - once) / max(1, steps - 1)
    return (once + per_step * (task.steps - 1)) * plan.replicates / block.replicates


def worker_memory(block_bytes: list[int]) -> int:
    """Return the bytes that one worker takes at most, its process included, where its blocks take so many."""
    return _PROCESS_BYTES + max(block_bytes)


def measure_worker_memory(job: Job, workers: Workers) -> int:
    """Measure the bytes that one worker takes at most, its process included; two small batches of each cell run.

    A cell that raises or ends its worker meanwhile takes none: the run finds it again, and reports it.
    """
    blocks = [Block(task, agent, 0, 1) for task, agent in job.experiment.plan.cells()]
    return worker_memory([outcome.memory for outcome in compute_each(partial(_measure, job), blocks, workers)])


def _measure(job: Job, block: Block) -> Outcome:
    def measure() -> int:
        if not job.in_main_process:
            # What is imported at the first step is part of the process, not of the block.
            with closing(make_environment(job.experiment.tasks[block.task], 1, job.make)) as env:
                play(job.experiment.tasks[block.task], env, np.array([1]), job.experiment.plan, block, "lockstep")
        return block_memory(job.experiment, block.task, block.agent, job.make)

    with in_worker(job), warnings_of_worker(job):
        try:
            return Outcome(block, memory=guarded(measure))
        except CellError as error:
            return Outcome(block, error.reason)


def processes_text(count: int) -> str:
    """Return a number of processes in words."""
    return "1 process" if count == 1 else f"{count} processes"


def memory_text(each: int, processes: int) -> str:
    """Return how much memory processes of ``each`` bytes take, in words; refuse more than this machine has."""
    text = f"up to {each / MEGABYTE:.0f} MB of memory in each of {processes_text(processes)}"
    remedy = "of this machine: take a smaller block, or fewer jobs"
    require_available(f"{text} is", each * processes, total_memory(), remedy)
    return text
