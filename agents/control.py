"""Tabular control: learners that bootstrap from the values of the next state."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from agents.tabular import TabularAgent
from boltzmann import Policy, _checks

__all__ = ["QLearning"]


@dataclass(repr=False)
class QLearning(TabularAgent):
    """Q-learning: Q(s, a) <- Q(s, a) + step_size (r + discount max_b Q(s', b) - Q(s, a)).

    Watkins & Dayan, "Q-learning", 1992; Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 6.8. The maximum
    is over the actions allowed in s', as far as masks have been seen there. A transition that terminates does not
    bootstrap; one that is truncated does.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    step_size : float
        In (0, 1].
    discount : float
        In [0, 1], per step.
    initial_value : float
        Of every action in every state.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Boltzmann, Linear
    >>> agent = QLearning(Boltzmann(Linear(1.0, 0.01, 5000)), step_size=0.5, discount=0.9)
    >>> agent
    QLearning(Boltzmann(Linear(1.0, 0.01, 5000)), step_size=0.5, discount=0.9)
    >>> agent.reset(2, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [0.0, 10.0]
    >>> agent.update([0, 0], [0, 0], [1.0, 1.0], [1, 1], terminated=[True, False], truncated=[False, True])
    >>> agent.values[:, 0, 0]
    array([0.5, 5. ])
    """

    policy: Policy
    step_size: float = field(default=0.1, kw_only=True)
    discount: float = field(default=0.99, kw_only=True)
    initial_value: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.step_size = _checks.number("step_size", self.step_size, least=0, most=1, open_below=True)
        self.discount = _checks.number("discount", self.discount, least=0, most=1)
        largest = float(np.finfo(np.float64).max)
        self.initial_value = _checks.number("initial_value", self.initial_value, least=-largest, most=largest)

    def _initial_value(self) -> float:
        return self.initial_value

    def update(
        self,
        observations: ArrayLike,
        actions: ArrayLike,
        rewards: ArrayLike,
        next_observations: ArrayLike,
        terminated: ArrayLike,
        truncated: ArrayLike,
    ) -> None:
        """Learn from one transition a replicate."""
        # All arguments are read before anything is changed.
        received = self._checked_rewards(rewards)
        bootstrap = np.where(terminated, 0.0, self.discount * self._best(next_observations))
        place = self._count_visits(observations, actions)
        self.values[place] += self.step_size * (received + bootstrap - self.values[place])
