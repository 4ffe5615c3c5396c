"""A distribution in the form that all its quantities start from.

A score is log prior(a) + (Q(a) - max Q) / T less the largest of its row, so that the best action scores 0 and what
cannot happen scores -inf. Everything else about the distribution follows from the scores. They are made by
``_standardise`` for NumPy and by ``_traceable`` for libraries that differentiate or compile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Scores", "lazy"]


class lazy:  # noqa: N801 (used as a decorator)
    """A property that is computed on first use; ``functools.cached_property`` holds a lock that compilers refuse."""

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        self.compute, self.name, self.__doc__ = compute, compute.__name__, compute.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        value = owner.__dict__[self.name] = self.compute(owner)
        return value


class Scores:
    """A distribution in the form that all its quantities start from.

    Inside, the actions lie on ``axis`` and rows keep that axis with length 1, so that all broadcasts as it stands.
    With many rows of few actions that axis is the first: NumPy reduces over a short last axis ten times slower.

    Attributes
    ----------
    xp : module
        The array namespace.
    axis : int
        0 or -1.
    dtype
        Of the answers.
    temperature : float or array
        Rows.
    values : array
        The allowed values, -inf elsewhere; in a row with values of +inf, 0 for these and -inf for the others.
    peak : array
        Rows; the largest of ``values``, always finite.
    maximum : array
        Rows; the largest value, which may be +inf.
    tempered : array
        (Q - max Q) / T, as it is without the prior.
    scores : array
        In [-inf, 0].
    top : array or float
        Rows; what was taken off: log prior + (Q - max Q) / T of the best action; 0.0 without a prior.
    prior : array or None
        Weights, 0 where an action is not allowed.
    ends : bool
        Whether a temperature may be 0 or inf, or a maximum infinite.
    """

    xp: Any = np
    axis: int
    dtype: Any
    temperature: Any
    values: Any
    peak: Any
    maximum: Any
    tempered: Any
    scores: Any
    top: Any = 0.0
    prior: Any = None
    ends: bool = True

    @lazy
    def weights(self) -> Any:
        """exp(scores), 1 for the best action."""
        return np.exp(self.scores)

    @lazy
    def rest(self) -> Any:
        """Rows; the sum of the weights without the best action's."""
        weights, axis = self.weights, self.axis
        if weights.size == weights.shape[axis]:
            # One row: the best entry is taken out for the sum and put back, which copies nothing.
            flat, best = weights.reshape(-1), self.scores.argmax()
            flat[best] = 0.0
            rest = np.add.reduce(weights, axis=axis, keepdims=True)
            flat[best] = 1.0
            return rest
        others = weights.copy()
        np.put_along_axis(others, self.scores.argmax(axis=axis, keepdims=True), 0.0, axis=axis)
        return np.add.reduce(others, axis=axis, keepdims=True)

    @lazy
    def live(self) -> Any:
        """Mark the actions that are allowed, of a value above -inf."""
        return self.values > -np.inf

    @lazy
    def centred(self) -> Any:
        """Q - max Q where live, else 0."""
        with np.errstate(over="ignore"):
            return np.where(self.live, self.values - self.peak, 0.0)

    @lazy
    def safe_scores(self) -> Any:
        """Give the scores, 0 where the weight is 0, so that their product is."""
        return np.where(self.weights > 0, self.scores, 0.0)

    @lazy
    def total(self) -> Any:
        """Rows; the sum of the weights."""
        return 1.0 + self.rest

    @lazy
    def log_mass(self) -> Any:
        """Rows; log of the sum of prior(a) exp((Q(a) - max Q) / T)."""
        return self.xp.log1p(self.rest) + self.top

    def sum(self, terms: Any) -> Any:
        """Sum over the actions; gives rows."""
        return self.xp.sum(terms, axis=self.axis, keepdims=True)

    def row(self, result: Any) -> Any:
        """Give a row quantity as it leaves: without the axis of the actions, in the dtype of the answers."""
        return self._cast(self.xp.squeeze(result, axis=self.axis))

    def full(self, result: Any) -> Any:
        """Give a quantity of every action as it leaves: actions last, in the dtype of the answers."""
        return self._cast(result if self.axis == -1 else self.xp.moveaxis(result, 0, -1))

    def _cast(self, result: Any) -> Any:
        if self.xp is not np:
            return result if result.dtype == self.dtype else self.xp.astype(result, self.dtype)
        if result.dtype != self.dtype:
            with np.errstate(over="ignore", under="ignore"):
                result = result.astype(self.dtype)
        return result[()]
