"""The optimal values and gaps of a table, by dynamic programming."""

from __future__ import annotations

import hashlib

import numpy as np
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import spsolve

from envs import batched
from envs.batched import Floats
from envs.tables.table import Table

_CONVERGED = 1e-14
"""A value has converged when a sweep changes it by no more than this fraction of itself."""

_TIE = 1e-9
"""Gaps below this fraction of the terms of their sum are rounding errors, and count as ties."""

_IMPROVEMENT = 1e-12
"""A better action is better by this fraction of the largest value, so that rounding cannot make equals alternate."""

_CACHE_SIZE = 16
_CACHE: dict[tuple[bytes, float], Floats] = {}
"""Gaps that this process has computed, since every block of an experiment makes its environment anew."""


def optimal_values(table: Table, discount: float, *, max_sweeps: int = 200_000) -> tuple[Floats, Floats]:
    """Solve a table by value iteration; a time limit of the environment is ignored.

    V(s) = max_a Q(s, a) over the allowed actions,
    Q(s, a) = sum_outcomes p (r + discount V(s') [not terminated])
    (Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 4.10).

    Parameters
    ----------
    table : Table
        The model.
    discount : float
        In [0, 1]. At 1 the values must be finite: every policy that never terminates has to cost.
    max_sweeps : int
        Number of sweeps before giving up at discount 1. At smaller discounts linear equations are solved instead.

    Returns
    -------
    V : array of shape (S,)
    Q : array of shape (S, K)

    Raises
    ------
    ValueError
        If the discount is outside [0, 1], or the values do not converge at discount 1.

    Examples
    --------
    >>> import gymnasium
    >>> from envs import compile_table
    >>> V, Q = optimal_values(compile_table(gymnasium.make("CliffWalking-v1")), discount=1.0)
    >>> float(V[36])
    -13.0
    """
    discount = batched.number_in("discount", discount, "[0, 1]")
    states, actions, _ = table.probs.shape
    transition = _transition(table)
    expected = (table.probs * table.rewards).sum(axis=-1)
    allowed = np.ones((states, actions), dtype=np.bool_) if table.action_mask is None else table.action_mask
    V = np.zeros(states)
    if 0 < discount < 1 and np.log(_CONVERGED) / np.log(discount) > max_sweeps:
        V = _solve_by_policies(transition, np.where(allowed, expected, -np.inf), discount)
    for _ in range(max_sweeps):
        Q = expected + discount * (transition @ V).reshape(states, actions)
        improved = np.where(allowed, Q, -np.inf).max(axis=-1)
        converged = np.abs(improved - V) <= _CONVERGED * np.abs(improved)
        V = improved
        if converged.all():
            return V, Q
    if discount < 1:
        # A value whose exact result is 0 can alternate between rounding errors for ever.
        V = _solve_by_policies(transition, np.where(allowed, expected, -np.inf), discount)
        return V, expected + discount * (transition @ V).reshape(states, actions)
    raise ValueError(f"values did not converge at discount {discount} in {max_sweeps} sweeps: try a smaller discount")


def _solve_by_policies(transition: csr_array, rewards: Floats, discount: float) -> Floats:
    """Improve a greedy policy by linear equations until it no longer changes (policy iteration)."""
    states, actions = rewards.shape
    rows, chosen = np.arange(states), rewards.argmax(axis=-1)
    while True:
        going_on = transition[rows * actions + chosen]
        V = np.asarray(spsolve((eye_array(states) - discount * going_on).tocsc(), rewards[rows, chosen]))
        Q = rewards + discount * (transition @ V).reshape(states, actions)
        better = Q.max(axis=-1) > Q[rows, chosen] + _IMPROVEMENT * np.abs(V).max()
        if not better.any():
            return V
        chosen = np.where(better, Q.argmax(axis=-1), chosen)


def optimal_gaps(table: Table, discount: float) -> Floats:
    """Return V*(s) - Q*(s, a), shape (S, K): the loss of each action, exactly 0 for every optimal one.

    A gap below 1e-9 of the sizes of the rewards and values in its sum counts as a tie that rounding has broken. The
    gap of a masked action is NaN.
    """
    key = (_digest(table), batched.number_in("discount", discount, "[0, 1]"))
    gaps = _CACHE.get(key)
    if gaps is None:
        if len(_CACHE) >= _CACHE_SIZE:
            _CACHE.clear()
        gaps = _CACHE[key] = _gaps(table, discount)
    return gaps.copy()


def _digest(table: Table) -> bytes:
    """Return a hash of the arrays that gaps depend on."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (table.probs, table.next_states, table.rewards, table.terminated, table.action_mask):
        array = np.zeros(0) if part is None else np.ascontiguousarray(part)
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.digest()


def _gaps(table: Table, discount: float) -> Floats:
    V, Q = optimal_values(table, discount)
    allowed = np.True_ if table.action_mask is None else table.action_mask
    sizes = np.abs(table.probs * table.rewards).sum(axis=-1)
    sizes += discount * (_transition(table) @ np.abs(V)).reshape(Q.shape)
    gaps = np.maximum(V[:, np.newaxis] - Q, 0.0)
    tied = gaps <= _TIE * np.where(allowed, sizes, 0.0).max(axis=-1, keepdims=True)
    return np.where(allowed, np.where(tied, 0.0, gaps), np.nan)


def _transition(table: Table) -> csr_array:
    """Return the probabilities of reaching each state without termination, shape (S K, S)."""
    states, actions, outcomes = table.probs.shape
    pairs = np.repeat(np.arange(states * actions), outcomes)
    going_on = np.where(table.terminated, 0.0, table.probs).ravel()
    return csr_array((going_on, (pairs, table.next_states.ravel())), shape=(states * actions, states))
