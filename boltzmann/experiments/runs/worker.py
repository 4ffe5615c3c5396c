"""What one worker does: compute a block, store it, and say how it went."""

from __future__ import annotations

import copy
import gc
import os
import traceback
import warnings
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Block, Experiment, Plan, Task, read_environment
from boltzmann.experiments.engine import Engine, Recorder, rollout
from boltzmann.experiments.interfaces import Make
from boltzmann.experiments.store import Store


@dataclass(frozen=True)
class Job:
    """What all blocks of a run share.

    Attributes
    ----------
    watched : int
        The process that people watch.
    """

    experiment: Experiment
    store: Store
    make: Make
    engine: Engine
    watched: int


@dataclass(frozen=True)
class Outcome:
    """How a block went.

    Attributes
    ----------
    block : Block
        Which one.
    failure : str
        Why its cell has failed, in a line; nothing where the block is stored.
    unwritten : OSError or None
        Why it could not be written.
    lost : str
        What is known of a worker that did not come back.
    """

    block: Block
    failure: str = ""
    unwritten: OSError | None = None
    lost: str = ""


def compute_block(job: Job, block: Block) -> Outcome:
    """Compute and store a block; one of a cell that has failed already is left out.

    What the agent or the environment raises is written to the cell's own file, and the other cells go on.
    """
    try:
        if job.store.failure_file(block).exists():
            return Outcome(block, "failed in another block")
        with job.store.marked(block):
            try:
                arrays = _arrays(job, block)
            except Exception as error:
                job.store.write_failure(block, _told(job, block))
                return Outcome(block, f"{type(error).__name__}: {error}")
            job.store.write(job.experiment.plan, block, arrays)
        if os.getpid() != job.watched:
            _spare_the_collector()
    except OSError as error:
        # Not raised here: a cluster's own troubles are such errors too, and have another cure.
        return Outcome(block, unwritten=error)
    return Outcome(block)


@cache
def _spare_the_collector() -> None:
    """Take what a worker has loaded out of the garbage collector's rounds; once a process.

    Where psutil is missing, loky collects once a second between blocks, and a round through the objects of numba, which
    never become garbage, takes 65 milliseconds.
    """
    gc.collect()
    gc.freeze()


def _told(job: Job, block: Block) -> str:
    task = job.experiment.plan.tasks[block.task]
    return f"{task.agents[block.agent]} on {task.environment}, {block.name}\n\n{traceback.format_exc()}"


def _arrays(job: Job, block: Block) -> dict[str, NDArray[np.float64]]:
    task, plan = job.experiment.tasks[block.task], job.experiment.plan
    # A worker would only repeat what the rehearsal has said in the process that people watch.
    told = os.getpid() != job.watched
    with warnings.catch_warnings(action="ignore", category=UserWarning) if told else nullcontext():
        env = make_environment(task, block.replicates, job.make)
    with closing(env):
        return play(task, env, plan.recorded_steps(block.task), plan, block, job.engine).arrays


def make_environment(task: Task, replicates: int, make: Make) -> Any:
    """Make a task's environment in its batched form."""
    name, arguments = read_environment(task.environment)
    return make(name, replicates, discount=task.discount, **arguments)


def play(task: Task, env: Any, ends: NDArray[np.int64], plan: Plan, block: Block, engine: Engine) -> Recorder:
    """Let a copy of the block's agent act: the description stays as it was given."""
    agent = copy.deepcopy(task.agents[block.agent])
    return rollout(env, agent, ends, plan.environment_seeds(block), plan.agent_rng(block), engine=engine)
