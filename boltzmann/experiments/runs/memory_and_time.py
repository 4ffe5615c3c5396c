"""What a run will take before it begins: memory by measuring small batches, time by a short trial."""

from __future__ import annotations

import math
import os
import time
import tracemalloc
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from boltzmann.experiments.describe import Block, Experiment, Task
from boltzmann.experiments.engine import Engine, held_bytes, keep_freed_memory
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.interfaces import Make
from boltzmann.experiments.metrics import RECORDED
from boltzmann.experiments.runs.worker import make_environment, play

_MEGABYTE = 2**20

_FEW = (2, 10)
"""Replicates of the two batches that are measured."""
_STEPS = 3
_TRIAL_SECONDS = 0.2
_WORKER_BYTES = 200 * 2**20
"""What a process of this project takes before it holds arrays of any size: its peak was 59 MB in lockstep and 174 MB
with the compiled loops (Python 3.11, Linux), rounded up."""


@dataclass(frozen=True)
class Estimate:
    """What one cell will take.

    Attributes
    ----------
    task, agent : int
        Their places in the experiment.
    blocks : int
        How many there are.
    memory : int
        Bytes that the largest block takes at its peak, beside its process.
    seconds : float
        Of one process, for all blocks of the cell.
    """

    task: int
    agent: int
    blocks: int
    memory: int
    seconds: float


def estimate(experiment: Experiment, make: Make, engine: Engine = "auto") -> list[Estimate]:
    """Estimate memory and time of each cell; nothing is stored.

    Time is that of one block's first steps, scaled to all steps of all replicates; a cell takes about half a second.

    Parameters
    ----------
    experiment, make, engine
        As for :func:`boltzmann.experiments.run`.

    Examples
    --------
    >>> import envs
    >>> from agents import QLearning
    >>> from boltzmann import Greedy
    >>> task = Task("FrozenLake-v1", [QLearning(Greedy())], 1000)
    >>> (cell,) = estimate(Experiment([task], replicates=200, seed=0), envs.make)
    >>> cell.blocks, 10**5 < cell.memory < 10**8, 0 < cell.seconds < 600
    (2, True, True)
    """
    number = math.ceil(experiment.replicates / experiment.block)
    return [
        Estimate(
            place,
            agent,
            number,
            block_memory(experiment, place, agent, make, engine),
            _seconds(experiment, place, agent, make, engine),
        )
        for place, task in enumerate(experiment.tasks)
        for agent in range(len(task.agents))
    ]


def block_memory(experiment: Experiment, task: int, agent: int, make: Make, engine: Engine = "auto") -> int:
    """Measure the peak of two small batches in their first steps, and draw the line through them to a whole block.

    Returns
    -------
    int
        Bytes, recorded windows included. What an agent comes to hold only later is not in it.
    """
    one, largest = experiment.tasks[task], min(experiment.block, experiment.replicates)
    (few, spaces), (more, _) = (_peak(experiment, one, Block(task, agent, 0, some), make) for some in _FEW)
    by_replicate = max(0.0, (more - few) / (_FEW[1] - _FEW[0]))
    recorded = len(RECORDED) * len(experiment.plan.recorded_steps(task)) * 8
    # Written, the windows stand in memory twice more: the archive and its copy. Of means, one metric's deviations do.
    copies = 3 if experiment.record == "replicates" else 1 + 2 / len(RECORDED)
    loops, sizes = 0, [int(space.n) for space in spaces if isinstance(getattr(space, "n", None), int | np.integer)]
    if engine != "lockstep" and len(sizes) == len(spaces):
        loops = held_bytes(largest, *sizes)
        if callable(getattr(one.agents[agent], "step_size", None)):
            # Those of all visit counts that there may be.
            loops += 8 * one.steps
    return int(few + (by_replicate + copies * recorded) * largest) + loops


def _peak(experiment: Experiment, task: Task, block: Block, make: Make) -> tuple[int, tuple[Any, Any]]:
    """Give the bytes that a few steps of a block take in lockstep, and the spaces of its environment."""
    steps = np.array([min(_STEPS, task.steps)])
    # Before the tracer, which would count what is never touched.
    keep_freed_memory()
    running = tracemalloc.is_tracing()
    if not running:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        with closing(make_environment(task, block.replicates, make)) as env:
            # Compiled loops would be compiled under the tracer, which is slow: what they hold besides is added up.
            play(task, env, steps, experiment.plan, block, "lockstep")
            spaces = (env.single_observation_space, env.single_action_space)
        return max(0, tracemalloc.get_traced_memory()[1] - before), spaces
    finally:
        if not running:
            tracemalloc.stop()


def _seconds(experiment: Experiment, place: int, agent: int, make: Make, engine: Engine) -> float:
    """Time longer and longer stretches of one block until one takes a moment, and scale what it took more."""
    task, plan = experiment.tasks[place], experiment.plan
    block = Block(place, agent, 0, min(experiment.block, experiment.replicates))

    def timed(steps: int) -> float:
        with closing(make_environment(task, block.replicates, make)) as env:
            began = time.perf_counter()
            play(task, env, np.array([steps]), plan, block, engine)
            return time.perf_counter() - began

    # The first step loads or compiles what later ones find, and making an agent's arrays is done once a block.
    timed(1)
    once, steps = timed(1), 1
    spent = once
    while spent < once + _TRIAL_SECONDS and steps < task.steps:
        steps = min(4 * steps, task.steps)
        spent = timed(steps)
    rate = max(0.0, spent - once) / max(1, steps - 1)
    return (once + rate * (task.steps - 1)) * experiment.replicates / block.replicates


def worker_memory(experiment: Experiment, make: Make) -> int:
    """Bytes that one worker takes at most, its process included."""
    cells = [(place, agent) for place, task in enumerate(experiment.tasks) for agent in range(len(task.agents))]
    return _WORKER_BYTES + max(block_memory(experiment, place, agent, make) for place, agent in cells)


def processes(experiment: Experiment, jobs: int) -> int:
    """How many processes will compute: no more than there are blocks."""
    return min(os.cpu_count() or 1 if jobs == -1 else jobs, len(experiment.plan.blocks()))


def processes_text(count: int) -> str:
    """So many processes, in words."""
    return "1 process" if count == 1 else f"{count} processes"


def memory_text(experiment: Experiment, make: Make, count: int) -> str:
    """Say how much memory so many processes take at most, and refuse more than this machine has.

    Raises
    ------
    RefusedError
        Where they would take more; the message says what to do.
    """
    each, there = worker_memory(experiment, make), total_memory()
    told = f"up to {each / _MEGABYTE:.0f} MB of memory in each of {processes_text(count)}"
    if there is not None and each * count > there:
        raise RefusedError(
            f"{told} is more than the {there / _MEGABYTE:.0f} MB of this machine: take a smaller block, or fewer jobs"
        )
    return told


def total_memory() -> int | None:
    """Bytes of this machine's memory, or of the control group's where that is less; None where neither is told."""
    found = []
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    try:
        with open("/sys/fs/cgroup/memory.max") as file:
            limit = file.read().strip()
    except OSError:
        limit = "max"
    if limit.isdigit():
        found.append(int(limit))
    return min(found, default=None)
