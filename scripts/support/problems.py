"""From a command line to what policies are tried on."""

from __future__ import annotations

import agents
import envs
from boltzmann import Greedy, Policy
from boltzmann.experiments import read_environment
from boltzmann.experiments.studies import Problem
from boltzmann.notation import parse
from scripts.support.names import BANDIT_STEPS, NAMES, OTHER_STEPS, is_bandit, taught

_CHANGING = frozenset(entry.id for entry in envs.ENVIRONMENTS if entry.changing)


def make_problem(environment: str, learner: str | None, steps: int | None) -> Problem:
    """Describe what policies are tried on: by the usual learner, or by one with ``_`` in the place of its policy.

    Arms that change get a constant step size: an average over all rounds would hold what they were worth long ago.

    Raises
    ------
    ValueError
        For an expression that cannot be read, or that makes no agent of a policy.
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
        For an expression that cannot be read, or that makes something else.
    """
    made = parse(text, NAMES)
    if not callable(made) or callable(getattr(made, "update", None)) or not hasattr(type(made), "__dataclass_fields__"):
        raise ValueError(f"expected a policy, such as Boltzmann(0.1), got {text!r}")
    policy: Policy = made
    return policy
