"""Drawing actions: one uniform a draw, and never an action of probability 0.

The randomness is that of the library of the probabilities: a ``numpy.random.Generator``, a ``torch.Generator`` or a JAX
key. There is no global random state. A Generator advances with each draw; a JAX key returns the same draws each time,
as everywhere in JAX.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann._numerics import libraries, shared, tensors
from boltzmann.arrays import NUMPY, Array, Floats, Namespace, Rng, Values
from boltzmann.hints import with_hints

_Generator: TypeAlias = "np.random.Generator | tensors.Uniforms"
"""A string, so as not to load NumPy's randomness."""

_BLOCK = 256
"""From so many actions on, the cumulative sum has two levels."""
_SMALL_TOTAL = 2.0**-900
"""Weights with a smaller sum are rescaled: a subnormal total times a uniform may round to the total."""


@with_hints
def sample_categorical(rng: Rng, weights: Values, shape: int | tuple[int, ...] = ()) -> Any:
    """Draw indices in proportion to weights, by inverting the cumulative sum at one uniform a draw.

    Parameters
    ----------
    rng : numpy.random.Generator, torch.Generator or JAX key
        The source of the uniforms: one for each draw, in C order, float64 if the library has it.
    weights : array of shape (..., K)
        Non-negative and finite, of any positive sum a row; they need not be normalised.
    shape : tuple of int
        The number of independent draws for every row, as a shape.

    Returns
    -------
    array of integers, shape ``shape + weights.shape[:-1]``
        Indices in [0, K). An index of weight 0 is never drawn, wherever it stands.

    Raises
    ------
    TypeError
        If ``rng`` does not belong to the library of the weights.
    ValueError
        For NumPy weights that are not as described; the message names the row.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample_categorical(rng, np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0]]))
    array([1, 2])
    >>> sample_categorical(rng, np.array([1.0, 0.0]), shape=(3,))
    array([0, 0, 0])
    """
    xp = libraries.library(weights)
    return sample_weights(xp, rng, _checked_weights(weights) if xp is NUMPY else weights, -1, shape)


def _checked_weights(weights: Values) -> Array:
    array = checks.numeric_array("weights", weights)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(f"weights must hold at least one action on its last axis, got shape {array.shape}")
    checks.require_entries((array >= 0) & (array < np.inf), "weights", "finite and at least 0", array)
    total = array.sum(axis=-1, dtype=np.float64)
    checks.require_all((total > 0) & (total < np.inf), "sum of weights", "positive and finite", total)
    return array / array.max(axis=-1, keepdims=True) if np.min(total, initial=1.0) < _SMALL_TOTAL else array


