"""Walks down a tree of binary decisions by one uniform a draw, and the sigmoid."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from boltzmann.arrays import Floats
from boltzmann.large.hierarchy.code_tree import CodeTree

_BELOW_1 = math.nextafter(1.0, 0.0)


def walk_one(tree: CodeTree, parameters: Floats, uniform: float, features: Floats) -> int:
    """Draw the action of one uniform; for a single row plain numbers are faster than arrays.

    Parameters
    ----------
    tree : CodeTree
    parameters : array of shape (K - 1, d + 1)
        Weights and bias of each inner node.
    uniform : float
        In [0, 1).
    features : array of shape (d + 1,)
        The features, and 1.
    """
    node, exp = 0, math.exp
    for level in tree.levels:
        if node < level.leaves:
            break
        node -= level.leaves
        logit = float(parameters[level.inner_before + node].dot(features))
        small = exp(-abs(logit))
        large = 1.0 / (1.0 + small)
        small *= large
        first, second = (small, large) if logit > 0.0 else (large, small)
        # What is left of the uniform decides below; a side of probability 0 is never taken.
        if uniform < first:
            node, uniform = 2 * node, min(uniform / first, _BELOW_1)
        else:
            node, uniform = 2 * node + 1, min((uniform - first) / second, _BELOW_1)
    return int(tree.actions_in_order[level.leaves_before + node])


def log_prob_of_one(tree: CodeTree, parameters: Floats, action: int, features: Floats) -> np.float64:
    """Return the log-probability of one action given features, shape (d + 1,); faster than a batch of one row."""
    nodes, turns = tree.path(action)
    logits = turns * parameters.take(nodes, axis=0).dot(features)
    return np.float64(np.add.reduce(log_sigmoid(logits)))


def walk_many(tree: CodeTree, parameters: Floats, uniforms: Floats, features: Floats) -> NDArray[np.int64]:
    """Draw one action for each of B uniforms, all rows down one level at a time; see :func:`walk_one`."""
    actions = np.empty(len(uniforms), dtype=np.int64)
    rows, nodes = np.arange(len(uniforms)), np.zeros(len(uniforms), dtype=np.int64)
    for level in tree.levels:
        at_leaf = nodes < level.leaves
        if at_leaf.any():
            actions[rows[at_leaf]] = tree.actions_in_order[level.leaves_before + nodes[at_leaf]]
            going = ~at_leaf
            rows, nodes, uniforms, features = rows[going], nodes[going], uniforms[going], features[going]
        nodes = nodes - level.leaves
        logits = np.einsum("bf,bf->b", parameters[level.inner_before + nodes], features)
        second = sigmoid(logits)
        first = sigmoid(-logits)
        to_second = uniforms >= first
        left = np.where(to_second, (uniforms - first) / second, uniforms / first)
        uniforms, nodes = np.minimum(left, _BELOW_1), 2 * nodes + to_second
    return actions


def sigmoid(logits: Floats) -> Floats:
    """Return 1 / (1 + exp(-logit)) without overflow."""
    small = np.exp(-np.abs(logits))
    return np.where(logits > 0, 1.0, small) / (1.0 + small)


def log_sigmoid(logits: Floats) -> Floats:
    """Return the logarithm of the sigmoid, exact at both ends."""
    return np.minimum(logits, 0.0) - np.log1p(np.exp(-np.abs(logits)))
