"""The work of one worker: compute a block, store it, and report the outcome."""

from __future__ import annotations

import copy
import gc
import os
import traceback
import warnings
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Block, Experiment, Plan, Task, read_environment
from boltzmann.experiments.engine import Engine, Recorder, rollout
from boltzmann.experiments.interfaces import Make
from boltzmann.experiments.store import Arrays, Store


@dataclass(frozen=True)
class Job:
    """Shared by all blocks of a run, with the number of the process that called ``run``."""

    experiment: Experiment
    store: Store
    make: Make
    engine: Engine
    main_process: int

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
    """

    block: Block
    failure: str = ""
    unwritten: OSError | None = None
    lost: str = ""


def compute_block(job: Job, block: Block) -> Outcome:
    """Compute and store a block; blocks of a cell that has failed already are skipped.

    An error of the agent or the environment is written to the cell's error file, and the other cells go on.
    """
    try:
        if job.store.failure_file(block).exists():
            return Outcome(block, "failed in another block")
        with job.store.marked(block) as on_step:
            try:
                arrays = _compute(job, block, on_step)
            except Exception as error:
                job.store.write_failure(block, _failure_text(job, block))
                return Outcome(block, f"{type(error).__name__}: {error}")
            job.store.write(job.experiment.plan, block, arrays)
        if not job.in_main_process:
            _exempt_loaded_objects()
    except OSError as error:
        # Clusters raise OSError for their own troubles, which are handled differently, so this one is an outcome.
        return Outcome(block, unwritten=error)
    return Outcome(block)


@cache
def _exempt_loaded_objects() -> None:
    """Exempt everything that a worker has loaded from garbage collection; once a process.

    Without psutil, loky collects once a second between blocks. numba's objects never become garbage, and visiting them
    takes 65 milliseconds each time.
    """
    gc.collect()
    gc.freeze()


def _failure_text(job: Job, block: Block) -> str:
    task = job.experiment.plan.tasks[block.task]
    return f"{task.agents[block.agent]} on {task.environment}, {block.name}\n\n{traceback.format_exc()}"


def _compute(job: Job, block: Block, on_step: Callable[[int], None]) -> Arrays:
    task, plan = job.experiment.tasks[block.task], job.experiment.plan
    # Workers suppress warnings that the main process has already shown at the rehearsal.
    shown = nullcontext() if job.in_main_process else warnings.catch_warnings(action="ignore", category=UserWarning)
    with shown:
        env = make_environment(task, block.replicates, job.make)
    with closing(env):
        return play(task, env, plan.recorded_steps(block.task), plan, block, job.engine, on_step).arrays


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
    return rollout(env, agent, ends, seeds, rng, engine=engine, on_step=on_step)
