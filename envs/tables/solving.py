"""The optimal values of a table by dynamic programming, and what each action gives away."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import spsolve

from envs import batched
from envs.tables.table import Table

_SETTLED = 1e-14
"""Values that change by no more than this part of themselves have settled."""

_TIE = 1e-9
"""Gaps below this fraction of what is added up in them are rounding of the solution, and count as ties."""

_MOST_SOLVED = 16
_SOLVED: dict[tuple[bytes, float], NDArray[np.float64]] = {}
"""Gaps that this process has found: every block of an experiment makes its environment afresh."""


def optimal_values(
    table: Table, discount: float, *, max_sweeps: int = 200_000
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve a table by value iteration, without regard to any time limit.

    V(s) = max_a Q(s, a) over the allowed actions,
    Q(s, a) = sum_outcomes p (r + discount V(s') [not terminated])
    (Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 4.10).

    Parameters
    ----------
    table : Table
        The model.
    discount : float
        In [0, 1]. At 1 the values must be finite: every way of going on for ever has to cost.
    max_sweeps : int
        When to give up at discount 1; below it linear equations are solved then.

    Returns
    -------
    V : array of shape (S,)
    Q : array of shape (S, K)

    Raises
    ------
    ValueError
        For a discount outside [0, 1], and where the values do not converge at discount 1.

    Examples
    --------
    >>> import gymnasium
    >>> from envs import compile_table
    >>> V, Q = optimal_values(compile_table(gymnasium.make("CliffWalking-v1")), discount=1.0)
    >>> float(V[36])
    -13.0
    """
    discount = batched.require_discount(discount)
    states, actions, _ = table.probs.shape
    transition = _transition(table)
    expected = (table.probs * table.rewards).sum(axis=-1)
    allowed = np.ones((states, actions), dtype=np.bool_) if table.action_mask is None else table.action_mask
    V = np.zeros(states)
    if 0 < discount < 1 and np.log(_SETTLED) / np.log(discount) > max_sweeps:
        V = _values_by_policies(transition, np.where(allowed, expected, -np.inf), discount)
    for _ in range(max_sweeps):
        Q = expected + discount * (transition @ V).reshape(states, actions)
        improved = np.where(allowed, Q, -np.inf).max(axis=-1)
        settled = np.abs(improved - V) <= _SETTLED * np.abs(improved)
        V = improved
        if settled.all():
            return V, Q
    if discount < 1:
        # A value of which nothing is left but rounding goes round in a circle, however small.
        V = _values_by_policies(transition, np.where(allowed, expected, -np.inf), discount)
        return V, expected + discount * (transition @ V).reshape(states, actions)
    raise ValueError(f"values did not converge at discount {discount} in {max_sweeps} sweeps: try a smaller discount")


def _values_by_policies(transition: csr_array, rewards: NDArray[np.float64], discount: float) -> NDArray[np.float64]:
    """Evaluate one greedy policy after the other by linear equations, until the policy stays."""
    states, actions = rewards.shape
    rows, chosen = np.arange(states), rewards.argmax(axis=-1)
    while True:
        going_on = transition[rows * actions + chosen]
        V = np.asarray(spsolve((eye_array(states) - discount * going_on).tocsc(), rewards[rows, chosen]))
        Q = rewards + discount * (transition @ V).reshape(states, actions)
        # Another action has to be better by more than rounding, or two equals would take turns for ever.
        better = Q.max(axis=-1) > Q[rows, chosen] + 1e-12 * np.abs(V).max()
        if not better.any():
            return V
        chosen = np.where(better, Q.argmax(axis=-1), chosen)


def optimal_gaps(table: Table, discount: float) -> NDArray[np.float64]:
    """V*(s) - Q*(s, a), shape (S, K): how much an action gives away; exactly 0 for every optimal one.

    What is below 1e-9 of the sizes of the rewards and values that are added up in the state counts as a tie, which
    rounding has broken; the gap of a forbidden action is NaN.
    """
    key = (_digest(table), batched.require_discount(discount))
    gaps = _SOLVED.get(key)
    if gaps is None:
        if len(_SOLVED) >= _MOST_SOLVED:
            _SOLVED.clear()
        gaps = _SOLVED[key] = _gaps(table, discount)
    return gaps.copy()


def _digest(table: Table) -> bytes:
    """Give what tells the numbers of a table from those of another."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (table.probs, table.next_states, table.rewards, table.terminated, table.action_mask):
        array = np.zeros(0) if part is None else np.ascontiguousarray(part)
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.digest()


def _gaps(table: Table, discount: float) -> NDArray[np.float64]:
    V, Q = optimal_values(table, discount)
    allowed = np.True_ if table.action_mask is None else table.action_mask
    added = np.abs(table.probs * table.rewards).sum(axis=-1)
    added += discount * (_transition(table) @ np.abs(V)).reshape(Q.shape)
    gaps = np.maximum(V[:, np.newaxis] - Q, 0.0)
    tied = gaps <= _TIE * np.where(allowed, added, 0.0).max(axis=-1, keepdims=True)
    return np.where(allowed, np.where(tied, 0.0, gaps), np.nan)


def _transition(table: Table) -> csr_array:
    """Give the probabilities of going on in each state, shape (S K, S)."""
    states, actions, outcomes = table.probs.shape
    pairs = np.repeat(np.arange(states * actions), outcomes)
    going_on = np.where(table.terminated, 0.0, table.probs).ravel()
    return csr_array((going_on, (pairs, table.next_states.ravel())), shape=(states * actions, states))
