"""From a command line to the problems on which policies are tried."""

from __future__ import annotations

from typing import cast

import agents
import envs
from boltzmann import Greedy, Policy
from boltzmann.checks import shown
from boltzmann.experiments import read_environment
from boltzmann.experiments.studies import Problem
from boltzmann.notation import parse
from scripts.support.names import BANDIT_STEPS, NAMES, OTHER_STEPS, is_bandit, taught

_CHANGING = frozenset(entry.id for entry in envs.ENVIRONMENTS if entry.changing)


def make_problem(environment: str, learner: str | None, steps: int | None) -> Problem:
    """Describe a problem with the usual learner, or with one that has ``_`` instead of its policy.

    Arms that change get a constant step size: an average over all rounds would remember what they were worth long ago.

    Raises
    ------
    ValueError
        For an expression that cannot be read, or is no agent with a policy.
    """
    bandit = is_bandit(environment)
    if learner is not None:
        agent = taught(learner, Greedy())
    elif read_environment(environment)[0] in _CHANGING:
        agent = agents.ConstantStep(Greedy())
    else:
        agent = agents.SampleAverage(Greedy()) if bandit else agents.QLearning(Greedy())
    return Problem(environment, agent, steps if steps is not None else BANDIT_STEPS if bandit else OTHER_STEPS)


def read_policy(text: str) -> Policy:
    """Read a policy.

    Raises
    ------
    ValueError
        For an expression that cannot be read, or is no policy.
    """
    policy = parse(text, NAMES)
    is_agent = callable(getattr(policy, "update", None))
    if not callable(policy) or is_agent or not hasattr(type(policy), "__dataclass_fields__"):
        raise ValueError(f"expected a policy, such as Boltzmann(0.1), got {shown(text)}")
    return cast(Policy, policy)
