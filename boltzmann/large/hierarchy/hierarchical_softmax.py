"""Hierarchical softmax: a decision at each inner node of a binary tree, so that a probability takes log2 K of them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.arrays import QUIET, Floats
from boltzmann.large.hierarchy.code_lengths import balanced_lengths, huffman_lengths
from boltzmann.large.hierarchy.code_tree import CodeTree, Indices
from boltzmann.large.hierarchy.decisions import log_prob_of_one, log_sigmoid, sigmoid, walk_many, walk_one
from boltzmann.large.hierarchy.row_inputs import checked_features, checked_rows, with_ones

_MOST_GATHERED = 2**22
"""So many numbers of the parameters are copied at a time."""


class PathGradient(NamedTuple):
    """The derivatives of log-probabilities, B rows with paths of at most D nodes.

    Attributes
    ----------
    log_prob : array of shape (B,)
        The log-probabilities themselves.
    features : array of shape (B, d)
        Derivatives with respect to the features.
    nodes : array of int, shape (B, D)
        The inner nodes that the others belong to; -1 behind the end of a path, where derivatives are 0.
    logits : array of shape (B, D)
        Derivatives with respect to the logits of the nodes, which are those with respect to their biases. Times the
        features they are those with respect to the weights of the nodes.
    """

    log_prob: Floats
    features: Floats
    nodes: Indices
    logits: Floats


class HierarchicalSoftmax:
    """A distribution over K actions given d features, by a tree of binary decisions.

    Inner node n goes on to its second child with probability sigmoid(w_n x + b_n), and the probability of an action is
    the product over its path (Morin & Bengio, "Hierarchical probabilistic neural network language model", 2005). A
    probability, a draw and a step of learning take one decision for each depth: log2 K in a balanced tree, and about
    the entropy of the frequencies, in bits, on average in Huffman's (Mikolov et al., 2013).

    Parameters
    ----------
    actions : int
        K, at least 1.
    features : int
        d, at least 0.
    tree : {"balanced", "huffman"}
        ``"huffman"`` needs ``frequencies``, which choose it by themselves.
    frequencies : array of shape (K,), optional
        How often each action occurs, finite and at least 0; frequent ones come near the root. At most 48 deep:
        frequencies like Fibonacci's numbers are raised, with a DepthWarning.

    Attributes
    ----------
    weights, bias : arrays of shape (K - 1, d) and (K - 1,)
        The parameters of the inner nodes, 0 at first: the probability of an action is then 2^-depth, which is nearly
        uniform in a balanced tree and nearly the frequency in Huffman's. Both may be written to.
    depth : int
        The largest number of decisions.

    Notes
    -----
    A draw takes one uniform, which has 53 bits: an action of probability below 1e-16 is drawn with granular
    probability.

    Examples
    --------
    >>> softmax = HierarchicalSoftmax(4, 2)
    >>> float(np.exp(softmax.log_prob([1.0, 0.0], 3)))
    0.25
    >>> for _ in range(100):
    ...     _ = softmax.step([1.0, 0.0], 3, 0.5)
    >>> np.exp(softmax.all_log_probs([1.0, 0.0])).round(2)
    array([0.01, 0.01, 0.01, 0.98])
    >>> HierarchicalSoftmax(1, 0).sample(np.random.default_rng(0), [])
    0
    """

    def __init__(
        self, actions: int, features: int, *, tree: str = "balanced", frequencies: ArrayLike | None = None
    ) -> None:
        self.actions = checks.whole_number("actions", actions, least=1)
        self.features = checks.whole_number("features", features, least=0)
        checks.one_of("tree", tree, ("balanced", "huffman"))
        if frequencies is not None:
            lengths = huffman_lengths(frequencies)
            if len(lengths) != self.actions:
                raise ValueError(f"frequencies must be one for each of {actions} actions, got {len(lengths)}")
        elif tree == "huffman":
            raise ValueError('frequencies must be given for tree="huffman", got None')
        else:
            lengths = balanced_lengths(self.actions)
        self.lengths = lengths
        self.tree = CodeTree(lengths)
        self.depth = self.tree.depth
        # The bias of a node lies behind its weights, so that one product gives the logit.
        self._parameters = np.zeros((self.actions - 1, self.features + 1))
        self.weights, self.bias = self._parameters[:, :-1], self._parameters[:, -1]

    def __repr__(self) -> str:
        return f"HierarchicalSoftmax(actions={self.actions}, features={self.features}, depth={self.depth})"

    @QUIET
    def log_prob(self, features: ArrayLike, actions: ArrayLike) -> Any:
        """Return the log-probability of one action for each row of features.

        Parameters
        ----------
        features : array of shape (..., d)
            Finite.
        actions : array of int, shape (...)
            In [0, K).

        Returns
        -------
        array of shape (...)
        """
        rows, chosen, shape = checked_rows(features, actions, self.features, self.actions)
        if not shape:
            return log_prob_of_one(self.tree, self._parameters, int(chosen[0]), with_ones(rows)[0])
        result = np.empty(len(rows))
        for part in self._parts(len(rows)):
            result[part] = self._decided(rows[part], chosen[part])[0]
        return result.reshape(shape)[()]

    def gradient(self, features: ArrayLike, actions: ArrayLike) -> PathGradient:
        """Return the derivatives of the log-probabilities of actions, shape (B,), given features, shape (B, d)."""
        rows, chosen, _ = checked_rows(features, actions, self.features, self.actions)
        log_prob, nodes, logits = self._decided(rows, chosen)
        return PathGradient(log_prob, np.einsum("bn,bnf->bf", logits, self.weights[nodes]), nodes, logits)

    def step(self, features: ArrayLike, actions: ArrayLike, step_size: float, coefficients: ArrayLike = 1.0) -> Any:
        """Ascend the gradient of the sum of coefficient times log-probability, and return the log-probabilities before.

        Parameters
        ----------
        features, actions
            As for :meth:`log_prob`.
        step_size : float
            In [0, inf).
        coefficients : float or array of shape (...)
            1 for maximum likelihood, the advantage for a policy gradient; in (-inf, inf).
        """
        rows, chosen, shape = checked_rows(features, actions, self.features, self.actions)
        size = checks.number_in("step_size", step_size, "[0, inf)")
        factors = checks.numbers_in("coefficients", coefficients, "(-inf, inf)")
        factors = size * np.broadcast_to(factors, shape).reshape(-1)
        log_prob, nodes, logits = self._decided(rows, chosen)
        inside = nodes >= 0
        row = np.broadcast_to(np.arange(len(rows))[:, np.newaxis], nodes.shape)[inside]
        changes = (factors[:, np.newaxis] * logits)[inside][:, np.newaxis] * with_ones(rows)[row]
        order = np.argsort(nodes[inside], kind="stable")
        different, starts = np.unique(nodes[inside][order], return_index=True)
        if len(different):
            self._parameters[different] += np.add.reduceat(changes[order], starts, axis=0)
        return log_prob.reshape(shape)[()]

    @QUIET
    def sample(self, rng: np.random.Generator, features: ArrayLike) -> Any:
        """Draw one action for each row of features, shape (..., d), with one uniform a draw."""
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        rows = checked_features(features, self.features)
        if rows.ndim == 1:
            return walk_one(self.tree, self._parameters, rng.random(), with_ones(rows[np.newaxis])[0])
        flat = rows.reshape(math.prod(rows.shape[:-1]), self.features)
        return walk_many(self.tree, self._parameters, rng.random(len(flat)), with_ones(flat)).reshape(rows.shape[:-1])

    @QUIET
    def all_log_probs(self, features: ArrayLike) -> Floats:
        """Return the log-probability of every action, shape (..., K), given features, shape (..., d): O(K)."""
        rows = checked_features(features, self.features)
        flat = rows.reshape(math.prod(rows.shape[:-1]), self.features)
        logits = flat @ self.weights.T + self.bias
        result, inner = np.empty((len(flat), self.actions)), np.zeros((len(flat), 1))
        for level in self.tree.levels:
            leaves = self.tree.actions_in_order[level.leaves_before : level.leaves_before + level.leaves]
            result[:, leaves] = inner[:, : level.leaves]
            here = logits[:, level.inner_before : level.inner_before + level.inner]
            above = inner[:, level.leaves :]
            inner = np.stack([above + log_sigmoid(-here), above + log_sigmoid(here)], axis=-1).reshape(len(flat), -1)
        return result.reshape(*rows.shape[:-1], self.actions)

    @QUIET
    def set_distribution(self, log_weights: ArrayLike) -> None:
        """Make the distribution proportional to exp(log_weights) whatever the features are: Gibbs's for values / T.

        The logit of a node becomes the difference of the log-sums of its two sides; the weights become 0.

        Parameters
        ----------
        log_weights : array of shape (K,)
            Below inf and not all -inf.

        Examples
        --------
        >>> softmax = HierarchicalSoftmax(3, 1)
        >>> softmax.set_distribution(np.log([0.5, 0.3, 0.2]))
        >>> np.exp(softmax.all_log_probs([7.0])).round(3)
        array([0.5, 0.3, 0.2])
        """
        logs = checks.numeric_array("log_weights", log_weights).astype(np.float64, copy=False)
        if logs.shape != (self.actions,):
            raise ValueError(f"log_weights must have shape ({self.actions},), got {logs.shape}")
        checks.require_entries(logs < np.inf, "log_weights", "below inf and not NaN", logs)
        if not (logs > -np.inf).any():
            raise ValueError("log_weights must be above -inf for at least one action, got none")
        ordered, below = logs[self.tree.actions_in_order], np.empty(0)
        self.weights[:] = 0.0
        for level in reversed(self.tree.levels):
            first, second = below[0::2], below[1::2]
            differences = np.where(first == second, 0.0, second - first)
            self.bias[level.inner_before : level.inner_before + level.inner] = differences
            leaves = ordered[level.leaves_before : level.leaves_before + level.leaves]
            below = np.concatenate([leaves, np.logaddexp(first, second)])

    def _parts(self, rows: int) -> list[slice]:
        size = max(1, _MOST_GATHERED // (max(self.depth, 1) * (self.features + 1)))
        return [slice(start, start + size) for start in range(0, rows, size)]

    @QUIET
    def _decided(self, rows: Floats, actions: Indices) -> tuple[Floats, Indices, Floats]:
        """Return log-probabilities, (B,), the nodes of the paths, and the derivatives of their logits, (B, D)."""
        nodes, turns = self.tree.paths(actions)
        if not nodes.size:
            return np.zeros(len(rows)), nodes, turns
        chosen = turns * np.einsum("bnf,bf->bn", self._parameters[nodes], with_ones(rows))
        inside = turns != 0
        log_prob = np.where(inside, log_sigmoid(chosen), 0.0).sum(axis=-1)
        return log_prob, nodes, turns * np.where(inside, sigmoid(-chosen), 0.0)
