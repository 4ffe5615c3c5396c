"""The probabilities of sparsemax and entmax, as arrays of any library; their numbers may be unknown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann._numerics import cumulative_sum, libraries
from boltzmann.arrays import Namespace

_MOST_STEPS = 100
_TRACED_STEPS = 30
"""PyTorch takes so many steps where the numbers are unknown."""
_BELOW_SUPPORT = -2.0


def sparsemax_rows(xp: Namespace, exponents: Any) -> Any:
    """Return the probabilities of sparsemax from (Q - max Q) / T."""
    # Scores more than 1 below the best are outside the support, so the clip changes nothing but avoids -inf.
    scores: Any = xp.where(exponents > _BELOW_SUPPORT, exponents, _BELOW_SUPPORT)
    falling: Any = xp.flip(xp.sort(scores, axis=-1), axis=-1)
    counts: Any = cumulative_sum(xp, xp.ones_like(scores))
    sums: Any = cumulative_sum(xp, falling)
    size = xp.sum(xp.astype(1 + counts * falling > sums, scores.dtype), axis=-1, keepdims=True)
    threshold = (xp.sum(xp.where(counts <= size, falling, 0.0), axis=-1, keepdims=True) - 1) / size
    return xp.where(scores > threshold, scores - threshold, 0.0)


def entmax_rows(xp: Namespace, rows: Any, alpha: float) -> Any:
    """Return the probabilities of entmax from (Q - max Q) / T, by one of each row that determines the others."""
    if rows.shape[-1] == 1:
        return xp.ones_like(rows)
    return _from_largest(xp, rows, alpha) if alpha <= 2 else _from_smallest(xp, rows, alpha)


def _from_largest(xp: Namespace, rows: Any, alpha: float) -> Any:
    """Solve for the probability of the best action, in [1 / K, 1]; well conditioned for alpha up to 2."""

    def ratios(best: Any) -> Any:
        # log1p of the ratio to the best one keeps full precision as alpha tends to 1, the softmax.
        below: Any = xp.where(rows == 0, 0.0, (alpha - 1) * (rows * best[..., None] ** (1 - alpha)))
        return xp.exp(xp.log1p(xp.where(below > -1.0, below, -1.0)) / (alpha - 1))

    def excess(best: Any) -> tuple[Any, Any]:
        ratio = ratios(best)
        slopes = xp.where(ratio > 0, ratio ** (2 - alpha), 0.0)
        return best * xp.sum(ratio, axis=-1) - 1.0, xp.sum(slopes, axis=-1)

    best = _root_below(xp, excess, xp.ones_like(rows[..., 0]), 1 / rows.shape[-1])
    return best[..., None] * ratios(best)


def _from_smallest(xp: Namespace, rows: Any, alpha: float) -> Any:
    """Solve for the least positive probability; for large alpha the largest one hardly depends on small ones."""
    below = (1 - alpha) * rows
    # An action is in the support if the better ones sum to less than 1 at the threshold where it enters.
    apart = below[..., None, :] - below[..., :, None]
    entering = xp.where(apart > 0, apart, 0.0) ** (1 / (alpha - 1))
    support: Any = xp.where(below < np.inf, xp.sum(entering, axis=-2), np.inf) < 1
    last = xp.max(xp.where(support, below, -1.0), axis=-1, keepdims=True)
    above: Any = xp.where(support, last - below, 0.0)

    def terms(least: Any) -> Any:
        column = least[..., None]
        return xp.where(above == 0, column, (column ** (alpha - 1) + above) ** (1 / (alpha - 1)))

    def excess(least: Any) -> tuple[Any, Any]:
        term = terms(least)
        slopes = xp.where(above == 0, 1.0, (least[..., None] / term) ** (alpha - 2))
        total, slope = (xp.sum(xp.where(support, part, 0.0), axis=-1) for part in (term, slopes))
        return total - 1.0, slope

    start = 1 / xp.sum(xp.astype(support, rows.dtype), axis=-1)
    least = _root_below(xp, excess, start, 0.0)
    return xp.where(support, terms(least), 0.0)


def _root_below(xp: Namespace, excess: Callable[[Any], tuple[Any, Any]], start: Any, least: float) -> Any:
    """Return the root of each row by Newton's method from the right, where a convex rising function is not below 0.

    The excess is convex, and rises at least as fast as the probability itself, so that no step passes the root.
    """
    eps = float(xp.finfo(start.dtype).eps)

    def again(state: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
        root, done, count = state
        value, slope = excess(root)
        moved: Any = root - value / slope
        moved = xp.where(moved > least, moved, least)
        moved = xp.where(done | (moved > root), root, moved)
        return moved, done | (root - moved <= eps * root), count + 1

    state = (start, start < start, 0)
    is_traced = libraries.is_traced(start)
    if is_traced and libraries.is_jax(xp):
        going = lambda state: (state[2] < _MOST_STEPS) & ~xp.all(state[1])  # noqa: E731
        return sys.modules["jax"].lax.while_loop(going, again, state)[0]
    for _ in range(_TRACED_STEPS if is_traced else _MOST_STEPS):
        state = again(state)
        if not is_traced and bool(xp.all(state[1])):
            break
    return state[0]
