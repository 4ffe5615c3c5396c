"""A whole tree at once, level by level, on arrays."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from boltzmann.large.updatable.tree_steps import BLOCK

Floats = NDArray[np.float64]


def rebuild(
    values: Floats,
    nodes: Floats,
    temperature: float,
    shift: Callable[[Floats, Floats, Floats, float], None],
    add: Callable[[Floats, Floats], None],
) -> None:
    """Make all nodes of a tree; ``shift`` and ``add`` are ``shift_blocks`` and ``sum_blocks``, here or compiled."""
    weights = np.empty(len(values))
    shift(values, nodes, weights, temperature)
    np.exp(weights, out=weights)
    add(weights, nodes)
    tops, extras = nodes[0::2], nodes[1::2]
    level = len(tops) // 2
    while level > 1:
        left, right = (slice(level + side, 2 * level, 2) for side in (0, 1))
        level //= 2
        larger = tops[left] >= tops[right]
        top, low = np.where(larger, tops[left], tops[right]), np.where(larger, tops[right], tops[left])
        more, less = np.where(larger, extras[left], extras[right]), np.where(larger, extras[right], extras[left])
        made = more + (1.0 + less) * np.exp(_exponents(low, top, temperature))
        tops[level : 2 * level], extras[level : 2 * level] = top, np.where(top == -np.inf, -1.0, made)


def shift_blocks(values: Floats, nodes: Floats, exponents: Floats, temperature: float) -> None:
    """Do what ``tree_steps.shift_blocks`` does."""
    blocks = _blocks(values)
    top = np.maximum.reduce(blocks, axis=1)
    bottoms = len(nodes) // 4
    nodes[0::2][bottoms : bottoms + len(top)] = top
    exponents[:] = _exponents(blocks, top[:, np.newaxis], temperature).reshape(-1)[: len(exponents)]


def sum_blocks(weights: Floats, nodes: Floats) -> None:
    """Do what ``tree_steps.sum_blocks`` does, and add in the same order."""
    blocks = _blocks(weights, fill=0.0).copy()
    ones = blocks == 1.0
    first, has_one = ones.argmax(axis=1), ones.any(axis=1)
    blocks[has_one, first[has_one]] = 0.0
    total = np.zeros(len(blocks))
    for column in blocks.T:
        total += column
    bottoms = len(nodes) // 4
    nodes[1::2][bottoms : bottoms + len(total)] = np.where(has_one, total, -1.0)


def _blocks(array: Floats, fill: float = -np.inf) -> Floats:
    """Return an array in rows of ``BLOCK``, the last one filled up."""
    missing = -len(array) % BLOCK
    padded = np.concatenate([array, np.full(missing, fill)]) if missing else array
    return padded.reshape(-1, BLOCK)


def _exponents(low: Floats, high: Floats, temperature: float) -> Floats:
    """Do for arrays what ``tree_steps.exponent`` does."""
    allowed = low > -np.inf
    if temperature in (0.0, math.inf):
        return np.where(allowed & ((low == high) | (temperature == math.inf)), 0.0, -np.inf)
    differences = np.subtract(low, np.where(high > -np.inf, high, 0.0))
    far = np.isneginf(differences) & allowed
    exponents = differences / temperature
    if far.any():
        exponents[far] = (2.0 * ((low / 2.0 - high / 2.0) / temperature))[far]
    return np.asarray(exponents)
