"""One step of every cell before a run begins, so that a run that cannot work is refused before anything is written.

Workers take the step first: code that ends its process or hangs does so there, where it can be reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann.experiments.describe import Block, Experiment, Task
from boltzmann.experiments.engine import Engine, agent_bytes
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.interfaces import Agent, Make
from boltzmann.experiments.runs.guard import CellError, guarded, run_or_refuse
from boltzmann.experiments.runs.machine import MEGABYTE, require_available, total_memory
from boltzmann.experiments.runs.pool import Workers, compute_each
from boltzmann.experiments.runs.worker import Job, Outcome, in_worker, make_environment, play, warnings_of_worker
from boltzmann.experiments.store import EnvironmentRecord, describe_environment
from boltzmann.policies import inputs_read_by

_PROBED_STEPS = 100


@dataclass(frozen=True)
class Rehearsal:
    """The record of each task's environment, and the engine of each agent of each task.

    ``largest`` are the bytes of the largest agent for one replicate, 0 where all are small.
    """

    environments: list[EnvironmentRecord]
    engines: list[list[str]]
    largest: int = 0


def rehearse(experiment: Experiment, make: Make, engine: Engine, largest: int | None = None) -> Rehearsal:
    """Take one step of every cell, and call its policy at steps up to the last: some schedules go wrong only late.

    Each task's environment is made once, with one replicate, and reset for each agent. An agent whose tables for this
    replicate take more than ``largest`` bytes is not called, and has no engine.

    Raises
    ------
    RefusedError
        For an environment that cannot be made, for an agent that cannot act in it, where the cause is the original
        error, and for an agent whose tables for one replicate are larger than this machine's memory.
    """
    rehearsal, largest_agent = Rehearsal([], []), 0
    for index, task in enumerate(experiment.tasks):
        env = try_environment(task, make)
        try:
            engines = []
            for number, agent in enumerate(task.agents):
                cell = _cell_text(task, number)
                needed = run_or_refuse(cell, partial(_agent_bytes, agent, env))
                largest_agent = max(largest_agent, needed)
                remedy = "of this machine: take an environment with fewer states or actions"
                need = f"{cell}: the {needed / MEGABYTE:.0f} MB of its tables for one replicate are"
                require_available(need, needed, total_memory(), remedy)
                if largest is not None and needed > largest:
                    continue
                block = Block(index, number, 0, replicates=1)
                engines.append(run_or_refuse(cell, partial(_rehearse_agent, experiment, env, block, engine)))
            rehearsal.environments.append(describe_environment(env))
            rehearsal.engines.append(engines)
        finally:
            run_or_refuse(f"{checks.cut(task.environment)} cannot be closed", env.close)
    return replace(rehearsal, largest=largest_agent)


def _agent_bytes(agent: Agent, env: Any) -> int:
    return agent_bytes(agent, env.single_observation_space, env.single_action_space)


def _rehearse_agent(experiment: Experiment, env: Any, block: Block, engine: Engine) -> str:
    task = experiment.tasks[block.task]
    engine_name = play(task, env, np.array([1]), experiment.plan, block, engine).engine
    _call_policy(task.agents[block.agent], task.steps, int(getattr(env.single_action_space, "n", 2)))
    return engine_name


def try_environment(task: Task, make: Make) -> Any:
    """Make a task's environment with one replicate; a RefusedError says why it cannot be made."""
    cell = f"{checks.cut(task.environment)} cannot be made"
    return run_or_refuse(cell, partial(make_environment, task, 1, make))


def rehearse_in_workers(job: Job, blocks: list[Block], workers: Workers) -> list[Outcome]:
    """Take one step of each block's cell in the workers, and return the outcomes of those that raise there.

    Raises
    ------
    RefusedError
        For a cell that ends its worker, exceeds the time limit, or cannot be sent to a worker.
    """
    compute, failed, began = partial(_take_one_step, job), list[Outcome](), time.monotonic()
    for outcome in compute_each(compute, blocks, workers):
        if outcome.lost:
            seconds = time.monotonic() - began
            loss = _loss(outcome.lost, seconds, job.time_limit)
            raise RefusedError(f"{_text_of_outcome(job, outcome)}: {loss}")
        if outcome.failure:
            failed.append(outcome)
        began = time.monotonic()
    return failed


def require_known_to_workers(job: Job, failed: list[Outcome]) -> None:
    """Refuse cells that raise in the workers alone: this process has rehearsed all cells without an error before."""
    for outcome in failed:
        cell = f"{_text_of_outcome(job, outcome)} in a worker, as it does in this process"
        raise RefusedError(f"{cell}: {outcome.failure}. {_UNKNOWN_TO_WORKERS}")


_UNKNOWN_TO_WORKERS = (
    "A worker imports modules anew, and does not know all that the running script or notebook registers or defines: "
    "put it into a module and name that, package.module:Id-v0 or package.module:Name(), or compute in this process, "
    "with one job (--jobs 1, n_jobs=1)"
)


def _take_one_step(job: Job, block: Block) -> Outcome:
    task = job.experiment.tasks[block.task]

    def take_one_step() -> None:
        with closing(make_environment(task, 1, job.make)) as env:
            _rehearse_agent(job.experiment, env, block, "lockstep")

    with in_worker(job), warnings_of_worker(job):
        try:
            guarded(take_one_step)
        except CellError as error:
            return Outcome(block, error.reason)
    return Outcome(block)


def _text_of_outcome(job: Job, outcome: Outcome) -> str:
    return _cell_text(job.experiment.tasks[outcome.block.task], outcome.block.agent)


def _cell_text(task: Task, agent: int) -> str:
    return f"{checks.shown(task.agents[agent])} cannot run on {checks.cut(task.environment)}"


def _loss(lost: str, seconds: float, limit: float | None) -> str:
    if "pickl" in lost or "serialize" in lost:
        return f"it cannot be sent to a worker: {lost}. {_UNKNOWN_TO_WORKERS}"
    if limit is not None and seconds >= limit:
        return f"its first step timed out after {limit:g} s"
    return f"its worker died in the first step: {lost}"


def _call_policy(agent: Agent, steps: int, actions: int) -> None:
    """Call an agent's policy at steps spread over the whole run."""
    policy = getattr(agent, "policy", None)
    if policy is None:
        return
    inputs = _one_row(policy, actions)
    for step in np.linspace(0, steps - 1, _PROBED_STEPS, dtype=np.int64):
        policy(np.zeros((1, actions)), step=int(step), **inputs)


def _one_row(policy: Any, actions: int) -> dict[str, Any]:
    """Return one row of each input that a policy reads."""
    rows: dict[str, Callable[[], Any]] = {
        "visits": lambda: np.zeros((1, actions), dtype=np.int64),
        "variances": lambda: np.zeros((1, actions)),
        "epsilons": lambda: np.full(1, policy.initial_epsilon),
    }
    return {name: rows[name]() for name in sorted(inputs_read_by(policy))}
