"""The names that command lines may use, and the defaults of a task."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import is_dataclass
from functools import cache
from typing import Any

import gymnasium

import agents
import envs
from boltzmann import (
    Boltzmann,
    EpsilonGreedy,
    Exponential,
    Greedy,
    InverseTime,
    Linear,
    Policy,
    policies,
    schedules,
    thermostats,
)
from boltzmann.checks import cut, shown
from boltzmann.experiments import Agent, Task, read_environment
from boltzmann.experiments.runs import run_or_refuse
from boltzmann.experiments.store import require
from boltzmann.notation import parse, write

POLICIES = tuple(vars(policies)[name] for name in policies.__all__ if is_dataclass(vars(policies)[name]))
_EXPORTED = [vars(package)[name] for package in (policies, schedules, thermostats, agents) for name in package.__all__]
# The other classes that `agents` exports are bases of learners, and the decision that an act returns.
_LEARNING = ("backups", "bandits.", "control.", "linear.", "large.bucket_average", "large.tree_average")
_AGENTS = f"{agents.__name__}."
_IN_AGENTS = tuple(f"{_AGENTS}{module}" for module in _LEARNING)


def _is_named(entry: object) -> bool:
    """Return whether command lines know an exported name: a class of parameters from the core, or for learning."""
    if not (isinstance(entry, type) and is_dataclass(entry)):
        return False
    module = entry.__module__
    return module.startswith(_IN_AGENTS if module.startswith(_AGENTS) else "boltzmann.")


NAMES: dict[str, Any] = {entry.__name__: entry for entry in _EXPORTED if _is_named(entry)}

_DEEP = {"DQN": "dqn", "Dense": "networks", "Convolutional": "networks", "Modules": "networks"}
_DEEP |= {"DoubleMaximum": "tensor_backups", "Munchausen": "tensor_backups", "SB3DQN": "sb3_agent"}


def _imported(name: str) -> Callable[..., Any]:
    """Return what makes a deep agent or a part of one, and imports PyTorch then."""

    def make(*arguments: Any, **named: Any) -> Any:
        module = require("torch", "torch") and importlib.import_module(f"boltzmann.deep.{_DEEP[name]}")
        return getattr(module, name)(*arguments, **named)

    return make


_ALL_NAMES = {**NAMES, **{name: _imported(name) for name in _DEEP}}

BANDIT_STEPS, OTHER_STEPS = 1000, 20_000


@cache
def is_bandit(environment: str) -> bool:
    """Return whether an environment, in the one notation, is a bandit: it has a single observation.

    Only environments from outside this project and Gymnasium are made for the answer.
    """
    name, _ = read_environment(environment)
    if name in (*envs.ENV_IDS, *envs.CONTEXT_IDS):
        return name not in envs.MDP_IDS
    spec = gymnasium.registry.get(name)
    if spec is not None and str(spec.entry_point).startswith("gymnasium.envs."):
        return False

    return getattr(_spaces_of(environment)[0], "n", None) == 1


def count_actions(environment: str) -> int | None:
    """Return the number of actions of an environment, in the one notation, which is made; None for other actions.

    Examples
    --------
    >>> count_actions("CartPole-v1(observe='raw')")
    2
    """
    count = getattr(_spaces_of(environment)[1], "n", None)
    return None if count is None else int(count)


@cache
def _spaces_of(environment: str) -> tuple[Any, Any]:
    """Make an environment, and return its spaces of observations and of actions."""
    name, arguments = read_environment(environment)

    def spaces() -> tuple[Any, Any]:
        with closing(envs.make(name, 1, **arguments)) as env:
            return env.single_observation_space, env.single_action_space

    # The run shows these warnings.
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        return run_or_refuse(f"{cut(environment)} cannot be made", spaces)


def make_task(environment: str, policies: list[str], steps: int | None, learners: list[str] | None = None) -> Task:
    """Describe a task: each policy goes to each learner, agents do not change, no policies mean the default ones.

    Parameters
    ----------
    environment : str
        In the one notation.
    policies : list of str
        Expressions of policies and agents.
    steps : int or None
        By default 1000 for a bandit, 20 000 for the rest.
    learners : list of str, optional
        Expressions of agents with ``_`` instead of the policy, such as ``"Sarsa(_, step_size=0.5)"``; every
        policy goes to each. By default the task's usual learner.

    Raises
    ------
    ValueError
        For an expression that cannot be read, or that makes neither a policy nor an agent.
    """
    if steps is None:
        steps = BANDIT_STEPS if is_bandit(environment) else OTHER_STEPS
    contestants: list[Any] = [_read(text) for text in policies] or list(usual_policies(is_bandit(environment), steps))
    made = [
        contestant if is_agent(contestant) else taught(learner, contestant)
        for learner in learners or [usual_learner(environment)]
        for contestant in contestants
    ]
    # Agents given in full appear once, not once for each learner.
    return Task(environment, tuple({write(agent): agent for agent in made}.values() if learners else made), steps)


def read_agent(text: str, environment: str) -> Agent:
    """Read an agent, or a policy, which goes to the environment's usual learner.

    Raises
    ------
    ValueError
        As :func:`make_task`.
    """
    made = _read(text)
    return made if is_agent(made) else taught(usual_learner(environment), made)


def as_written(text: str | None) -> str | None:
    """Write an expression as results do: ``Boltzmann(1)`` is ``Boltzmann(1.0)``; what cannot be read stays as it is."""
    try:
        return None if text is None else write(parse(text, _ALL_NAMES))
    except (ValueError, TypeError, ImportError):
        return text


def usual_learner(environment: str) -> str:
    """Return the expression of an environment's usual learner, with ``_`` instead of the policy."""
    return "SampleAverage(_)" if is_bandit(environment) else "QLearning(_)"


def is_agent(made: object) -> bool:
    """Return whether an object acts and learns."""
    return all(callable(getattr(made, name, None)) for name in ("reset", "act", "update"))


def _read(text: str) -> Any:
    made = parse(text, _ALL_NAMES)
    is_custom = is_dataclass(made) and not type(made).__module__.startswith(("boltzmann.", _AGENTS))
    if not (is_agent(made) or isinstance(made, POLICIES) or (is_custom and callable(made))):
        raise ValueError(f"expected a policy or an agent, such as Boltzmann(0.1), got {shown(text)}")
    return made


def taught(learner: str, policy: Any) -> Agent:
    """Make the agent of an expression with ``_`` instead of the policy."""
    placed = []

    def placeholder() -> Any:
        placed.append(policy)
        return policy

    agent: Agent = parse(learner, {**_ALL_NAMES, "_": placeholder})
    if not is_agent(agent) or not placed:
        raise ValueError(f"expected an agent with _ instead of its policy, such as Sarsa(_), got {shown(learner)}")
    return agent


def usual_policies(bandit: bool, steps: int) -> tuple[Policy, ...]:
    """Return the policies of a comparison by default: constant, annealed, epsilon-greedy and greedy.

    Temperatures are in units of the values, which differ by about 1 in the testbed and by hundredths in FrozenLake.
    """
    high, middle, low = (1.0, 0.25, 0.05) if bandit else (0.1, 0.01, 0.001)
    return (
        Boltzmann(high),
        Boltzmann(middle),
        Boltzmann(Linear(high, low, steps)),
        Boltzmann(Exponential(high, low, steps)),
        Boltzmann(InverseTime(high, 100 / steps)),
        EpsilonGreedy(0.1),
        EpsilonGreedy(0.01),
        Greedy(),
    )
