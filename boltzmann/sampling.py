"""Drawing actions: one uniform a draw, never an action of probability 0.

The randomness is that of the library that the probabilities come from: a ``numpy.random.Generator``, a
``torch.Generator`` or a JAX key. There is no global random state to fall back on. A Generator moves on; a JAX key gives
the same draws each time, as everywhere in JAX.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import Uniforms, libraries, ordered_log_prob

_BLOCK = 256
"""From so many actions on the cumulative sum goes in two levels."""


def sample_categorical(rng: Any, weights: Any, shape: tuple[int, ...] = ()) -> Any:
    """Draw indices in proportion to weights, by inverting the cumulative sum at one uniform a draw.

    Parameters
    ----------
    rng : numpy.random.Generator, torch.Generator or JAX key
        Where the uniforms come from: one for each draw, in C order, float64 where the library has it.
    weights : array of shape (..., K)
        Non-negative and finite, of any positive sum a row; they need not be normalised.
    shape : tuple of int
        How many independent draws of every row.

    Returns
    -------
    array of integers, shape ``shape + weights.shape[:-1]``
        Indices in [0, K). An index of weight 0 is never drawn, wherever it stands.

    Raises
    ------
    TypeError
        Where ``rng`` is not that of the library of the weights.
    ValueError
        For NumPy weights that are not as described; the row is named.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample_categorical(rng, np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0]]))
    array([1, 2])
    >>> sample_categorical(rng, np.array([1.0, 0.0]), shape=(3,))
    array([0, 0, 0])
    """
    if libraries.is_native(weights):
        weights = checks.numeric_array("weights", weights)
        if weights.ndim == 0 or weights.shape[-1] == 0:
            raise ValueError(f"weights must hold at least one action on its last axis, got shape {weights.shape}")
        checks.require_entries((weights >= 0) & (weights < np.inf), "weights", "finite and at least 0", weights)
        total = weights.sum(axis=-1, dtype=np.float64)
        checks.require_all((total > 0) & (total < np.inf), "sum of weights", "positive and finite", total)
        if np.min(total, initial=1.0) < 2.0**-900:
            # A subnormal total times a uniform may round to the total, which no partial sum exceeds.
            weights = weights / weights.max(axis=-1, keepdims=True)
    return sample_weights(rng, weights, -1, shape)


def sample_weights(rng: Any, weights: Any, axis: int, shape: tuple[int, ...]) -> Any:
    """Draw as :func:`sample_categorical` does, from weights whose actions lie on ``axis``, 0 or -1."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if not libraries.is_native(weights):
        return _sample_foreign(rng, weights, shape)
    if not isinstance(rng, np.random.Generator) and not isinstance(rng, Uniforms):
        raise checks.no_generator(rng)
    if axis == 0:
        return _sample_first_axis(rng, weights, shape)
    if weights.shape[-1] >= _BLOCK and not shape:
        return _sample_blocks(rng, weights)
    # Sums in float64 whatever the weights: a float32 sum of many terms is off by more than a small weight.
    cumulative = np.add.accumulate(weights, axis=-1, dtype=np.float64)
    # The largest uniform, 1 - 2^-53, times a total of normal size always rounds to less than the total; and the first
    # partial sum above that threshold has grown by its own, hence positive, weight.
    if weights.ndim == 1 and not shape:
        return cumulative.searchsorted(rng.random() * cumulative[-1], side="right")
    threshold = cumulative[..., -1] * rng.random(shape + weights.shape[:-1])
    return np.add.reduce(cumulative <= threshold[..., np.newaxis], axis=-1, dtype=np.int64)


def _sample_first_axis(rng: np.random.Generator | Uniforms, weights: Any, shape: tuple[int, ...]) -> Any:
    count = weights.shape[0]
    cumulative = np.empty(weights.shape)
    cumulative[0] = weights[0]
    # Additions of whole rows: np.cumsum along the first axis takes three times as long.
    for action in range(1, count):
        np.add(cumulative[action - 1], weights[action], out=cumulative[action])
    threshold = cumulative[-1] * rng.random(shape + weights.shape[1:])
    if not shape:
        # The bytes of at most 255 comparisons sum ten times faster than their truth values.
        return np.add.reduce((cumulative[:-1] <= threshold).view(np.uint8), axis=0, dtype=np.uint8).astype(np.int64)
    actions = np.zeros(threshold.shape, dtype=np.int64)
    for action in range(count - 1):
        actions += cumulative[action] <= threshold
    return actions


