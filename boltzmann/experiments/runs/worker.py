"""The work of one worker: compute a block, store it, and report the outcome."""

from __future__ import annotations

import copy
import gc
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Block, Experiment, Plan, Specs, Task, read_environment, register_specs
from boltzmann.experiments.engine import Engine, Record, Recorder, load_loops, rollout
from boltzmann.experiments.interfaces import Make
from boltzmann.experiments.runs.guard import CellError, guarded
from boltzmann.experiments.runs.watchdog import end_with, time_limit
from boltzmann.experiments.store import Store

FAILED_ELSEWHERE = "failed in another block"
"""The failure of a block that is skipped."""


@dataclass(frozen=True)
class Job:
    """Shared by all blocks of a run.

    Attributes
    ----------
    experiment, store, make, engine
        As for ``run``.
    main_process : int
        The number of the process that called ``run``.
    time_limit : float or None
        The seconds that a worker may spend on a block.
    specs : tuple of gymnasium specs
        Those of the tasks' environments, some of which only the main process may know.
    """

    experiment: Experiment
    store: Store
    make: Make
    engine: Engine
    main_process: int
    time_limit: float | None = None
    specs: Specs = ()

    @property
    def in_main_process(self) -> bool:
        """Return whether this process called ``run``."""
        return os.getpid() == self.main_process


@dataclass(frozen=True)
class Outcome:
    """The outcome of one block.

    Attributes
    ----------
    block : Block
        The block.
    failure : str
        Why its cell has failed, in a line; empty where the block is stored.
    unwritten : OSError or None
        Why the block could not be written.
    lost : str
        The backend's message where the block's worker died.
    memory : int
        The bytes that were measured, where memory is what was asked for.
    """

    block: Block
    failure: str = ""
    unwritten: OSError | None = None
    lost: str = ""
    memory: int = 0


def compute_block(job: Job, block: Block) -> Outcome:
    """Compute and store a block; blocks of a cell that has failed already are skipped.

    An error of the agent or the environment is written to the cell's error file, and the other cells go on.
    """
    try:
        if job.store.failure_file(block).exists():
            return Outcome(block, FAILED_ELSEWHERE)
        with job.store.marked(block) as on_step, in_worker(job, job.store.timeout_file(block)):
            try:
                record = guarded(lambda: _compute(job, block, on_step))
            except CellError as error:
                job.store.write_failure(block, failure_text(job, block, error.text))
                return Outcome(block, error.reason)
            job.store.write(job.experiment.plan, block, record.arrays, getattr(record, "log", None))
        if not job.in_main_process:
            _exempt_loaded_objects()
    except OSError as error:
        # Clusters raise OSError for their own troubles, which are handled differently, so this one is an outcome.
        return Outcome(block, unwritten=error)
    return Outcome(block)


@contextmanager
def in_worker(job: Job, timeout_file: Path | None = None) -> Iterator[None]:
    """Prepare a worker for the work inside, and limit its time; in the main process nothing happens.

    A worker ends with its run, and knows the environments that only the main process has registered.
    """
    if job.in_main_process:
        yield
        return
    end_with(job.main_process)
    register_specs(job.specs)
    if job.time_limit is not None and job.engine != "lockstep":
        # What a process loads once does not count.
        load_loops()
    with time_limit(job.time_limit, timeout_file):
        yield


@cache
def _exempt_loaded_objects() -> None:
    """Exempt everything that a worker has loaded from garbage collection; once a process.

    Without psutil, loky collects once a second between blocks. numba's objects never become garbage, and visiting them
    takes 65 milliseconds each time.
    """
    gc.collect()
    gc.freeze()


def failure_text(job: Job, block: Block, text: str) -> str:
    """Return the content of an error file: the cell, the block, and why it failed."""
    task = job.experiment.plan.tasks[block.task]
    return f"{task.agents[block.agent]} on {task.environment}, {block.name}\n\n{text}"


def _compute(job: Job, block: Block, on_step: Callable[[int], None]) -> Recorder:
    task, plan = job.experiment.tasks[block.task], job.experiment.plan
    with warnings_of_worker(job):
        env = make_environment(task, block.replicates, job.make)
    with closing(env):
        return play(task, env, plan.recorded_steps(block.task), plan, block, job.engine, on_step)


def warnings_of_worker(job: Job) -> AbstractContextManager[Any]:
    """Suppress warnings in workers, since the main process has already shown them at the rehearsal."""
    return nullcontext() if job.in_main_process else warnings.catch_warnings(action="ignore", category=UserWarning)


def make_environment(task: Task, replicates: int, make: Make) -> Any:
    """Make a task's environment in its batched form."""
    name, arguments = read_environment(task.environment)
    return make(name, replicates, discount=task.discount, **arguments)


def play(
    task: Task,
    env: Any,
    ends: NDArray[np.int64],
    plan: Plan,
    block: Block,
    engine: Engine,
    on_step: Callable[[int], None] | None = None,
) -> Recorder:
    """Play a block with a copy of its agent, so that the description stays unchanged."""
    agent = copy.deepcopy(task.agents[block.agent])
    seeds, rng = plan.environment_seeds(block), plan.agent_rng(block)
    record: Record = "log" if plan.record == "log" else "windows"
    return rollout(env, agent, ends, seeds, rng, engine=engine, record=record, on_step=on_step)
