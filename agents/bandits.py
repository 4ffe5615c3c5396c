"""Learners for bandits: the value of an arm is the average of what it paid."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from agents.tabular import TabularAgent
from boltzmann import Policy

__all__ = ["SampleAverage"]


@dataclass(repr=False)
class SampleAverage(TabularAgent):
    """The sample-average method: Q_n(a) is the mean of the n rewards that action a has brought.

    Q <- Q + (r - Q) / n (Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 2.3). An action not yet taken
    has the value 0. Where there are several observations, each has its own averages.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.

    Examples
    --------
    >>> import numpy as np
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy
    >>> agent = SampleAverage(Greedy())
    >>> agent.reset(2, Discrete(1), Discrete(3), np.random.default_rng(0))
    >>> nothing = np.zeros(2, dtype=bool)
    >>> for reward in (1.0, 2.0):
    ...     agent.update([0, 0], [0, 2], [reward, -reward], [0, 0], nothing, nothing)
    >>> agent.values[:, 0]
    array([[ 1.5,  0. ,  0. ],
           [ 0. ,  0. , -1.5]])
    >>> agent
    SampleAverage(Greedy())
    """

    policy: Policy

    def update(
        self,
        observations: ArrayLike,
        actions: ArrayLike,
        rewards: ArrayLike,
        next_observations: ArrayLike,
        terminated: ArrayLike,
        truncated: ArrayLike,
    ) -> None:
        """Average the rewards in, one a replicate; what comes after them is nothing to a bandit."""
        received = self._checked_rewards(rewards)
        place = self._count_visits(observations, actions)
        self.values[place] += (received - self.values[place]) / self.visits[place]
