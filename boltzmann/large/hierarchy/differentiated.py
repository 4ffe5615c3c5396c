"""Differentiated softmax: frequent actions have long feature vectors, rare ones short vectors."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.arrays import QUIET, Floats
from boltzmann.large.hierarchy.row_inputs import checked_features, checked_rows

_BELOW_1 = math.nextafter(1.0, 0.0)
_MOST_LOGITS = 2**20
"""So many logits are held at a time, whatever K is."""


class DifferentiatedSoftmax:
    """A softmax over blocks of actions, each with its own part of the features.

    The logit of an action in block b is w x_b + bias, where x_b are the ``widths[b]`` features of that block (Chen,
    Grangier & Auli, "Strategies for training large vocabulary neural language models", 2016, section 3.3). With the
    actions sorted by frequency and falling widths, most of the numbers go to the actions that have the data for them.
    A distribution costs sum of sizes times widths, instead of K d.

    Parameters
    ----------
    sizes : sequence of int
        The number of actions in each block, at least 1; K is their sum.
    widths : sequence of int
        The number of features of each block, at least 1; d is their sum.

    Attributes
    ----------
    weights : list of arrays of shape (sizes[b], widths[b])
    bias : array of shape (K,)
        Parameters, 0 at first, which is the uniform distribution. All may be written to.

    Notes
    -----
    The logits are computed part by part, at most about a million numbers at a time, also for a draw, which computes
    those of one part again.

    Examples
    --------
    >>> softmax = DifferentiatedSoftmax(sizes=[2, 3], widths=[4, 1])
    >>> round(float(np.exp(softmax.log_prob(np.ones(5), 4))), 6)
    0.2
    >>> for _ in range(200):
    ...     _ = softmax.step(np.ones(5), 4, 0.2)
    >>> np.exp(softmax.all_log_probs(np.ones(5))).round(2)
    array([0.  , 0.  , 0.  , 0.  , 0.99])
    """

    def __init__(self, sizes: Sequence[int], widths: Sequence[int]) -> None:
        for name, numbers in (("sizes", sizes), ("widths", widths)):
            if not isinstance(numbers, list | tuple) or not numbers:
                raise TypeError(f"{name} must be a list of at least one whole number, got {checks.shown(numbers)}")
        if len(sizes) != len(widths):
            raise ValueError(f"widths must be one for each of {len(sizes)} sizes, got {len(widths)}")
        self.sizes = tuple(checks.whole_number(f"sizes[{i}]", size, least=1) for i, size in enumerate(sizes))
        self.widths = tuple(checks.whole_number(f"widths[{i}]", width, least=1) for i, width in enumerate(widths))
        self.actions, self.features = sum(self.sizes), sum(self.widths)
        self.weights = [np.zeros(shape) for shape in zip(self.sizes, self.widths, strict=True)]
        self.bias = np.zeros(self.actions)
        self.firsts = [sum(self.sizes[:block]) for block in range(len(self.sizes))]

    def __repr__(self) -> str:
        return f"DifferentiatedSoftmax(sizes={[*self.sizes]}, widths={[*self.widths]})"

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
        own = np.empty(len(rows))
        sums = []
        for start, logits in self._parts(rows):
            here = (chosen >= start) & (chosen < start + logits.shape[1])
            own[here] = logits[here, chosen[here] - start]
            sums.append(log_sum(logits))
        return (own - log_sum(np.stack(sums, axis=-1))).reshape(shape)[()]

    @QUIET
    def sample(self, rng: np.random.Generator, features: ArrayLike) -> Any:
        """Draw one action for each row of features, shape (..., d), with one uniform a draw."""
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        rows = checked_features(features, self.features)
        flat = rows.reshape(math.prod(rows.shape[:-1]), self.features)
        parts = [(start, logits.shape[1], log_sum(logits)) for start, logits in self._parts(flat)]
        sums = np.stack([part[2] for part in parts], axis=-1)
        chosen, left = inverted(np.exp(sums - sums.max(axis=-1, keepdims=True)), rng.random(len(flat)))
        actions = np.empty(len(flat), dtype=np.int64)
        for number in np.unique(chosen).tolist():
            start, length, _ = parts[number]
            here = np.flatnonzero(chosen == number)
            logits = self._logits(flat[here], start, length)
            inner, _ = inverted(np.exp(logits - logits.max(axis=-1, keepdims=True)), left[here])
            actions[here] = start + inner
        return actions.reshape(rows.shape[:-1])[()]

    @QUIET
    def all_log_probs(self, features: ArrayLike) -> Floats:
        """Return the log-probability of every action, shape (..., K), given features, shape (..., d)."""
        rows = checked_features(features, self.features)
        flat = rows.reshape(math.prod(rows.shape[:-1]), self.features)
        logits = np.concatenate([part for _, part in self._parts(flat)], axis=-1)
        return (logits - log_sum(logits)[:, np.newaxis]).reshape(*rows.shape[:-1], self.actions)

    @QUIET
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
        factors = self._factors(step_size, coefficients, shape)
        normaliser = log_sum(np.stack([log_sum(logits) for _, logits in self._parts(rows)], axis=-1))
        own = np.empty(len(rows))
        for start, logits in self._parts(rows):
            here = np.flatnonzero((chosen >= start) & (chosen < start + logits.shape[1]))
            own[here] = logits[here, chosen[here] - start]
            slopes = -factors * np.exp(logits - normaliser[:, np.newaxis])
            slopes[here, chosen[here] - start] += factors[here, 0]
            block, first, columns = self._place(start)
            self.bias[start : start + logits.shape[1]] += slopes.sum(axis=0)
            self.weights[block][start - first : start - first + logits.shape[1]] += slopes.T @ rows[:, columns]
        return (own - normaliser).reshape(shape)[()]

    def _factors(self, step_size: float, coefficients: ArrayLike, shape: tuple[int, ...]) -> Floats:
        """Return the step size times the coefficient of each of B rows, shape (B, 1)."""
        size = checks.number_in("step_size", step_size, "[0, inf)")
        factors = size * checks.numbers_in("coefficients", coefficients, "(-inf, inf)")
        return np.broadcast_to(factors, shape).reshape(-1, 1)

    def _parts(self, rows: Floats) -> Iterator[tuple[int, Floats]]:
        """Yield the first action and the logits, (B, n), of each part of a block."""
        most = max(1, _MOST_LOGITS // max(len(rows), 1))
        for first, size in zip(self.firsts, self.sizes, strict=True):
            for start in range(first, first + size, most):
                yield start, self._logits(rows, start, min(most, first + size - start))

    def _logits(self, rows: Floats, start: int, length: int) -> Floats:
        block, first, columns = self._place(start)
        weights = self.weights[block][start - first : start - first + length]
        return np.asarray(rows[:, columns] @ weights.T + self.bias[start : start + length])

    def _place(self, action: int) -> tuple[int, int, slice]:
        """Return the block of an action, its first action and its columns of the features."""
        block = bisect_right(self.firsts, action) - 1
        column = sum(self.widths[:block])
        return block, self.firsts[block], slice(column, column + self.widths[block])


def log_sum(logits: Floats) -> Floats:
    """Return the logarithm of the sum of exponentials of each row, shape (B,)."""
    top = logits.max(axis=-1, keepdims=True)
    # All actions of a part may be impossible.
    top = np.where(top > -np.inf, top, 0.0)
    return np.asarray(np.log(np.exp(logits - top).sum(axis=-1)) + top[..., 0])


def inverted(weights: Floats, uniforms: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the index that a uniform draws from each row of weights, and what is left of the uniform for it."""
    sums = np.cumsum(weights, axis=-1)
    limits = uniforms * sums[:, -1]
    chosen = np.minimum((sums <= limits[:, np.newaxis]).sum(axis=-1), weights.shape[1] - 1)
    rows = np.arange(len(weights))
    own = weights[rows, chosen]
    before = np.where(chosen > 0, sums[rows, chosen - 1], 0.0)
    return chosen, np.clip((limits - before) / own, 0.0, _BELOW_1)
