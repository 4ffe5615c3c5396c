"""(Q - max Q) / T in NumPy, exact at both ends and where differences overflow; exponentials that underflow."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.arrays import NUMPY, QUIET, Array

_LEAST_HALVED = -1490.0
"""exp of half a smaller score is 0."""


def centred_over_temperature(values: Array, peak: Array, temperature: Array | float, ends: bool) -> Array:
    """(values - peak) / temperature; both ends of the temperature and -inf are taken by value.

    Called under OVERFLOW_RAISES.
    """
    one = isinstance(temperature, float)
    if one and temperature == 0.0:
        return NUMPY.where(values == peak, 0.0, -np.inf)
    if one and temperature == np.inf:
        return NUMPY.where(values == -np.inf, -np.inf, 0.0)
    try:
        centred = values - peak
        scores = NUMPY.divide(centred, temperature, out=centred) if one else centred / temperature
    except FloatingPointError:
        scores = _halved_where_wide(values, peak, temperature)
    if ends:
        scores = NUMPY.where((values == peak) & (temperature == 0), 0.0, scores)
        scores = NUMPY.where(np.isinf(temperature), NUMPY.where(values == -np.inf, -np.inf, 0.0), scores)
    return NUMPY.asarray(scores)


@QUIET
def _halved_where_wide(values: Array, peak: Array, temperature: Array | float) -> Array:
    """Halve a difference of finite values that overflows: in units of T it may still be moderate."""
    centred = values - peak
    overflowed = (centred == -np.inf) & (values > -np.inf)
    return NUMPY.where(overflowed, (values / 2 - peak / 2) / (temperature / 2), centred / temperature)


def rare_weights(scores: Any) -> Array:
    """Mark the weights that have lost digits, or are 0, but have a root above 0."""
    limits = scores.xp.finfo(scores.weights.dtype)
    rare: Array = scores.weights < float(limits.smallest_normal) / float(limits.eps)
    return rare & (scores.scores > _LEAST_HALVED) if scores.xp is not NUMPY or np.any(rare) else rare


def roots_of_weights(scores: Any, marked: Array) -> Array:
    """Return the square roots of the marked weights, 1 for others."""
    xp = scores.xp
    return xp.exp(xp.where(marked, scores.scores, 0.0) / 2)  # type: ignore[no-any-return]
