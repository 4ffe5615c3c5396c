"""What a policy is worth on a table: its values, with and without a horizon, and its average reward."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, eye_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from agents.planning.model import Model, TableLike, checked_discount
from boltzmann import checks

Floats = NDArray[np.float64]


def policy_evaluation(
    table: TableLike, probs: ArrayLike, discount: float, *, horizon: int | None = None
) -> tuple[Floats, Floats]:
    """Values of acting by a policy: V = sum_a pi(a | s) Q(s, a), solved as the linear equations that they are.

    Parameters
    ----------
    table : table
        The model.
    probs : array of shape (S, K)
        Probabilities of the actions in each state.
    discount : float
        In [0, 1]. At 1 and without a horizon the policy has to come to an end from everywhere.
    horizon : int, optional
        Only so many steps, at least 1.

    Returns
    -------
    V : array of shape (S,)
    Q : array of shape (S, K)
        Of taking an action first; with a horizon, that action is the first of its steps.

    Raises
    ------
    ValueError, TypeError
        For arguments out of their bounds, and where the values are infinite.
    """
    pi, discount = _policy(table, probs), checked_discount(discount)
    model = Model(table)
    if horizon is not None:
        V, Q = np.zeros(len(pi)), np.zeros_like(pi)
        for _ in range(checks.whole_number("horizon", horizon, least=1)):
            Q = model.action_values(V, discount)
            V = (pi * Q).sum(axis=-1)
        return V, Q
    going_on, rewards = model.under(pi)
    try:
        V = splu((eye_array(len(pi)) - discount * going_on).tocsc()).solve(rewards)
    except RuntimeError as error:
        raise ValueError(f"values are infinite at discount {discount}: the policy goes on for ever") from error
    if not np.isfinite(V).all() or (np.abs(V).max() > 1e12 * max(1.0, np.abs(rewards).max())):
        raise ValueError(f"values are infinite at discount {discount}: the policy goes on for ever")
    return V, model.action_values(V, discount)


def policy_gain(table: TableLike, probs: ArrayLike) -> float:
    """Average reward a step of a policy, for ever: where an episode ends, the next one starts from ``initial``.

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
        For what is no policy, and one under which the long run depends on where it starts.
    """
    pi = _policy(table, probs)
    model = Model(table)
    going_on, rewards = model.under(pi)
    ends = 1 - np.asarray(going_on.sum(axis=1))
    # What rounding leaves of a row that does not end is no end.
    ending = csr_array(np.where(ends > 1e-12, ends, 0.0)[:, np.newaxis])
    moves = going_on + ending @ csr_array(table.initial[np.newaxis])
    moves.eliminate_zeros()
    classes = _closed_classes(moves)
    if len(classes) != 1:
        raise ValueError(
            f"the policy has {len(classes)} classes of states that it never leaves, so its gain depends on the start"
        )
    (members,) = classes
    inside = moves[members][:, members].toarray()
    # mu P = mu, and in the place of one equation, which the others imply, the sum of mu.
    equations = inside.T - np.eye(len(members))
    equations[-1] = 1.0
    share = np.linalg.solve(equations, np.eye(len(members))[-1])
    return float(share @ rewards[members])


def _closed_classes(moves: Any) -> list[NDArray[np.int64]]:
    """Find the sets of states that lead to each other and nowhere else."""
    count, labels = connected_components(moves, connection="strong")
    origins, targets = moves.nonzero()
    leaving = labels[origins] != labels[targets]
    closed = np.setdiff1d(np.arange(count), labels[origins[leaving]])
    return [np.flatnonzero(labels == label) for label in closed]


def _policy(table: TableLike, probs: ArrayLike) -> Floats:
    pi = checks.numeric_array("probs", probs).astype(np.float64, copy=False)
    if pi.shape != table.probs.shape[:2]:
        raise ValueError(f"probs must have shape {table.probs.shape[:2]}, got {pi.shape}")
    checks.require_entries(np.asarray(pi >= 0), "probs", "at least 0", pi)
    total = pi.sum(axis=-1)
    checks.require_all(np.asarray(np.abs(total - 1) <= 1e-9), "sum of probs", "1", total)
    if table.action_mask is not None:
        checks.require_entries(np.asarray((pi == 0) | table.action_mask), "probs", "0 where an action is masked", pi)
    return pi
