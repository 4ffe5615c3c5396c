"""A whole tree at once, level by level, on arrays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.large.updatable.tree_steps import BLOCK

Floats = NDArray[np.float64]
PART = 4096 * BLOCK
"""How many values are shifted, exponentiated and summed together."""


def rebuild(values: Floats, nodes: Floats, temperature: float, machine_code: dict[str, Any] | None) -> None:
    """Make all nodes of a tree, by the functions of ``tree_steps`` as machine code, or on arrays.

    Either form calls NumPy's exponential, with the same numbers. Blocks are made in parts that a cache holds.
    """
    steps = machine_code or {"shift_blocks": shift_blocks, "sum_blocks": sum_blocks}
    steps = {"shift_level": shift_level, "join_level": join_level, **steps}
    bottoms, weights = len(nodes) // 4, np.empty(min(PART, len(values)))
    for first in range(0, len(values), PART):
        part = values[first : first + PART]
        made, bottom = weights[: len(part)], bottoms + first // BLOCK
        steps["shift_blocks"](part, nodes, bottom, made, temperature)
        np.exp(made, out=made)
        steps["sum_blocks"](made, nodes, bottom)
    level, weights = bottoms // 2, np.empty(bottoms // 2)
    while level >= 1:
        made = weights[:level]
        steps["shift_level"](nodes, level, made, temperature)
        np.exp(made, out=made)
        steps["join_level"](nodes, level, made)
        level //= 2


def shift_blocks(values: Floats, nodes: Floats, bottom: int, exponents: Floats, temperature: float) -> None:
    """Do what ``tree_steps.shift_blocks`` does."""
    blocks = _blocks(values)
    top = np.maximum.reduce(blocks, axis=1)
    nodes[0::2][bottom : bottom + len(top)] = top
    exponents[:] = _exponents(blocks, top[:, np.newaxis], temperature).reshape(-1)[: len(exponents)]


def sum_blocks(weights: Floats, nodes: Floats, bottom: int) -> None:
    """Do what ``tree_steps.sum_blocks`` does, and add in the same order."""
    blocks = _blocks(weights, fill=0.0).copy()
    ones = blocks == 1.0
    first, has_one = ones.argmax(axis=1), ones.any(axis=1)
    blocks[has_one, first[has_one]] = 0.0
    total = np.zeros(len(blocks))
    for column in blocks.T:
        total += column
    nodes[1::2][bottom : bottom + len(total)] = np.where(has_one, total, -1.0)


def shift_level(nodes: Floats, level: int, exponents: Floats, temperature: float) -> None:
    """Do what ``tree_steps.shift_level`` does."""
    left, right = nodes[4 * level : 8 * level : 4], nodes[4 * level + 2 : 8 * level : 4]
    exponents[:] = _exponents(np.minimum(left, right), np.maximum(left, right), temperature)


def join_level(nodes: Floats, level: int, weights: Floats) -> None:
    """Do what ``tree_steps.join_level`` does."""
    pairs = nodes[4 * level : 8 * level].reshape(level, 2, 2)
    larger = pairs[:, 0, 0] >= pairs[:, 1, 0]
    top = np.where(larger, pairs[:, 0, 0], pairs[:, 1, 0])
    more, less = np.where(larger, pairs[:, 0, 1], pairs[:, 1, 1]), np.where(larger, pairs[:, 1, 1], pairs[:, 0, 1])
    nodes[2 * level : 4 * level : 2] = top
    nodes[2 * level + 1 : 4 * level : 2] = np.where(top == -np.inf, -1.0, more + (1.0 + less) * weights)


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
