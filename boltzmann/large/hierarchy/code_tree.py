"""A binary tree with an action at each leaf, held as the canonical code of its depths: 17 bytes an action, no links.

At each depth the leaves come first and the inner nodes after them; the children of inner node j are the nodes 2 j and
2 j + 1 of the next depth. With every node of depth l numbered from a first code, the code of a parent is that of its
child without the last bit (Schwartz & Kallick, "Generating a canonical prefix encoding", 1964), so the path to a leaf
takes one shift for each depth. Inner nodes are numbered by depth, the root 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


class Paths(NamedTuple):
    """The inner nodes above some leaves, from the root on, shape (B, D); -1 behind the end of a path.

    ``turns`` is 1.0 where the path goes on to the second child, -1.0 to the first, and 0.0 behind the end.
    """

    nodes: Indices
    turns: NDArray[np.float64]


class Level(NamedTuple):
    """One depth of the tree: its numbers of leaves and inner nodes, and the number of each kind before it."""

    leaves: int
    inner: int
    leaves_before: int
    inner_before: int


class CodeTree:
    """The tree of some depths, one for each action.

    Parameters
    ----------
    lengths : array of int, shape (K,)
        The depths of a full binary tree: the sum of 2^-depth is 1.

    Examples
    --------
    >>> tree = CodeTree(np.array([1, 2, 2]))
    >>> tree.paths(np.array([0, 2]))
    Paths(nodes=array([[ 0, -1],
           [ 0,  1]]), turns=array([[-1.,  0.],
           [ 1.,  1.]]))
    """

    def __init__(self, lengths: Indices) -> None:
        self.depth = int(lengths.max())
        counts = np.bincount(lengths, minlength=self.depth + 1)
        self.levels: list[Level] = []
        first_codes, inner, leaves_before, inner_before, first = [], 1, 0, 0, 0
        for depth, leaves in enumerate(counts.tolist()):
            nodes = 2 * inner if depth else 1
            inner = nodes - leaves
            first_codes.append(first)
            self.levels.append(Level(leaves, inner, leaves_before, inner_before))
            leaves_before, inner_before, first = leaves_before + leaves, inner_before + inner, 2 * (first + leaves)
        if inner:
            raise ValueError(f"lengths must be those of a full binary tree, got {inner} nodes without leaves")
        self.actions_in_order: Indices = np.argsort(lengths, kind="stable")
        before = np.array([level.leaves_before for level in self.levels])
        ordered = lengths[self.actions_in_order]
        codes = np.arange(len(lengths)) - before[ordered] + np.array(first_codes)[ordered]
        self._codes, self._lengths = np.empty_like(codes), lengths.astype(np.int8)
        self._codes[self.actions_in_order] = codes
        shifts = [
            level.inner_before - first - level.leaves for level, first in zip(self.levels, first_codes, strict=True)
        ]
        self._to_nodes = np.array(shifts[: self.depth], dtype=np.int64)
        self._depths = np.arange(self.depth)
        self._falling = np.arange(self.depth, 0, -1)

    def paths(self, actions: Indices) -> Paths:
        """Return the paths to the leaves of some actions, shape (B,)."""
        remaining = self._lengths[actions].astype(np.int64)[:, np.newaxis] - self._depths
        codes = self._codes[actions][:, np.newaxis]
        inside = remaining > 0
        kept = np.maximum(remaining, 1)
        nodes = np.where(inside, (codes >> kept) + self._to_nodes, -1)
        return Paths(nodes, np.where(inside, 2.0 * (codes >> (kept - 1) & 1) - 1.0, 0.0))

    def path(self, action: int) -> Paths:
        """Return the path to the leaf of one action, both arrays of shape (D,) without anything behind the end."""
        length, code = int(self._lengths[action]), int(self._codes[action])
        shifts = self._falling[self.depth - length :]
        turns = (2 * (code >> (shifts - 1) & 1) - 1).astype(np.float64)
        return Paths((code >> shifts) + self._to_nodes[:length], turns)