def sample_weights(xp: Namespace, rng: Any, weights: Any, axis: int, shape: int | tuple[int, ...]) -> Any:
    """Draw as :func:`sample_categorical` does, from unchecked weights with the actions on ``axis``, 0 or -1."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if xp is not NUMPY:
        return _sample_foreign(xp, rng, weights, shape)
    if not isinstance(rng, np.random.Generator) and not isinstance(rng, tensors.Uniforms):
        raise checks.no_generator(rng)
    if axis == 0:
        return _sample_first_axis(rng, weights, shape)
    if weights.shape[-1] >= _BLOCK and not shape:
        return _sample_blocks(rng, weights)
    # Sum in float64 whatever the dtype: a float32 sum of many terms is off by more than a small weight.
    cumulative = np.add.accumulate(weights, axis=-1, dtype=np.float64)
    # The largest uniform is 1 - 2^-53. Its product with a total of normal size always rounds to less than the total.
    # The first partial sum above that threshold has grown by its own weight, which is therefore positive.
    if weights.ndim == 1:
        uniforms = rng.random(shape) if shape else rng.random()
        return cumulative.searchsorted(uniforms * cumulative[-1], side="right")
    threshold = cumulative[..., -1] * rng.random(shape + weights.shape[:-1])
    return np.add.reduce(cumulative <= threshold[..., np.newaxis], axis=-1, dtype=np.int64)


def _sample_first_axis(rng: _Generator, weights: Floats, shape: tuple[int, ...]) -> NDArray[Any]:
    count = weights.shape[0]
    cumulative = np.empty(weights.shape)
    cumulative[0] = weights[0]
    # Add whole rows: np.cumsum along the first axis takes three times as long.
    for action in range(1, count):
        np.add(cumulative[action - 1], weights[action], out=cumulative[action])
    threshold = cumulative[-1] * rng.random(shape + weights.shape[1:])
    if not shape:
        # At most 255 comparisons sum ten times faster as bytes than as booleans.
        lower = (cumulative[:-1] <= threshold).view(np.uint8)
        return np.add.reduce(lower, axis=0, dtype=np.uint8).astype(np.int64)  # type: ignore[no-any-return]
    actions = np.zeros(threshold.shape, dtype=np.int64)
    for action in range(count - 1):
        actions += cumulative[action] <= threshold
    return actions


def _sample_blocks(rng: _Generator, weights: Floats) -> NDArray[np.int64] | np.int64:
    """Sum whole blocks first, then only the drawn block entry by entry."""
    *batch, count = weights.shape
    rows = weights.reshape(math.prod(batch), count)
    root = math.isqrt(count)
    width = next((width for width in range(root, root // 4, -1) if count % width == 0), root)
    starts = np.arange(0, count, width)
    if count % width == 0:
        # einsum is four times as fast as a reduction over a short last axis.
        sums = np.einsum("rbw->rb", rows.reshape(len(rows), count // width, width), dtype=np.float64)
    else:
        sums = np.add.reduceat(rows, starts, axis=-1, dtype=np.float64)
    cumulative = np.add.accumulate(sums, axis=-1)
    threshold = cumulative[:, -1] * rng.random(tuple(batch)).reshape(-1)
    row = np.arange(len(rows))
    block = np.add.reduce(cumulative <= threshold[:, np.newaxis], axis=-1, dtype=np.int64)
    remaining = threshold - np.where(block > 0, cumulative[row, block - 1], 0.0)
    inside = starts[block, np.newaxis] + np.arange(width)
    chosen = np.where(inside < count, rows[row[:, np.newaxis], np.minimum(inside, count - 1)], 0.0)
    inner = np.add.accumulate(chosen, axis=-1, dtype=np.float64)
    # The sum within the block may round to less than the remaining threshold.
    remaining = np.minimum(remaining, np.nextafter(inner[:, -1], -math.inf))
    actions = starts[block] + np.add.reduce(inner <= remaining[:, np.newaxis], axis=-1, dtype=np.int64)
    return actions.reshape(batch)[()]  # type: ignore[no-any-return]


def _sample_foreign(xp: Namespace, rng: Rng, weights: Array, shape: tuple[int, ...]) -> Array:
    cumulative = xp.cumulative_sum(xp.astype(weights, libraries.widest_float(xp)), axis=-1)
    total = cumulative[..., -1]
    threshold = libraries.uniform(xp, rng, shape + tuple(total.shape), total) * total
    # If rounding lifts u * total to the total, draw the last positive weight: the first sum that equals the total.
    above = (cumulative > threshold[..., None]) | (cumulative >= total[..., None])
    return xp.argmax(xp.astype(above, xp.int32), axis=-1)


@with_hints
def sample_gumbel(rng: Rng, log_weights: Values, shape: int | tuple[int, ...] = ()) -> Array:
    """Draw indices by the Gumbel-max trick: the largest of log weight + standard Gumbel noise.

    A draw needs K random numbers, :func:`sample_categorical` needs one. In return, probabilities that underflow are
    distinguished. Parameters, result and errors are the same, for logarithms of weights; -inf is never drawn.

    Examples
    --------
    >>> sample_gumbel(np.random.default_rng(0), np.array([-math.inf, -2000.0, -math.inf]))
    np.int64(1)
    """
    xp = libraries.library(log_weights)
    return xp.argmax(_perturbed(xp, rng, log_weights, shape), axis=-1)


@with_hints
def sample_without_replacement(rng: Rng, log_weights: Values, k: int, shape: int | tuple[int, ...] = ()) -> Array:
    """Draw k different indices in order: each in proportion to its weight among the remaining ones.

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
        The number of independent draws for every row, as a shape.

    Returns
    -------
    array of integers, shape ``shape + log_weights.shape[:-1] + (k,)``

    Raises
    ------
    ValueError
        If k is out of these bounds; the message names the row.

    Examples
    --------
    >>> sample_without_replacement(np.random.default_rng(0), np.log([0.5, 0.3, 0.2]), 3)
    array([2, 0, 1])
    """
    xp, k = libraries.library(log_weights), checks.whole_number("k", k, least=1)
    return xp.argsort(-_perturbed(xp, rng, log_weights, shape, k), axis=-1, stable=True)[..., :k]


def _perturbed(xp: Namespace, rng: Rng, log_weights: Any, shape: int | tuple[int, ...], k: int = 1) -> Array:
    """Add Gumbel noise, which is -log of an exponential variable; -inf stays -inf."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    logs = checks.numeric_array("log_weights", log_weights) if xp is NUMPY else log_weights
    _require_enough(xp, logs, k)
    if xp is NUMPY:
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        exponential: Array = rng.standard_exponential(shape + logs.shape)
        tiny = float(np.finfo(np.float64).tiny)
    else:
        uniform = libraries.uniform(xp, rng, shape + tuple(logs.shape), logs)
        exponential, tiny = -xp.log1p(-uniform), float(xp.finfo(uniform.dtype).smallest_normal)
    return logs - xp.log(xp.where(exponential < tiny, tiny, exponential))


def _require_enough(xp: Namespace, logs: Array, k: int) -> None:
    possible: Any = xp.sum(xp.astype(logs > -xp.inf, xp.int32), axis=-1)
    if xp is NUMPY:
        checks.require_all(possible >= k, "the number of possible actions", f"at least k = {k}", possible)
    elif not libraries.is_traced(possible) and bool(xp.any(possible < k)):
        raise ValueError(f"k must be at most the number of possible actions in every row, got {k}")


@with_hints
def log_prob_without_replacement(log_probs: Values, actions: Values) -> Array:
    """Log-probability of an ordered draw without replacement (Plackett 1975; Luce 1959).

    Parameters
    ----------
    log_probs : array of shape (..., K)
        Logarithms of the weights, not necessarily normalised.
    actions : array of int, shape (..., k)
        Indices in the order of their draw, in [0, K). If one comes twice or has weight 0, the result is -inf.

    Returns
    -------
    array of shape (...)
        sum_i (log w_i - log of the sum of the remaining weights).

    Examples
    --------
    >>> draw = log_prob_without_replacement(np.log([0.5, 0.3, 0.2]), [2, 0])
    >>> round(float(np.exp(draw)), 7)
    0.125
    """
    return shared.ordered_log_prob(libraries.library(log_probs), log_probs, actions)
