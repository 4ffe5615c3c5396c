"""Tabular control with two tables that judge each other: double Q-learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import Space
from numpy.typing import NDArray

from agents.control.one_step import TemporalDifference
from agents.memory import Place

Floats = NDArray[np.float64]


@dataclass(repr=False)
class DoubleQ(TemporalDifference):
    """Double Q-learning: one table says which action is best in s', the other what it is worth.

    A fair coin for each replicate chooses the table that learns: Q1(s, a) moves towards r + discount Q2(s', b) with b
    the argmax of Q1(s', .), the first of equals, or the same with the tables swapped (van Hasselt, "Double Q-learning",
    2010, algorithm 1). This takes away the maximum's bias towards what was lucky. It acts on ``values``, the mean of
    both tables, so that a temperature keeps its units.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`. A callable step size reads the visits of both tables together.

    Attributes
    ----------
    tables : array of shape (2, R, S, K)
        Both tables, made by ``reset``; ``values`` is kept their mean.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy
    >>> agent = DoubleQ(Greedy(), step_size=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update([0], [0], [4.0], [0], terminated=[True], truncated=[False])
    >>> sorted(agent.tables[:, 0, 0, 0]), agent.values[:, 0]
    ([np.float64(0.0), np.float64(2.0)], array([[1., 0.]]))
    """

    def reset(
        self,
        num_envs: int,
        observation_space: Space[Any],
        action_space: Space[Any],
        rng: np.random.Generator,
    ) -> None:
        """Forget everything and make the arrays; as :meth:`agents.TabularAgent.reset`."""
        super().reset(num_envs, observation_space, action_space, rng)
        self.tables = np.stack([self.values, self.values])

    def _bootstrap(self, reached: NDArray[np.int64]) -> Floats:
        values, mask = self.tables[:, self._rows, reached], self._mask(reached)
        best = np.argmax(values if mask is None else np.where(mask, values, -np.inf), axis=-1)
        # Each table's best action by the other table's value.
        return np.asarray(values[[[1], [0]], self._rows, best])

    def _learn(self, place: Place, targets: Floats, step_sizes: float | Floats) -> None:
        second = (self._rng.random(len(self._rows)) < 0.5).astype(np.int64)
        values = self.tables[second, *place]
        changes = step_sizes * (targets[second, self._rows] - values)
        self.tables[second, *place] = values + changes
        self._change(place, self.values[place], changes / 2)
