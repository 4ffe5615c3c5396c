"""Depths of the leaves of a binary tree: balanced, or those of a Huffman code."""

from __future__ import annotations

import math
import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks

MOST_DEPTH = 48
"""Leaves of a Huffman code are at most so deep."""


class DepthWarning(UserWarning):
    """Frequencies were raised to keep a Huffman tree within its largest depth."""


def balanced_lengths(actions: int) -> NDArray[np.int64]:
    """Return depths that differ by 1 at most: ceil(log2 K) for the last actions, one less for the first.

    Examples
    --------
    >>> balanced_lengths(5)
    array([2, 2, 2, 3, 3])
    """
    depth = (actions - 1).bit_length()
    shallow = 2**depth - actions
    return np.where(np.arange(actions) < shallow, depth - 1, depth)


def huffman_lengths(frequencies: ArrayLike, most_depth: int = MOST_DEPTH) -> NDArray[np.int64]:
    """Return the depths of Huffman's tree, which has the smallest mean depth (Huffman, 1952).

    Of the trees of equal mean, this is one of smallest depth (van Leeuwen, 1976: leaves go first among equals).
    Frequencies like Fibonacci's numbers make a tree of depth K - 1. A deeper tree than ``most_depth`` is made again
    with small frequencies raised to their sum / (F - K), where F is the Fibonacci number that depth ``most_depth + 1``
    needs, and a DepthWarning says so.

    Parameters
    ----------
    frequencies : array of shape (K,)
        Finite and at least 0, with a positive sum.
    most_depth : int
        In [log2 K, 60], and large enough for F above 2 K: 1.45 log2 K + 2 is.

    Examples
    --------
    >>> huffman_lengths([8.0, 4.0, 2.0, 1.0, 1.0])
    array([1, 2, 3, 4, 4])
    """
    weights = checks.numeric_array("frequencies", frequencies).astype(np.float64, copy=False)
    if weights.ndim != 1 or not len(weights):
        raise ValueError(f"frequencies must have shape (K,), got {weights.shape}")
    checks.require_entries((weights >= 0) & (weights < np.inf), "frequencies", "finite and at least 0", weights)
    largest = float(weights.max())
    if largest == 0:
        raise ValueError("frequencies must have a positive sum, got 0.0")
    weights = weights / largest
    lengths = _huffman(weights)
    if lengths.max() <= most_depth:
        return lengths
    # A tree of depth D + 1 needs a total of at least Fibonacci(D + 3) times its smallest weight.
    fibonacci = _fibonacci(most_depth + 3)
    if fibonacci <= 2 * len(weights):
        raise ValueError(
            f"most_depth must be at least {_least_cap(len(weights))} for so many actions, got {most_depth}"
        )
    warnings.warn(
        f"frequencies gave a tree of depth {lengths.max()}: the smallest were raised for depth {most_depth}",
        DepthWarning,
        stacklevel=3,
    )
    return _huffman(np.maximum(weights, weights.sum() / (fibonacci - len(weights))))


def _least_cap(actions: int) -> int:
    return next(depth for depth in range(64) if _fibonacci(depth + 3) > 2 * actions)


def _fibonacci(index: int) -> int:
    first, second = 0, 1
    for _ in range(index):
        first, second = second, first + second
    return first


def _huffman(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Merge the two smallest weights again and again, by two queues of rising weights: of leaves and of sums."""
    count = len(weights)
    order = np.argsort(weights, kind="stable")
    leaves = [*weights[order].tolist(), math.inf, math.inf]
    sums = [math.inf] * (count + 1)
    parents = [0] * (2 * count)
    leaf = inner = 0
    for made in range(count - 1):
        total = 0.0
        for _ in range(2):
            if leaves[leaf] <= sums[inner]:
                total += leaves[leaf]
                parents[leaf] = count + made
                leaf += 1
            else:
                total += sums[inner]
                parents[count + inner] = count + made
                inner += 1
        sums[made] = total
    depths = [0] * (2 * count)
    for node in range(2 * count - 3, -1, -1):
        depths[node] = depths[parents[node]] + 1
    lengths = np.empty(count, dtype=np.int64)
    lengths[order] = depths[:count]
    return lengths
