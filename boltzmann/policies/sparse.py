"""Sparse relatives of the softmax, which give bad actions probability 0: sparsemax and alpha-entmax, of Tsallis.

They maximise E[Q] + T H(p), H being a Tsallis entropy in the place of Shannon's. They compute with NumPy whatever the
values are of; the distribution is of the library of the values, and differentiable in PyTorch's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann._numerics import libraries, standardise, tensors
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs
from boltzmann.schedules import Schedule, checked_schedule
from boltzmann.thermostats import Tempered, Thermostat, temperature_of


def _tempered(values: Any, heat: Any, where: Any) -> NDArray[np.float64]:
    """Give (Q - max Q) / T, shape (..., K), -inf for what is not allowed; both ends by value."""
    seen = libraries.to_numpy("values", values), libraries.to_numpy("where", where)
    # An array of temperatures is never taken the short way of a single row, which keeps no axes.
    it = standardise(seen[0], np.asarray(libraries.to_numpy("temperature", heat), dtype=np.float64), seen[1], None)
    return np.moveaxis(np.asarray(it.exponents), it.axis, -1)


def _distribution(probs: NDArray[np.float64], values: Any, heat: Any, alpha: float) -> Categorical:
    dtype = checks.numeric_array("values", libraries.to_numpy("values", values)).dtype
    # The root is right to rounding, and so is the sum.
    probs = probs / probs.sum(axis=-1, keepdims=True)
    found = libraries.returned(probs.astype(dtype, copy=False), values)
    if any(tensors.has_derivative(part) for part in (values, heat)):
        found = _differentiable(found, values, heat, alpha)
    return Categorical(found, temperature=heat)


def _differentiable(probs: Any, values: Any, heat: Any, alpha: float) -> Any:
    """Give probabilities that are known as a function of values and temperature, for what differentiates.

    On the support p = (z - tau)^(1 / (alpha - 1)), z being (alpha - 1) (Q - max Q) / T, and tau makes the sum 1. A
    step of Newton's from the known tau leaves the number as it is and makes its first derivatives exact; a second
    step those up to the third.
    """
    xp, power = libraries.namespace(probs), 1 / (alpha - 1)
    temperature = libraries.to_float(xp, "temperature", heat, like=probs)[..., None]
    inside = (probs > 0) & (temperature > 0) & (temperature < xp.inf)
    unit = xp.where(inside, temperature, 1.0)
    q = xp.where(inside, libraries.to_float(xp, "values", values, like=probs), 0.0)
    best = xp.max(probs, axis=-1, keepdims=True)
    top = xp.max(xp.where(probs == best, q, -xp.inf), axis=-1, keepdims=True)
    z = (alpha - 1) * ((q - libraries.detached(xp, top)) / unit)
    tau = -(best ** (alpha - 1))
    for _ in range(2):
        base = xp.where(inside, z - tau, 1.0)
        excess = xp.sum(xp.where(inside, base**power, 0.0), axis=-1, keepdims=True) - 1.0
        slope = xp.sum(xp.where(inside, power * base ** (power - 1), 0.0), axis=-1, keepdims=True)
        tau = tau + excess / xp.where(slope > 0, slope, 1.0)
    found = xp.where(inside, xp.where(inside, z - tau, 1.0) ** power, 0.0)
    return probs + (found - libraries.detached(xp, found))


@dataclass(frozen=True, repr=False)
class Sparsemax(Tempered):
    """The point of the simplex nearest to Q / T: p(a) = max(Q(a) / T - tau, 0), tau making the sum 1.

    Martins & Astudillo, "From softmax to sparsemax: a sparse model of attention and multi-label classification", 2016,
    algorithm 1; as exploration, Lee, Choi & Oh, "Sparse Markov decision processes with causal sparse Tsallis entropy
    regularization", 2018. It is :class:`Entmax` at alpha = 2, in closed form.

    Parameters
    ----------
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 it is :class:`Greedy`, at inf :class:`Uniform`. An action further than T below the best has
        probability 0.

    Raises
    ------
    ValueError, TypeError
        For a temperature out of bounds, at once or when read; for values as :class:`boltzmann.Gibbs`.

    Examples
    --------
    >>> Sparsemax(1.0)([0.0, 0.75, 1.0]).probs
    array([0.   , 0.375, 0.625])
    >>> import math
    >>> Sparsemax(0.0)([0.0, 1.0, 1.0]).probs, Sparsemax(math.inf)([0.0, 1.0]).probs
    (array([0. , 0.5, 0.5]), array([0.5, 0.5]))
    """

    temperature: float | Schedule | Thermostat = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "temperature", checked_schedule("temperature", self.temperature, thermostats=True))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``, shape (..., K), at ``step``."""
        heat = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        # What is more than 1 below the best is never in the support, wherever below.
        scores = np.maximum(_tempered(values, heat, where), -2.0)
        falling = -np.sort(-scores, axis=-1)
        counts = np.arange(1, scores.shape[-1] + 1)
        sums = np.cumsum(falling, axis=-1)
        size = np.count_nonzero(1 + counts * falling > sums, axis=-1, keepdims=True)
        threshold = (np.take_along_axis(sums, size - 1, axis=-1) - 1) / size
        return _distribution(np.maximum(scores - threshold, 0.0), values, heat, 2.0)


