"""One step of every cell before a run begins, so that a run that cannot work is refused before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann.experiments.describe import Block, Experiment, Task
from boltzmann.experiments.engine import Engine, agent_bytes
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.interfaces import Agent, Make
from boltzmann.experiments.runs.machine import MEGABYTE, require_available, total_memory
from boltzmann.experiments.runs.worker import make_environment, play
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
        agent, engines, made = task.agents[0], list[str](), try_environment(task, make)
        try:
            with closing(made) as env:
                for number, agent in enumerate(task.agents):
                    needed = agent_bytes(agent, env.single_observation_space, env.single_action_space)
                    largest_agent = max(largest_agent, needed)
                    remedy = "of this machine: take an environment with fewer states or actions"
                    need = f"the {needed / MEGABYTE:.0f} MB of its tables for one replicate are"
                    require_available(need, needed, total_memory(), remedy)
                    if largest is not None and needed > largest:
                        continue
                    block = Block(index, number, 0, replicates=1)
                    engines.append(play(task, env, np.array([1]), experiment.plan, block, engine).engine)
                    _call_policy(agent, task.steps, int(getattr(env.single_action_space, "n", 2)))
                rehearsal.environments.append(describe_environment(env))
        except Exception as error:
            cell = f"{checks.shown(agent)} cannot run on {checks.cut(task.environment)}"
            raise RefusedError(f"{cell}: {checks.cut(str(error), checks.LONGEST_REASON)}") from error
        rehearsal.engines.append(engines)
    return replace(rehearsal, largest=largest_agent)


def try_environment(task: Task, make: Make) -> Any:
    """Make a task's environment with one replicate; a RefusedError says why it cannot be made."""
    try:
        return make_environment(task, 1, make)
    except Exception as error:
        # An environment's constructor may raise anything for wrong arguments.
        raise RefusedError(f"{checks.cut(task.environment)} cannot be made: {checks.reason(error)}") from error


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
