"""A table as dynamic programming reads it: expected rewards, and the transitions that go on as a sparse matrix."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from boltzmann import checks

Floats = NDArray[np.float64]


class TableLike(Protocol):
    """A finite Markov decision process as arrays."""

    @property
    def probs(self) -> Floats:
        """Probabilities of the outcomes, shape (S, K, M)."""
        ...

    @property
    def next_states(self) -> NDArray[np.int64]:
        """Where each outcome leads, shape (S, K, M)."""
        ...

    @property
    def rewards(self) -> Floats:
        """What each outcome pays, shape (S, K, M)."""
        ...

    @property
    def terminated(self) -> NDArray[np.bool_]:
        """Whether each outcome ends the episode, shape (S, K, M)."""
        ...

    @property
    def initial(self) -> Floats:
        """Probabilities of the first state, shape (S,)."""
        ...

    @property
    def action_mask(self) -> NDArray[np.bool_] | None:
        """The allowed actions, shape (S, K); None where all are."""
        ...


class Model:
    """A table's expected rewards and its transitions that go on, as a sparse matrix."""

    def __init__(self, table: TableLike) -> None:
        states, actions, outcomes = self.shape = table.probs.shape
        pairs = np.repeat(np.arange(states * actions), outcomes)
        going_on = np.where(table.terminated, 0.0, table.probs).ravel()
        size = (states * actions, states)
        self.transitions = csr_array((going_on, (pairs, table.next_states.ravel())), shape=size)
        self.rewards = (table.probs * table.rewards).sum(axis=-1)

    def action_values(self, V: Floats, discount: float) -> Floats:
        """Give sum_outcomes p (r + discount V(s') [not terminated]), shape (S, K)."""
        return np.asarray(self.rewards + discount * (self.transitions @ V).reshape(self.shape[:2]))

    def under(self, pi: Floats) -> tuple[Any, Floats]:
        """Give the transitions that go on, (S, S), and the expected rewards, (S,), under a policy."""
        states, actions, _ = self.shape
        columns = (pi.ravel(), (np.repeat(np.arange(states), actions), np.arange(states * actions)))
        choice = csr_array(columns, shape=(states, states * actions))
        return choice @ self.transitions, (pi * self.rewards).sum(axis=-1)


def checked_discount(discount: float) -> float:
    """Check a discount in [0, 1]."""
    return checks.number("discount", discount, least=0, most=1)


def state_values(table: TableLike, V: ArrayLike) -> Floats:
    """Check values of the states, shape (S,)."""
    values = checks.numeric_array("values", V).astype(np.float64, copy=False)
    if values.shape != (len(table.probs),):
        raise ValueError(f"values must have shape ({len(table.probs)},), got {values.shape}")
    checks.require_all(np.isfinite(values), "values", "finite", values)
    return values