def _sample_blocks(rng: np.random.Generator | Uniforms, weights: Any) -> Any:
    """Sum whole blocks first, and only the block that is drawn from one by one."""
    *batch, count = weights.shape
    rows = weights.reshape(math.prod(batch), count)
    root = math.isqrt(count)
    width = next((width for width in range(root, root // 4, -1) if count % width == 0), root)
    starts = np.arange(0, count, width)
    if count % width == 0:
        # Four times as fast as a reduction over a short last axis.
        sums = np.einsum("rbw->rb", rows.reshape(len(rows), count // width, width), dtype=np.float64)
    else:
        sums = np.add.reduceat(rows, starts, axis=-1, dtype=np.float64)
    cumulative = np.add.accumulate(sums, axis=-1)
    threshold = cumulative[:, -1] * rng.random(batch).reshape(-1)
    places = np.arange(len(rows))
    block = np.add.reduce(cumulative <= threshold[:, np.newaxis], axis=-1, dtype=np.int64)
    left = threshold - np.where(block > 0, cumulative[places, block - 1], 0.0)
    inside = starts[block, np.newaxis] + np.arange(width)
    chosen = np.where(inside < count, rows[places[:, np.newaxis], np.minimum(inside, count - 1)], 0.0)
    inner = np.add.accumulate(chosen, axis=-1, dtype=np.float64)
    # The block's own sum may round to less than what is left for it.
    left = np.minimum(left, np.nextafter(inner[:, -1], -math.inf))
    actions = starts[block] + np.add.reduce(inner <= left[:, np.newaxis], axis=-1, dtype=np.int64)
    return actions.reshape(batch)[()]


def _sample_foreign(rng: Any, weights: Any, shape: tuple[int, ...]) -> Any:
    xp = libraries.namespace(weights)
    cumulative = xp.cumulative_sum(xp.astype(weights, libraries.widest_float(xp)), axis=-1)
    total = cumulative[..., -1]
    uniform = libraries.uniform(xp, rng, shape + tuple(total.shape), total)
    threshold = uniform * total
    # Where rounding lifts u * total to the total, the last weight above 0 is meant: the first sum that is the total.
    above = (cumulative > threshold[..., None]) | (cumulative >= total[..., None])
    return xp.argmax(xp.astype(above, xp.int32), axis=-1)


def sample_gumbel(rng: Any, log_weights: Any, shape: tuple[int, ...] = ()) -> Any:
    """Draw indices by the Gumbel-max trick: the largest of log weight + standard Gumbel noise.

    It needs K random numbers a draw where :func:`sample_categorical` needs one, and tells apart probabilities that
    underflow. Parameters, result and errors are the same, for logarithms of weights; -inf is never drawn.

    Examples
    --------
    >>> sample_gumbel(np.random.default_rng(0), np.array([-math.inf, -2000.0, -math.inf]))
    np.int64(1)
    """
    xp, keys = _perturbed(rng, log_weights, (shape,) if isinstance(shape, int) else tuple(shape))
    return xp.argmax(keys, axis=-1)


def sample_without_replacement(rng: Any, log_weights: Any, k: int, shape: tuple[int, ...] = ()) -> Any:
    """Draw k different indices in order: each in proportion to its weight among those that are left.

    By Gumbel-top-k (Kool, van Hoof & Welling, "Stochastic beams and where to find them", 2019): the k largest of
    log weight + Gumbel noise, in their order, follow the Plackett-Luce law.

    Parameters
    ----------
    rng : numpy.random.Generator, torch.Generator or JAX key
    log_weights : array of shape (..., K)
        Logarithms of weights, not necessarily normalised; -inf is never drawn.
    k : int
        From 1 to the number of indices of positive weight in every row.
    shape : tuple of int
        How many independent draws of every row.

    Returns
    -------
    array of integers, shape ``shape + log_weights.shape[:-1] + (k,)``

    Raises
    ------
    ValueError
        Where k is out of these bounds; the row is named.

    Examples
    --------
    >>> sample_without_replacement(np.random.default_rng(0), np.log([0.5, 0.3, 0.2]), 3)
    array([2, 0, 1])
    """
    k = checks.whole_number("k", k, least=1)
    xp, keys = _perturbed(rng, log_weights, (shape,) if isinstance(shape, int) else tuple(shape), k)
    if xp is np:
        return np.argsort(-keys, axis=-1, kind="stable")[..., :k]
    return xp.argsort(-keys, axis=-1, stable=True)[..., :k]


def _perturbed(rng: Any, log_weights: Any, shape: tuple[int, ...], k: int = 1) -> tuple[Any, Any]:
    """Add Gumbel noise, which is -log of an exponential variable; -inf stays where it is."""
    if libraries.is_native(log_weights):
        logs = checks.numeric_array("log_weights", log_weights)
        _require_enough(np, logs, k)
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        noise = rng.standard_exponential(shape + logs.shape)
        return np, logs - np.log(np.maximum(noise, np.finfo(np.float64).tiny))
    xp = libraries.namespace(log_weights)
    _require_enough(xp, log_weights, k)
    uniform = libraries.uniform(xp, rng, shape + tuple(log_weights.shape), log_weights)
    tiny = float(xp.finfo(uniform.dtype).smallest_normal)
    exponential = -xp.log1p(-uniform)
    return xp, log_weights - xp.log(xp.where(exponential < tiny, tiny, exponential))


def _require_enough(xp: Any, logs: Any, k: int) -> None:
    possible = xp.sum(xp.astype(logs > -xp.inf, xp.int32), axis=-1)
    if xp is np:
        checks.require_all(possible >= k, "the number of possible actions", f"at least k = {k}", possible)
    elif not libraries.is_traced(possible) and bool(xp.any(possible < k)):
        raise ValueError(f"k must be at most the number of possible actions in every row, got {k}")


def log_prob_without_replacement(log_probs: Any, actions: Any) -> Any:
    """Log-probability of an ordered draw without replacement (Plackett 1975; Luce 1959).

    Parameters
    ----------
    log_probs : array of shape (..., K)
        Logarithms of the weights, not necessarily normalised.
    actions : array of int, shape (..., k)
        Indices in the order of their draw, in [0, K); where one comes twice, or has weight 0, the answer is -inf.

    Returns
    -------
    array of shape (...)
        sum_i (log w_i - log of the sum of the weights that were left).

    Examples
    --------
    >>> draw = log_prob_without_replacement(np.log([0.5, 0.3, 0.2]), [2, 0])
    >>> round(float(np.exp(draw)), 7)
    0.125
    """
    return ordered_log_prob(log_probs, actions)
