"""Evaluation of a policy on a table: its values, with and without a horizon, and its average reward."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, eye_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from agents.memory import Values
from agents.planning.model import Model, TableLike, checked_discount
from boltzmann import checks
from boltzmann.arrays import AS_USUAL

_LARGEST_VALUE = 1e12
"""Larger values, in units of the largest reward, come from a singular system of equations."""

_ROUNDING = 1e-12
_SUM_TOLERANCE = 1e-9


@AS_USUAL
def policy_evaluation(
    table: TableLike, probs: ArrayLike, discount: float, *, horizon: int | None = None
) -> tuple[Values, Values]:
    """Return the values of a policy, V = sum_a pi(a | s) Q(s, a), as the solution of these linear equations.

    Parameters
    ----------
    table : table
        The model.
    probs : array of shape (S, K)
        Probabilities of the actions in each state.
    discount : float
        In [0, 1]. At 1 and without a horizon every state has to lead to an end.
    horizon : int, optional
        The number of steps, at least 1; no limit by default.

    Returns
    -------
    V : array of shape (S,)
    Q : array of shape (S, K)
        Values of taking an action first; with a horizon, that action is the first of its steps.

    Raises
    ------
    ValueError, TypeError
        For arguments out of their bounds, and if the values are infinite.
    """
    pi, discount = _policy(table, probs), checked_discount(discount)
    model = Model(table)
    if horizon is not None:
        V, Q = np.zeros(len(pi)), np.zeros_like(pi)
        for _ in range(checks.whole_number("horizon", horizon, least=1)):
            Q = model.action_values(V, discount)
            V = (pi * Q).sum(axis=-1)
        return V, Q
    transitions, rewards = model.under(pi)
    infinite = f"values are infinite at discount {discount}: the policy never ends; try a smaller discount or a horizon"
    try:
        V = splu((eye_array(len(pi)) - discount * transitions).tocsc()).solve(rewards)
    except RuntimeError as error:
        raise ValueError(infinite) from error
    if not np.isfinite(V).all() or np.abs(V).max() > _LARGEST_VALUE * max(1.0, np.abs(rewards).max()):
        raise ValueError(infinite)
    return V, model.action_values(V, discount)


@AS_USUAL
def policy_gain(table: TableLike, probs: ArrayLike) -> float:
    """Return the average reward per step of a policy; after the end of an episode the next starts from ``initial``.

    Puterman, "Markov Decision Processes", 1994, theorem 8.2.6: the stationary distribution times the rewards.

    Parameters
    ----------
    table : table
        The model.
    probs : array of shape (S, K)
        Probabilities of the actions in each state.

    Raises
    ------
    ValueError, TypeError
        For probabilities that are not a policy, and for a policy whose average reward depends on the first state.
    """
    pi = _policy(table, probs)
    model = Model(table)
    transitions, rewards = model.under(pi)
    ends = 1 - np.asarray(transitions.sum(axis=1))
    # Rounding leaves a tiny probability of an end in rows without one.
    ending = csr_array(np.where(ends > _ROUNDING, ends, 0.0)[:, np.newaxis])
    moves = transitions + ending @ csr_array(table.initial[np.newaxis])
    moves.eliminate_zeros()
    classes = _closed_classes(moves)
    if len(classes) != 1:
        raise ValueError(
            f"the policy has {len(classes)} classes of states that it never leaves, so its gain depends on the start"
        )
    (members,) = classes
    inside = moves[members][:, members].toarray()
    # The stationary distribution solves mu P = mu. The last equation follows from the others; sum(mu) = 1 replaces it.
    equations = inside.T - np.eye(len(members))
    equations[-1] = 1.0
    stationary = np.linalg.solve(equations, np.eye(len(members))[-1])
    return float(stationary @ rewards[members])


def _closed_classes(moves: Any) -> list[NDArray[np.int64]]:
    """Return the sets of states that lead to each other and to no other state."""
    count, labels = connected_components(moves, connection="strong")
    origins, targets = moves.nonzero()
    leaving = labels[origins] != labels[targets]
    closed = np.setdiff1d(np.arange(count), labels[origins[leaving]])
    return [np.flatnonzero(labels == label) for label in closed]


def _policy(table: TableLike, probs: ArrayLike) -> Values:
    pi = checks.numeric_array("probs", probs).astype(np.float64, copy=False)
    if pi.shape != table.probs.shape[:2]:
        raise ValueError(f"probs must have shape {table.probs.shape[:2]}, got {pi.shape}")
    checks.require_entries(np.asarray(pi >= 0), "probs", "at least 0", pi)
    total = pi.sum(axis=-1)
    checks.require_all(np.asarray(np.abs(total - 1) <= _SUM_TOLERANCE), "sum of probs", "1", total)
    if table.action_mask is not None:
        checks.require_entries(np.asarray((pi == 0) | table.action_mask), "probs", "0 where an action is masked", pi)
    return pi
