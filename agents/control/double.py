"""Tabular control with two tables, each of which evaluates the other's choice: double Q-learning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.memory import Entries, Indices, PerRow
from agents.temporal_difference import TemporalDifference


@dataclass(repr=False)
class DoubleQ(TemporalDifference):
    """Double Q-learning: one table chooses the best action in s', the other evaluates it.

    A fair coin for each replicate chooses the table that learns: Q1(s, a) moves towards r + discount Q2(s', b), where b
    is the argmax of Q1(s', .), the first one if several are equal, or the same with the tables swapped (van Hasselt,
    "Double Q-learning", 2010, algorithm 1). This removes the upward bias of the maximum of noisy values. The policy
    acts on ``values``, the mean of both tables, so a temperature keeps its units.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`. A callable step size reads the visits of both tables together.

    Attributes
    ----------
    tables : array of shape (2, R, S, K)
        Both tables, made by ``reset``; ``values`` is always their mean.

    Examples
    --------
    >>> from boltzmann import Greedy, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = DoubleQ(Greedy(), step_size=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [4.0], [0], terminated=[True], truncated=[False]))
    >>> sorted(agent.tables[:, 0, 0, 0]), agent.values[:, 0]
    ([np.float64(0.0), np.float64(2.0)], array([[1., 0.]]))
    """

    def _reset_state(self) -> None:
        super()._reset_state()
        self.tables = np.stack([self.values, self.values])

    def _bootstrap(self, next_states: Indices) -> PerRow:
        values, mask = self.tables[:, self._rows, next_states], self._mask(next_states)
        best = np.argmax(values if mask is None else np.where(mask, values, -np.inf), axis=-1)
        # Each table's best action has the other table's value.
        return np.asarray(values[[[1], [0]], self._rows, best])

    def _learn_targets(self, entries: Entries, targets: PerRow, step_sizes: float | PerRow) -> None:
        learning = (self._rng.random(len(self._rows)) < 0.5).astype(np.int64)
        values = self.tables[learning, *entries]
        changes = step_sizes * (targets[learning, self._rows] - values)
        self.tables[learning, *entries] = values + changes
        self._add(entries, self.values[entries], changes / 2)
