"""A problem on which policies are tried: an environment, a learner without a policy, and a number of steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann.experiments.describe import Task
from boltzmann.policies import Policy


@dataclass(frozen=True)
class Problem:
    """An environment and a learner on which policies are tried.

    Parameters
    ----------
    environment : str
        In the one notation.
    learner : agent
        A dataclass with a field ``policy``, which each policy replaces.
    steps : int
        How many steps every replicate takes, at least 1.

    Raises
    ------
    ValueError
        For a learner that holds no policy.
    """

    environment: str
    learner: Any
    steps: int

    def __post_init__(self) -> None:
        if "policy" not in getattr(self.learner, "__dataclass_fields__", {}):
            raise ValueError(
                f"learner must be an agent that holds a policy, such as QLearning(Greedy()): {self.learner}"
            )

    def task(self, policies: Iterable[Policy]) -> Task:
        """Return the task that compares policies on it, each once."""
        agents = [replace(self.learner, policy=policy) for policy in policies]
        return Task(self.environment, tuple({repr(agent): agent for agent in agents}.values()), self.steps)

    def agent(self, policy: Policy) -> str:
        """Return the notation of the learner with a policy, which identifies its cell in results."""
        return self.task([policy]).plan.agents[0]


def separate_seeds(seed: int, count: int) -> list[int]:
    """Derive seeds that share no randomness, for runs where the results of one decide what the next one does.

    Parameters
    ----------
    seed, count : int
        At least 0.

    Examples
    --------
    >>> len(set(separate_seeds(0, 3) + separate_seeds(1, 3)))
    6
    """
    sequence = np.random.SeedSequence(checks.whole_number("seed", seed, least=0))
    return [int(state) for state in sequence.generate_state(count, np.uint64)]
