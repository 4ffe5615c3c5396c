"""Drawing actions: one uniform a draw, never an action of probability 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["sample_categorical"]


def sample_categorical(
    rng: np.random.Generator, weights: NDArray[np.floating[Any]], shape: tuple[int, ...] = ()
) -> NDArray[np.int64]:
    """Draw indices in proportion to weights, by inverting the cumulative sum at one uniform a draw.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the uniforms come from: one for each draw, in C order.
    weights : array of shape (..., K)
        Non-negative and finite, of any positive sum a row; they need not be normalised.
    shape : tuple of int
        How many independent draws of every row.

    Returns
    -------
    array of int64, shape ``shape + weights.shape[:-1]``
        Indices in [0, K). An index of weight 0 is never drawn, wherever it stands.

    Raises
    ------
    TypeError
        Where ``rng`` is not a Generator: there is no global random state to fall back on.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample_categorical(rng, np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0]]))
    array([1, 2])
    >>> sample_categorical(rng, np.array([1.0, 0.0]), shape=(3,))
    array([0, 0, 0])
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {rng!r}")
    # Sums in float64 whatever the weights: a float32 sum of many terms is off by more than a small weight.
    cumulative = np.cumsum(weights, axis=-1, dtype=np.float64)
    total = cumulative[..., -1]
    uniform = rng.random(tuple(shape) + total.shape)
    # Rounding may lift u * total to the total itself, which no partial sum exceeds.
    threshold = np.minimum(uniform * total, np.nextafter(total, -math.inf))
    # The first partial sum above the threshold has grown by its own, hence positive, weight.
    return np.asarray(np.count_nonzero(cumulative <= threshold[..., np.newaxis], axis=-1), dtype=np.int64)
