"""A table in the form of dynamic programming: expected rewards, and sparse transitions that do not end."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from agents.memory import Values
from boltzmann import checks


class TableLike(Protocol):
    """A finite Markov decision process as arrays."""

    @property
    def probs(self) -> Values:
        """Probabilities of the outcomes, shape (S, K, M)."""

    @property
    def next_states(self) -> NDArray[np.int64]:
        """The state that each outcome leads to, shape (S, K, M)."""

    @property
    def rewards(self) -> Values:
        """The reward of each outcome, shape (S, K, M)."""

    @property
    def terminated(self) -> NDArray[np.bool_]:
        """Whether each outcome ends the episode, shape (S, K, M)."""

    @property
    def initial(self) -> Values:
        """Probabilities of the first state, shape (S,)."""

    @property
    def action_mask(self) -> NDArray[np.bool_] | None:
        """The allowed actions, shape (S, K); None if all are allowed."""


class Model:
    """The expected rewards of a table and, as a sparse matrix, its transitions that do not end the episode."""

    def __init__(self, table: TableLike) -> None:
        states, actions, outcomes = self.shape = table.probs.shape
        pairs = np.repeat(np.arange(states * actions), outcomes)
        continuing = np.where(table.terminated, 0.0, table.probs).ravel()
        size = (states * actions, states)
        self.transitions = csr_array((continuing, (pairs, table.next_states.ravel())), shape=size)
        self.rewards = (table.probs * table.rewards).sum(axis=-1)

    def action_values(self, V: Values, discount: float) -> Values:
        """Return sum_outcomes p (r + discount V(s') [not terminated]), shape (S, K)."""
        return np.asarray(self.rewards + discount * (self.transitions @ V).reshape(self.shape[:2]))

    def under(self, pi: Values) -> tuple[Any, Values]:
        """Return the transitions that do not end, (S, S), and the expected rewards, (S,), under a policy."""
        states, actions, _ = self.shape
        entries = (pi.ravel(), (np.repeat(np.arange(states), actions), np.arange(states * actions)))
        policy = csr_array(entries, shape=(states, states * actions))
        return policy @ self.transitions, (pi * self.rewards).sum(axis=-1)


def checked_discount(discount: float) -> float:
    """Return a discount in [0, 1], or raise."""
    return checks.number_in("discount", discount, "[0, 1]")


def state_values(table: TableLike, V: ArrayLike) -> Values:
    """Return values of the states, shape (S,), or raise."""
    values = checks.numeric_array("values", V).astype(np.float64, copy=False)
    if values.shape != (len(table.probs),):
        raise ValueError(f"values must have shape ({len(table.probs)},), got {values.shape}")
    checks.require_all(np.isfinite(values), "values", "finite", values)
    return values
