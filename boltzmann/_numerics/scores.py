"""A distribution in the form that all its quantities start from.

A score is log prior(a) + (Q(a) - max Q) / T less the largest of its row, so that the best action scores 0 and what
cannot happen scores -inf. Everything else about the distribution follows from the scores. They are made by
``numpy_scores`` for NumPy and by ``traced_scores`` for libraries that differentiate or compile.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann._numerics import tensors

_LARGE_HALF = 8.9e307
_NUMPYS = (np.ndarray, np.generic)


class lazy:  # noqa: N801 (used as a decorator)
    """A property that is computed on first use; ``functools.cached_property`` holds a lock that compilers refuse."""

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        self.compute, self.name, self.__doc__ = compute, compute.__name__, compute.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        value = self.compute(owner)
        if isinstance(value, _NUMPYS) or tensors.lasting(value, owner.origin):
            owner.__dict__[self.name] = value
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
    top : array or float
        Rows; what was taken off: log prior + (Q - max Q) / T of the best action; 0.0 without a prior.
    prior : array or None
        Weights, 0 where an action is not allowed.
    ends : bool
        Whether a temperature may be 0 or inf, or a maximum infinite.
    batch : tuple of int or None
        Where there is but one row, it has no axis inside, its quantities are scalars, and this is its shape outside.
    best : int
        The place of the largest value of such a row.
    normalised : array, or None
        The weights after they have become the probabilities, in their place.
    place : array of int, or None
        The places of the largest values of all rows in one flat array of them, where that is how they lie.
    """

    xp: Any = np
    axis: int
    dtype: Any
    temperature: Any
    values: Any
    peak: Any
    maximum: Any
    top: Any = 0.0
    prior: Any = None
    ends: bool = True
    batch: tuple[int, ...] | None = None
    best: int
    place: Any = None
    normalised: Any = None

    @property
    def origin(self) -> Any:
        """What all quantities are made of, and have their derivatives from."""
        return self.scores

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "xp": self.xp.__name__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, xp=importlib.import_module(state["xp"]))

    @lazy
    def tempered(self) -> Any:
        """(Q - max Q) / T, as it is without the prior."""
        return centred_over_temperature(self.values, self.peak, self.temperature, self.ends)

    @lazy
    def scores(self) -> Any:
        """Log-weights, in [-inf, 0]; set where there is a prior."""
        return self.tempered

    @lazy
    def weights(self) -> Any:
        """exp(scores), 1 for the best action."""
        if "scores" in self.__dict__:
            return np.exp(self.scores)
        # The scores themselves are seldom asked for: made again if they are, they need no memory of their own here.
        scores = centred_over_temperature(self.values, self.peak, self.temperature, self.ends)
        return np.exp(scores, out=scores)

    @lazy
    def rest(self) -> Any:
        """Rows; the sum of the weights without the best action's."""
        weights, axis = self.weights, self.axis
        if self.batch is not None:
            # The best entry is taken out for the sum and put back, which copies nothing.
            weights[self.best] = 0.0
            rest = np.add.reduce(weights)
            weights[self.best] = 1.0
            return rest
        if self.place is not None and weights.size == self.values.size:
            flat = weights.reshape(-1)
            flat[self.place] = 0.0
            rest = np.add.reduce(weights, axis=-1, keepdims=True)
            flat[self.place] = 1.0
            return rest
        # The best weigh 1: what weighs less is summed, and the best but one are counted.
        best = np.floor(weights)
        count = np.add.reduce(best, axis=axis, keepdims=True)
        np.subtract(weights, best, out=best)
        return np.add.reduce(best, axis=axis, keepdims=True) + (count - 1.0)

    @lazy
    def live(self) -> Any:
        """Mark the actions that are allowed, of a value above -inf."""
        return self.values > -np.inf

    @lazy
    def scale(self) -> Any:
        """1, or a power of two at which differences of finite values do not overflow."""
        least = np.min(self.values, where=self.live, initial=np.inf)
        return 1.0 if np.max(self.peak, initial=0.0) / 2 - least / 2 < _LARGE_HALF else 0.25

    @lazy
    def centred(self) -> Any:
        """Q - max Q where live, else 0; times ``scale``."""
        if self.scale == 1.0:
            return np.where(self.live, self.values - self.peak, 0.0)
        with np.errstate(invalid="ignore"):
            return np.where(self.live, self.values * self.scale - self.peak * self.scale, 0.0)

    @lazy
    def safe_scores(self) -> Any:
        """Give the scores, 0 where the weight is 0, so that their product is."""
        return np.where(self.weights > 0, self.scores, 0.0)

    def mean_score(self) -> Any:
        """Rows; the mean of the scores, which a score of -inf does not enter: its weight is 0."""
        if self.xp is np and self.prior is None and not self.ends:
            # A value of -inf, or a difference that overflows, shows in the result.
            with np.errstate(over="ignore", invalid="ignore"):
                terms, heat = self.values - self.peak, self.temperature
                terms = np.divide(terms, heat, out=terms) if isinstance(heat, float) else terms / heat
                np.multiply(terms, self.weights, out=terms)
                found = np.add.reduce(terms, axis=self.axis, keepdims=True) / self.total
                if math.isfinite(np.add.reduce(found, axis=None)):
                    return found
        return self.sum(self.weights * self.safe_scores) / self.total

    @lazy
    def total(self) -> Any:
        """Rows; the sum of the weights."""
        return 1.0 + self.rest

    @lazy
    def log_mass(self) -> Any:
        """Rows; log of the sum of prior(a) exp((Q(a) - max Q) / T)."""
        return self.xp.log1p(self.rest) if self.prior is None else self.xp.log1p(self.rest) + self.top

    def sum(self, terms: Any) -> Any:
        """Sum over the actions; gives rows."""
        return self.xp.sum(terms, axis=self.axis, keepdims=True)

    def row(self, result: Any) -> Any:
        """Give a row quantity as it leaves: without the axis of the actions, in the dtype of the answers."""
        if self.batch is not None:
            return self._cast(np.reshape(result, self.batch))
        return self._cast(result[0] if self.axis == 0 else result[..., 0])

    def full(self, result: Any) -> Any:
        """Give a quantity of every action as it leaves: actions last, in the dtype of the answers."""
        if self.batch is not None:
            return self._cast(result.reshape(*self.batch, -1))
        return self._cast(result if self.axis == -1 else result.transpose((*range(1, result.ndim), 0)))

    def _cast(self, result: Any) -> Any:
        if self.xp is not np:
            return result if result.dtype == self.dtype else self.xp.astype(result, self.dtype)
        if result.dtype != self.dtype:
            with np.errstate(over="ignore", under="ignore"):
                result = result.astype(self.dtype)
        return result[()]


def centred_over_temperature(values: Any, peak: Any, heat: Any, ends: bool) -> Any:
    """(values - peak) / temperature, with both ends of the temperature and -inf taken by value."""
    try:
        # The processor's flag tells of an overflow for nothing.
        with np.errstate(over="raise", divide="ignore", invalid="ignore"):
            centred = values - peak
            scores = np.divide(centred, heat, out=centred) if isinstance(heat, float) else centred / heat
    except FloatingPointError:
        with np.errstate(all="ignore"):
            centred = values - peak
            # A difference of finite values that overflows may still be moderate in units of T: halve it first.
            overflowed = np.isneginf(centred) & (values > -np.inf)
            scores = np.where(overflowed, (values / 2 - peak / 2) / (heat / 2), centred / heat)
    if ends:
        scores = np.where((heat == 0) & (values == peak), 0.0, scores)
        scores = np.where(np.isinf(heat), np.where(values == -np.inf, -np.inf, 0.0), scores)
    return np.asarray(scores)