@dataclass(frozen=True, repr=False)
class Entmax(Tempered):
    """Alpha-entmax: p(a) = max((alpha - 1) Q(a) / T - tau, 0)^(1 / (alpha - 1)), tau making the sum 1.

    Peters, Niculae & Martins, "Sparse sequence-to-sequence models", 2019, equation 8; as exploration, Lee et al.,
    "Tsallis reinforcement learning: a unified framework for maximum entropy reinforcement learning", 2019.

    Parameters
    ----------
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 it is :class:`Greedy`, at inf :class:`Uniform`.
    alpha : float
        In [1, inf): 1 is :class:`Boltzmann`, 2 is :class:`Sparsemax`; the larger, the sparser.

    Raises
    ------
    ValueError, TypeError
        For numbers out of bounds, at once or when read; for values as :class:`boltzmann.Gibbs`.

    Examples
    --------
    >>> Entmax(1.0, 1.5)([0.0, 1.5, 2.0]).probs.round(4)
    array([0.   , 0.326, 0.674])
    >>> Entmax(1.0, 2.0)([0.0, 0.75, 1.0]).probs.round(12)
    array([0.   , 0.375, 0.625])
    >>> import math
    >>> Entmax(0.0)([0.0, 1.0, 1.0]).probs, Entmax(math.inf)([0.0, 1.0]).probs
    (array([0. , 0.5, 0.5]), array([0.5, 0.5]))
    """

    temperature: float | Schedule | Thermostat = 1.0
    alpha: float = 1.5

    def __post_init__(self) -> None:
        object.__setattr__(self, "temperature", checked_schedule("temperature", self.temperature, thermostats=True))
        largest = float(np.finfo(np.float64).max)
        object.__setattr__(self, "alpha", checks.number("alpha", self.alpha, least=1, most=largest))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Categorical | Gibbs:
        """Give the distribution of each row of ``values``, shape (..., K), at ``step``."""
        heat = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        if self.alpha == 1:
            return Gibbs(values, heat, where=where)
        scores = _tempered(values, heat, where)
        rows = scores.reshape(-1, scores.shape[-1])
        return _distribution(_entmax(rows, self.alpha).reshape(scores.shape), values, heat, self.alpha)


def _entmax(rows: NDArray[np.float64], alpha: float) -> NDArray[np.float64]:
    """Solve for one probability of each row, from which all others follow."""
    if rows.shape[-1] == 1:
        return np.ones_like(rows)
    return _by_the_best(rows, alpha) if alpha <= 2 else _by_the_last(rows, alpha)


def _by_the_best(rows: NDArray[np.float64], alpha: float) -> NDArray[np.float64]:
    """Solve for the probability of the best action, in [1 / K, 1]: well conditioned for alpha up to 2."""

    def terms(best: Any, scores: Any) -> Any:
        # Relative to the best one, and by log1p, so that alpha near 1 becomes the softmax and loses nothing.
        with np.errstate(all="ignore"):
            below = np.where(scores == 0, 0.0, (alpha - 1) * (scores * best ** (1 - alpha)))
            return best * np.exp(np.log1p(np.maximum(below, -1.0)) / (alpha - 1))

    def excess(best: Any, row: Any) -> Any:
        return terms(best[..., np.newaxis], rows[row]).sum(axis=-1) - 1.0

    best = _roots(excess, np.full(len(rows), 1 / rows.shape[-1]), np.ones(len(rows)), rows)
    return np.asarray(terms(best[:, np.newaxis], rows))


def _by_the_last(rows: NDArray[np.float64], alpha: float) -> NDArray[np.float64]:
    """Solve for the least positive probability: for large alpha a small one hardly moves the best one's power."""
    with np.errstate(all="ignore"):
        below = (1 - alpha) * rows
        # An action is in the support where those above it, at the threshold where it enters, sum to less than 1.
        apart = below[:, np.newaxis, :] - below[:, :, np.newaxis]
        entering = np.where(apart > 0, apart, 0.0) ** (1 / (alpha - 1))
        support = np.where(below < np.inf, entering.sum(axis=1), np.inf) < 1
        last = np.where(support, below, -1.0).max(axis=-1, keepdims=True)
        above = np.where(support, last - below, 0.0)

    def terms(least: Any, distances: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.where(distances == 0, least, (least ** (alpha - 1) + distances) ** (1 / (alpha - 1)))

    def excess(least: Any, row: Any) -> Any:
        return np.where(support[row], terms(least[..., np.newaxis], above[row]), 0.0).sum(axis=-1) - 1.0

    least = _roots(excess, np.zeros(len(rows)), 1 / np.count_nonzero(support, axis=-1), rows)
    return np.where(support, terms(least[:, np.newaxis], above), 0.0)


def _roots(excess: Any, low: Any, high: Any, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find where the excess is 0 between low and high, one row an element."""
    from scipy.optimize import elementwise

    every, rounding = np.arange(len(rows)), rows.shape[-1] * np.finfo(np.float64).eps
    # One action alone, or all alike: the root is an end of the bracket, but for rounding.
    found = np.where(excess(high, every) <= rounding, high, np.where(excess(low, every) >= -rounding, low, np.nan))
    inside = np.flatnonzero(np.isnan(found))
    if inside.size:
        roots = elementwise.find_root(excess, (low[inside], high[inside]), args=(inside,))
        if not roots.success.all():
            raise RuntimeError(f"no threshold was found for the scores {rows[inside[~roots.success]][0]}")
        found[inside] = roots.x
    return np.asarray(found)
