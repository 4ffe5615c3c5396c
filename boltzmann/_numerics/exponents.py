"""(Q - max Q) / T in NumPy, exact at both ends and where differences overflow; exponentials that underflow."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.arrays import NUMPY, Array

_LEAST_HALVED = -1490.0
"""exp of half a smaller score is 0."""


def centred_over_temperature(values: Array, peak: Array, temperature: Array | float, ends: bool) -> Array:
    """(values - peak) / temperature; both ends of the temperature and -inf are taken by value. Called under QUIET."""
    one = isinstance(temperature, float)
    if one and temperature == 0.0:
        return NUMPY.where(values == peak, 0.0, -np.inf)
    if one and temperature == np.inf:
        return NUMPY.where(values == -np.inf, -np.inf, 0.0)
    try:
        # NumPy checks the overflow flag anyway, so detecting an overflow is free.
        with np.errstate(over="raise"):
            centred = values - peak
            scores = NUMPY.divide(centred, temperature, out=centred) if one else centred / temperature
    except FloatingPointError:
        centred = values - peak
        # A difference of finite values that overflows may still be moderate in units of T: halve it first.
        overflowed = (centred == -np.inf) & (values > -np.inf)
        scores = NUMPY.where(overflowed, (values / 2 - peak / 2) / (temperature / 2), centred / temperature)
    if ends:
        scores = NUMPY.where((values == peak) & (temperature == 0), 0.0, scores)
        scores = NUMPY.where(np.isinf(temperature), NUMPY.where(values == -np.inf, -np.inf, 0.0), scores)
    return NUMPY.asarray(scores)


def rare_weights(scores: Any) -> Array:
    """Mark the weights that have lost digits, or are 0, but have a root above 0."""
    limits = scores.xp.finfo(scores.weights.dtype)
    rare: Array = scores.weights < float(limits.smallest_normal) / float(limits.eps)
    return rare & (scores.scores > _LEAST_HALVED) if scores.xp is not NUMPY or np.any(rare) else rare


def roots_of_weights(scores: Any, marked: Array) -> Array:
    """Return the square roots of the marked weights, 1 for others."""
    xp = scores.xp
    return xp.exp(xp.where(marked, scores.scores, 0.0) / 2)  # type: ignore[no-any-return]
