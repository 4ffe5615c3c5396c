"""One step of every cell before a run begins, so that what cannot work is refused before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np

from boltzmann.experiments.describe import Block, Experiment, Task
from boltzmann.experiments.engine import Engine
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.interfaces import Agent, Make
from boltzmann.experiments.runs.worker import make_environment, play
from boltzmann.experiments.store import Resolved, describe_environment
from boltzmann.policies import inputs_read_by

_PROBES = 100


def rehearse(experiment: Experiment, make: Make, engine: Engine) -> tuple[list[Resolved], list[list[str]]]:
    """Take one step of every cell, and ask its policy at steps all along the way: a bad end shows only there.

    Parameters
    ----------
    experiment, make, engine
        As for :func:`boltzmann.experiments.run`.

    Returns
    -------
    environments : list
        What each task's environment turned out to be.
    engines : list of list of str
        Which engine each agent of each task runs on.

    Raises
    ------
    RefusedError
        For an agent that cannot act in its environment; its cause is what was raised.
    """
    plan, found, engines = experiment.plan, [], []
    for place, task in enumerate(experiment.tasks):
        engines.append([""] * len(task.agents))
        for number, original in enumerate(task.agents):
            try:
                with closing(make_environment(task, 1, make)) as env:
                    played = play(task, env, np.array([1]), plan, Block(place, number, 0, replicates=1), engine)
                    engines[-1][number] = played.engine
                    resolved, count = describe_environment(env), int(getattr(env.single_action_space, "n", 2))
                _ask_all_along(task, original, count)
            except Exception as error:
                raise RefusedError(f"{original!r} cannot run on {task.environment}: {error}") from error
        found.append(resolved)
    return found, engines


def _ask_all_along(task: Task, agent: Agent, count: int) -> None:
    policy = getattr(agent, "policy", None)
    if policy is None:
        return
    inputs = _one_row(policy, count)
    for step in np.linspace(0, task.steps - 1, _PROBES, dtype=np.int64):
        policy(np.zeros((1, count)), step=int(step), **inputs)


def _one_row(policy: Any, count: int) -> dict[str, Any]:
    """Return one row of each input that a policy reads."""
    rows: dict[str, Callable[[], Any]] = {
        "visits": lambda: np.zeros((1, count), dtype=np.int64),
        "variances": lambda: np.zeros((1, count)),
        "epsilons": lambda: np.full(1, policy.initial_epsilon),
    }
    return {name: rows[name]() for name in sorted(inputs_read_by(policy))}
