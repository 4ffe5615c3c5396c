"""Differences of values over T in NumPy, exact at both ends; sums and means under weights that underflow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from boltzmann.arrays import NUMPY, QUIET, Array

_LEAST_HALVED = -1490.0
"""exp of half a smaller score is 0."""


def centred_over_temperature(values: Array, peak: Array, temperature: Array | float, ends: bool) -> Array:
    """(values - peak) / temperature; both ends of the temperature and -inf are taken by value.

    ``peak`` is the largest value, or at 0 < T < inf any other finite number. Called under OVERFLOW_RAISES.
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
    overflowed = np.isinf(centred) & (values > -np.inf)
    return NUMPY.where(overflowed, (values / 2 - peak / 2) / (temperature / 2), centred / temperature)


def sum_of_others(scores: Any, weights: Any, *, shared: bool) -> Array:
    """Sum the weights without the best action's; if other threads may read them, they stay as they are."""
    rest: Array
    several = scores.batch is None
    best = scores.flat_best if several else scores.best
    if scores.equal:
        total = np.add.reduce(weights, axis=scores.axis, keepdims=True) if several else np.add.reduce(weights)
        rest = total - 1.0
    elif best is not None and weights.size == np.size(scores.values):
        if shared:
            weights = weights.copy()
        # The best entries are set to 0 for the sum and restored, so that new weights need no copy.
        flat = weights.reshape(-1)
        flat[best] = 0.0
        rest = np.add.reduce(weights, axis=-1, keepdims=True) if several else np.add.reduce(weights)
        flat[best] = 1.0
    else:
        # Maximisers have weight 1. Sum the smaller weights, then add the number of maximisers minus 1.
        ones = np.floor(weights)
        count = np.add.reduce(ones, axis=scores.axis, keepdims=True)
        np.subtract(weights, ones, out=ones)
        rest = np.add.reduce(ones, axis=scores.axis, keepdims=True) + (count - 1.0)
    return rest


def rare_weights(scores: Any) -> Array:
    """Mark the weights that have lost digits, or are 0, but have a root above 0."""
    limits = scores.xp.finfo(scores.weights.dtype)
    rare: Array = scores.weights < float(limits.smallest_normal) / float(limits.eps)
    return rare & (scores.scores > _LEAST_HALVED) if scores.xp is not NUMPY or np.any(rare) else rare


def roots_of_weights(scores: Any, marked: Array) -> Array:
    """Return the square roots of the marked weights, 1 for others."""
    xp = scores.xp
    return xp.exp(xp.where(marked, scores.scores, 0.0) / 2)  # type: ignore[no-any-return]


def weighted(scores: Any, terms: Array) -> Array:
    """p(a) times the term of each action, to full accuracy even if the weight is subnormal or 0."""
    xp = scores.xp
    products = scores.weights / scores.total * xp.where(scores.weights > 0, terms, 0.0)
    rare = rare_weights(scores)
    if xp is NUMPY and not np.any(rare):
        return products  # type: ignore[no-any-return]
    roots = roots_of_weights(scores, rare)
    return xp.where(rare, roots * (roots * terms / scores.total), products)  # type: ignore[no-any-return]


def mean_score(scores: Any) -> Array:
    """Rows; the mean of the scores. A score of -inf has weight 0 and does not count."""
    if scores.xp is NUMPY and scores.prior is None and not scores.ends:
        # A value of -inf, or a difference that overflows, makes this result infinite or NaN.
        terms: Any = scores.values - scores.peak
        temperature = scores.temperature
        in_place = isinstance(temperature, float)
        terms = np.divide(terms, temperature, out=terms) if in_place else terms / temperature
        np.multiply(terms, scores.weights, out=terms)
        result: Array = np.add.reduce(terms, axis=scores.axis, keepdims=True) / scores.total
        if math.isfinite(np.add.reduce(result, axis=None)):
            return result
    return scores.sum(scores.weights * scores.safe_scores) / scores.total  # type: ignore[no-any-return]
