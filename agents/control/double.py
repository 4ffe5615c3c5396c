"""Tabular control with two tables, each of which evaluates the other's choice: double Q-learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.memory import Entries, Indices, PerRow
from agents.temporal_difference import TemporalDifference
from boltzmann.laws import BackupLaw, LearnerLaw, Pass, Results


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

    def _learn_targets(self, entries: Entries, targets: PerRow, step_sizes: float | PerRow) -> PerRow:
        learning = (self._rng.random(len(self._rows)) < 0.5).astype(np.int64)
        values = self.tables[learning, *entries]
        errors = targets[learning, self._rows] - values
        changes = step_sizes * errors
        self.tables[learning, *entries] = values + changes
        self._add(entries, self.values[entries], changes / 2)
        return np.asarray(errors)

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        best = Pass(_best, largest=("own",), first={"other": "own"})
        backup = BackupLaw(lambda m, row: row.other, (best,), inputs=frozenset({"first_table", "second_table"}))
        tables = {"first_table": self.tables[0], "second_table": self.tables[1]}
        return self._law_of(backup, _moved, tables=tables, uniform="coin")


def _moved(m: Any, here: Any, reward: Any, future: Any, row: Any) -> Results:
    """Move one of both values towards its target; a law."""
    second_learns = row.coin < 0.5
    before = m.where(second_learns, here.second_table, here.first_table)
    error = reward + future - before
    change = row.step_size * error
    first = m.where(second_learns, here.first_table, before + change)
    second = m.where(second_learns, before + change, here.second_table)
    tables = {"first_table": first, "second_table": second, "values": here.values + change / 2}
    return {**tables, "change": change / 2, "error": error}


def _best(m: Any, action: Any, row: Any) -> Results:
    """Return the values of an action in the table that learns, -inf for a masked one, and in the other."""
    second = row.coin < 0.5
    own = m.where(second, action.second_table, action.first_table)
    return {
        "own": m.where(action.q > -np.inf, own, -np.inf),
        "other": m.where(second, action.first_table, action.second_table),
    }
