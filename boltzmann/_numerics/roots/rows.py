"""Rows of values in units of their range, and the sums over them that every step takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from boltzmann.arrays import LARGEST, NUMPY, Namespace

SHRUNK = 2.0**-8
"""Rows of very large values are multiplied by it, so that no difference overflows."""


@dataclass
class Rows:
    """Rows in units of their range; see ``moves`` for the letters."""

    xp: Namespace
    axis: int
    """The axis of the actions, 0 or -1."""
    d: Any
    """The difference to the maximum, 0 for masked actions."""
    powers: Any
    """w, w d and w d^2 for the actions below the maximum, 0 for others; stacked on a new first axis."""
    share: Any
    """The weights of all allowed actions, which sum to ``k``; booleans without a prior."""
    n: Any
    k: Any
    log_n: Any
    nearest: Any
    unit: Any
    """The range of the row, times ``factor``; 1 if all values are equal."""
    factor: Any
    """A power of two, 1 but for very large values."""
    scratch: Any = None

    def weights(self, beta: Any) -> Any:
        """Return exp(-beta d)."""
        if self.xp is not NUMPY:
            return self.xp.exp(self.d * self.spread(-beta))
        if self.scratch is None:
            self.scratch = np.empty_like(self.d)
        np.multiply(self.d, self.spread(-beta), out=self.scratch)
        return np.exp(self.scratch, out=self.scratch)

    def sums(self, weights: Any = None) -> Any:
        """Return s0, s1 and s2, for weights exp(-beta d), 1 by default."""
        if weights is not None and self.xp is NUMPY:
            return np.einsum("kr,pkr->pr" if self.axis == 0 else "rk,prk->pr", weights, self.powers)
        terms = self.powers if weights is None else self.powers * weights[None]
        return self.xp.sum(terms, axis=1 if self.axis == 0 else -1)

    def spread(self, rows: Any) -> Any:
        """Give an array of rows the axis of the actions."""
        return rows[None] if self.axis == 0 else rows[..., None]

    def total(self, terms: Any) -> Any:
        """Sum over the actions."""
        return self.xp.sum(terms, axis=self.axis)

    def chosen(self, rows: Any) -> Rows:
        """Return some of the rows, by index or mask, with what a step reads."""
        at = (slice(None), rows) if self.axis == 0 else (rows,)
        parts = self.d[at], self.powers[(slice(None), *at)], self.share[at]
        return Rows(self.xp, self.axis, *parts, self.n[rows], self.k[rows], *(4 * [None]))


def measured(xp: Namespace, axis: int, values: Any, live: Any, prior: Any) -> Rows:
    """Measure rows of values, finite where live; the prior may be None."""
    whole = xp is NUMPY and bool(live.all())
    flat: Any = values if whole else xp.where(live, values, -xp.inf)
    peak: Any = xp.max(flat, axis=axis, keepdims=True)
    flat = flat if whole else xp.where(live, values, peak)
    lowest: Any = xp.min(flat, axis=axis, keepdims=True)
    largest = LARGEST if xp is NUMPY else float(xp.finfo(values.dtype).max)
    wide = (peak > largest / 4) | (lowest < -largest / 4)
    factor: Any = xp.where(wide, SHRUNK, xp.ones_like(peak))
    if xp is not NUMPY or wide.any():
        flat, peak, lowest = flat * factor, peak * factor, lowest * factor
    unit: Any = xp.where(peak > lowest, peak - lowest, xp.ones_like(peak))
    d: Any = (peak - flat) / unit
    below = flat < peak
    w: Any = xp.astype(below, values.dtype)
    share, wd, log_n = live, d, None
    if prior is not None:
        share = xp.where(live, prior, 0.0)
        most = xp.max(share, axis=axis, keepdims=True)
        # The largest prior becomes 1, so that no sum overflows. n may underflow, but not the sum before the division.
        log_n = xp.log(xp.sum(xp.where(below, 0.0, share / 2), axis=axis)) - xp.log(xp.squeeze(most, axis=axis) / 2)
        share = share / most
        w = xp.where(below, share, 0.0)
        wd = w * d
    nearest: Any = xp.min(xp.where(below, d, 2.0), axis=axis)
    k: Any = xp.sum(share, axis=axis, dtype=values.dtype)
    n = k - xp.sum(w, axis=axis) if prior is None else xp.sum(xp.where(below, 0.0, share), axis=axis)
    powers = xp.stack([w, wd, wd * d])
    ends = (xp.squeeze(part, axis=axis) for part in (unit, factor))
    return Rows(xp, axis, d, powers, share, n, k, xp.log(n) if log_n is None else log_n, nearest, *ends)
