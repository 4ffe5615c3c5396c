"""Two decisions: a block of actions by all features, and an action of that block by the block's own features."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.arrays import QUIET, Floats
from boltzmann.large.hierarchy.code_tree import Indices
from boltzmann.large.hierarchy.differentiated import DifferentiatedSoftmax, inverted, log_sum
from boltzmann.large.hierarchy.row_inputs import checked_features, checked_rows


class BlockSoftmax(DifferentiatedSoftmax):
    """A softmax over blocks of actions, and one within each block, with feature vectors of the block's own length.

    The probability of an action is that of its block, by a softmax on all features, times that within the block
    (Goodman, "Classes for fast maximum entropy training", 2001). Only one block is normalised for a probability, a draw
    or a step of learning, which :class:`DifferentiatedSoftmax` does for all. With frequent actions in a small first
    block most rows cost little.

    Parameters
    ----------
    sizes : sequence of int
        The number of actions in each block, at least 1; K is their sum.
    widths : sequence of int
        The number of features of each block, at least 1; d is their sum.

    Attributes
    ----------
    weights, bias
        As for :class:`DifferentiatedSoftmax`.
    block_weights, block_bias : arrays of shape (B, d) and (B,)
        Those of the blocks; the biases are the logarithms of the sizes at first, which is the uniform distribution.

    Examples
    --------
    >>> softmax = BlockSoftmax(sizes=[2, 3], widths=[4, 1])
    >>> np.exp(softmax.all_log_probs(np.ones(5))).round(6)
    array([0.2, 0.2, 0.2, 0.2, 0.2])
    >>> for _ in range(200):
    ...     _ = softmax.step(np.ones(5), 4, 0.2)
    >>> np.exp(softmax.all_log_probs(np.ones(5))).round(2)
    array([0.  , 0.  , 0.  , 0.  , 0.99])
    """

    def __init__(self, sizes: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__(sizes, widths)
        self.block_weights = np.zeros((len(self.sizes), self.features))
        self.block_bias = np.log(np.array(self.sizes, dtype=np.float64))

    def __repr__(self) -> str:
        return f"BlockSoftmax(sizes={[*self.sizes]}, widths={[*self.widths]})"

    @QUIET
    def log_prob(self, features: ArrayLike, actions: ArrayLike) -> Any:
        """Return the log-probability of one action for each row, as :meth:`DifferentiatedSoftmax.log_prob`."""
        rows, chosen, shape = checked_rows(features, actions, self.features, self.actions)
        blocks = self._blocks_of(chosen)
        result = self._block_log_probs(rows)[np.arange(len(rows)), blocks]
        for block in np.unique(blocks).tolist():
            here = np.flatnonzero(blocks == block)
            result[here] += self._within(rows[here], block)[np.arange(len(here)), chosen[here] - self.firsts[block]]
        return result.reshape(shape)[()]

    @QUIET
    def sample(self, rng: np.random.Generator, features: ArrayLike) -> Any:
        """Draw one action for each row of features, shape (..., d), with one uniform a draw."""
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        rows = checked_features(features, self.features)
        flat = rows.reshape(math.prod(rows.shape[:-1]), self.features)
        blocks, left = inverted(np.exp(self._block_log_probs(flat)), rng.random(len(flat)))
        actions = np.empty(len(flat), dtype=np.int64)
        for block in np.unique(blocks).tolist():
            here = np.flatnonzero(blocks == block)
            actions[here] = self.firsts[block] + inverted(np.exp(self._within(flat[here], block)), left[here])[0]
        return actions.reshape(rows.shape[:-1])[()]

    @QUIET
    def all_log_probs(self, features: ArrayLike) -> Floats:
        """Return the log-probability of every action, shape (..., K), given features, shape (..., d)."""
        rows = checked_features(features, self.features)
        flat = rows.reshape(math.prod(rows.shape[:-1]), self.features)
        above = self._block_log_probs(flat)
        parts = [self._within(flat, block) + above[:, block, np.newaxis] for block in range(len(self.sizes))]
        return np.concatenate(parts, axis=-1).reshape(*rows.shape[:-1], self.actions)

    @QUIET
    def step(self, features: ArrayLike, actions: ArrayLike, step_size: float, coefficients: ArrayLike = 1.0) -> Any:
        """Ascend the gradient and return the log-probabilities before, as :meth:`DifferentiatedSoftmax.step`."""
        rows, chosen, shape = checked_rows(features, actions, self.features, self.actions)
        factors = self._factors(step_size, coefficients, shape)
        blocks, above = self._blocks_of(chosen), self._block_log_probs(rows)
        result = above[np.arange(len(rows)), blocks]
        slopes = -factors * np.exp(above)
        slopes[np.arange(len(rows)), blocks] += factors[:, 0]
        self.block_weights += slopes.T @ rows
        self.block_bias += slopes.sum(axis=0)
        for block in np.unique(blocks).tolist():
            here = np.flatnonzero(blocks == block)
            places = np.arange(len(here)), chosen[here] - self.firsts[block]
            within = self._within(rows[here], block)
            result[here] += within[places]
            slopes = -factors[here] * np.exp(within)
            slopes[places] += factors[here, 0]
            _, first, columns = self._place(self.firsts[block])
            self.weights[block] += slopes.T @ rows[here][:, columns]
            self.bias[first : first + self.sizes[block]] += slopes.sum(axis=0)
        return result.reshape(shape)[()]

    def _blocks_of(self, actions: Indices) -> Indices:
        return np.searchsorted(self.firsts, actions, side="right") - 1

    def _block_log_probs(self, rows: Floats) -> Floats:
        logits = rows @ self.block_weights.T + self.block_bias
        return np.asarray(logits - log_sum(logits)[:, np.newaxis])

    def _within(self, rows: Floats, block: int) -> Floats:
        """Return the log-probabilities of the actions of a block, given that the block was chosen."""
        logits = self._logits(rows, self.firsts[block], self.sizes[block])
        return np.asarray(logits - log_sum(logits)[:, np.newaxis])
