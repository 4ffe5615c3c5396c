"""Draws by inverting one cumulative sum of unchecked weights: O(K) for each row, then O(log K) for each draw.

The draw of a uniform u is the first action whose cumulative sum exceeds u times the total. Cumulative sums do not fall,
so that action is found by halving. Weights of 0 do not raise the sum, so they are never drawn.
"""

from __future__ import annotations

import math
import sys
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann._numerics import TorchRandom, cumulative_sum, libraries
from boltzmann.arrays import NUMPY, Array, Floats, Namespace, Rng

_Generator: TypeAlias = "np.random.Generator | TorchRandom"
"""A string, so as not to load NumPy's randomness."""

_BLOCK = 256
"""From so many actions on, the cumulative sum has two levels."""
_FEW_COMPARISONS = 2**12
"""Up to so many comparisons a row, comparing with all sums is faster than halving row by row."""


def sample_weights(xp: Namespace, rng: Any, weights: Any, axis: int, shape: int | tuple[int, ...]) -> Any:
    """Draw as :func:`boltzmann.sample_categorical` does, from weights with the actions on ``axis``, 0 or -1.

    Where no error can be raised, as under ``jax.jit``, rows without a positive finite sum give -1.
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if xp is not NUMPY:
        return _sample_foreign(xp, rng, weights, shape)
    if not isinstance(rng, np.random.Generator) and not isinstance(rng, TorchRandom):
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
    if not shape and weights.shape[-1] <= _FEW_COMPARISONS:
        # The first sum above the threshold: `argmin` finds it faster than a count of those before it.
        return (cumulative <= threshold[..., np.newaxis]).argmin(axis=-1)
    if math.prod(shape) * weights.shape[-1] <= _FEW_COMPARISONS:
        return np.add.reduce(cumulative <= threshold[..., np.newaxis], axis=-1, dtype=np.int64)
    actions = np.empty(threshold.shape, dtype=np.int64)
    for row in np.ndindex(weights.shape[:-1]):
        actions[(..., *row)] = cumulative[row].searchsorted(threshold[(..., *row)], side="right")
    return actions


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
    rows, count = tuple(weights.shape[:-1]), weights.shape[-1]
    numbers = libraries.detached(xp, weights)
    sums = cumulative_sum(xp, xp.astype(numbers, libraries.widest_float(xp)))
    cumulative = _rising(xp, sums, numbers)
    total = cumulative[..., -1]
    threshold = libraries.uniform(xp, rng, shape + rows, total) * total
    # Halving needs the draws of a row beside its sums: shapes (R, K) and (R, draws).
    draws = (math.prod(shape), math.prod(rows))
    drawn = _inverted(
        xp,
        xp.reshape(cumulative, (draws[1], count)),
        xp.permute_dims(xp.reshape(threshold, draws), (1, 0)),
    )
    actions = xp.reshape(xp.permute_dims(drawn, (1, 0)), shape + rows)
    # XLA takes exp(x) >= 0 for true even of NaN; only a sum shows the NaN.
    valid = xp.all(numbers >= 0, axis=-1) & (sums[..., -1] > 0) & (sums[..., -1] < xp.inf)
    return xp.where(valid, actions, -1)


def _rising(xp: Namespace, sums: Array, weights: Array) -> Array:
    """Return the largest sum so far; a weight of 0 adds nothing.

    PyTorch and JAX may add in parallel. By rounding such sums fall, or rise at a weight of 0.
    """
    if not libraries.is_jax(xp) and not libraries.is_torch(xp):
        return sums
    sums = xp.where(weights > 0, sums, 0.0)
    if libraries.is_jax(xp):
        return sys.modules["jax"].lax.cummax(sums, axis=sums.ndim - 1)  # type: ignore[no-any-return]
    return sys.modules["torch"].cummax(sums, dim=-1).values  # type: ignore[no-any-return]


def _inverted(xp: Namespace, cumulative: Array, threshold: Array) -> Array:
    """Count the sums of each row, (R, K), that do not exceed its thresholds, (R, draws), in log2(K) steps."""
    count, total = cumulative.shape[-1], cumulative[:, -1:]
    found = xp.zeros_like(threshold, dtype=libraries.default_integer(xp))
    for bit in reversed(range((count - 1).bit_length())):
        probe = found + 2**bit
        inside = xp.where(probe < count, probe, count) - 1
        reached = xp.take_along_axis(cumulative, inside, axis=-1)
        # If rounding lifts u * total to the total, draw the last positive weight: the first sum that equals the total.
        found = xp.where((probe < count) & (reached <= threshold) & (reached < total), probe, found)
    return found
