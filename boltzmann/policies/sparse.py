"""Sparse relatives of the softmax, which give bad actions probability 0: sparsemax and alpha-entmax.

They maximise E[Q] + T H(p) with a Tsallis entropy H instead of Shannon's. They compute with NumPy for values of any
library; the distribution is in the library of the values, and differentiable in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann._numerics import libraries, standardise, tensors
from boltzmann.arrays import QUIET, Array, Floats, Input, Mask, Values
from boltzmann.bounds import Real
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs
from boltzmann.laws import PolicyLaw, gibbs_weight
from boltzmann.policies._sparse_laws import entmax_law, sparsemax_law
from boltzmann.thermostats import RowTemperature, TemperaturePolicy, temperature_law, temperature_of

Indices = NDArray[np.intp]

_NEWTON_STEPS = 2
_BELOW_SUPPORT = -2.0


def _scaled_scores(values: Values, temperature: Values, where: Mask) -> Floats:
    """Return (Q - max Q) / T, shape (..., K), -inf for masked actions, with both ends of T exact."""
    array, mask = libraries.to_numpy("values", values), libraries.to_numpy("where", where)
    # An array of temperatures avoids the shortcut for a single row, whose scores have fewer axes.
    rows = np.asarray(libraries.to_numpy("temperature", temperature), dtype=np.float64)
    scores = standardise(array, rows, mask, None)
    return np.moveaxis(np.asarray(scores.exponents), scores.axis, -1)


def _distribution(probs: Floats, values: Values, temperature: Values, alpha: float) -> Categorical:
    dtype = checks.numeric_array("values", libraries.to_numpy("values", values)).dtype
    # The root is exact to rounding, so the sum differs from 1 by rounding alone.
    probs = probs / probs.sum(axis=-1, keepdims=True)
    result = libraries.returned(probs.astype(dtype, copy=False), values)
    if tensors.has_derivative(values) or tensors.has_derivative(temperature):
        result = _differentiable(result, values, temperature, alpha)
    return Categorical(result, temperature=temperature)


def _differentiable(probs: Array, values: Values, temperature: Values, alpha: float) -> Array:
    """Return known probabilities as a differentiable function of values and temperature.

    On the support p = (z - tau)^(1 / (alpha - 1)), where z is (alpha - 1) (Q - max Q) / T and tau makes the sum 1. One
    Newton step from the known tau leaves its number unchanged and makes the first derivatives exact; a second step
    makes the derivatives up to the third exact.
    """
    xp, power = libraries.namespace(probs), 1 / (alpha - 1)
    column = libraries.to_float(xp, "temperature", temperature, like=probs)[..., None]
    inside = (probs > 0) & (column > 0) & (column < xp.inf)
    unit = xp.where(inside, column, 1.0)
    q = xp.where(inside, libraries.to_float(xp, "values", values, like=probs), 0.0)
    best = xp.max(probs, axis=-1, keepdims=True)
    top = xp.max(xp.where(probs == best, q, -xp.inf), axis=-1, keepdims=True)
    z = (alpha - 1) * ((q - libraries.detached(xp, top)) / unit)
    tau = -(best ** (alpha - 1))
    for _ in range(_NEWTON_STEPS):
        base = xp.where(inside, z - tau, 1.0)
        excess = xp.sum(xp.where(inside, base**power, 0.0), axis=-1, keepdims=True) - 1.0
        slope = xp.sum(xp.where(inside, power * base ** (power - 1), 0.0), axis=-1, keepdims=True)
        tau = tau + excess / xp.where(slope > 0, slope, 1.0)
    formula = xp.where(inside, xp.where(inside, z - tau, 1.0) ** power, 0.0)
    return probs + (formula - libraries.detached(xp, formula))


@dataclass(frozen=True, repr=False)
class Sparsemax(TemperaturePolicy):
    """The point of the simplex nearest to Q / T: p(a) = max(Q(a) / T - tau, 0), where tau makes the sum 1.

    Martins & Astudillo, "From softmax to sparsemax: a sparse model of attention and multi-label classification", 2016,
    algorithm 1; as exploration, Lee, Choi & Oh, "Sparse Markov decision processes with causal sparse Tsallis entropy
    regularization", 2018. It is :class:`Entmax` at alpha = 2, in closed form.

    Parameters
    ----------
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 the policy is :class:`Greedy`, at inf :class:`Uniform`. An action more than T below the best
        has probability 0.

    Examples
    --------
    >>> Sparsemax(1.0)([0.0, 0.75, 1.0]).probs
    array([0.   , 0.375, 0.625])
    >>> import math
    >>> Sparsemax(0.0)([0.0, 1.0, 1.0]).probs, Sparsemax(math.inf)([0.0, 1.0]).probs
    (array([0. , 0.5, 0.5]), array([0.5, 0.5]))
    """

    temperature: RowTemperature = 1.0

    @QUIET
    def __call__(
        self, values: Values, *, step: int = 0, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        temperature = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        # Scores more than 1 below the best are outside the support, so the clip changes nothing but avoids -inf.
        scores = np.maximum(_scaled_scores(values, temperature, where), _BELOW_SUPPORT)
        falling = -np.sort(-scores, axis=-1)
        counts = np.arange(1, scores.shape[-1] + 1)
        sums = np.cumsum(falling, axis=-1)
        size = np.count_nonzero(1 + counts * falling > sums, axis=-1, keepdims=True)
        threshold = (np.take_along_axis(sums, size - 1, axis=-1) - 1) / size
        return _distribution(np.maximum(scores - threshold, 0.0), values, temperature, 2.0)

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat that has none."""
        law = temperature_law(self.temperature)
        return None if law is None else sparsemax_law(law)


@dataclass(frozen=True, repr=False)
class Entmax(TemperaturePolicy):
    """Alpha-entmax: p(a) = max((alpha - 1) Q(a) / T - tau, 0)^(1 / (alpha - 1)), where tau makes the sum 1.

    Peters, Niculae & Martins, "Sparse sequence-to-sequence models", 2019, equation 8; as exploration, Lee et al.,
    "Tsallis reinforcement learning: a unified framework for maximum entropy reinforcement learning", 2019.

    Parameters
    ----------
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 the policy is :class:`Greedy`, at inf :class:`Uniform`.
    alpha : float
        In [1, inf). 1 is :class:`Boltzmann`, 2 is :class:`Sparsemax`; larger is sparser.

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

    temperature: RowTemperature = 1.0
    alpha: Annotated[float, Real("[1, inf)")] = 1.5

    @QUIET
    def __call__(
        self, values: Values, *, step: int = 0, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical | Gibbs:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        temperature = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        if self.alpha == 1:
            return Gibbs(values, temperature, where=where)
        scores = _scaled_scores(values, temperature, where)
        rows = scores.reshape(-1, scores.shape[-1])
        return _distribution(_entmax(rows, self.alpha).reshape(scores.shape), values, temperature, self.alpha)

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat that has none, and for alpha above 2.

        There the threshold has not the digits that small probabilities need.
        """
        law = temperature_law(self.temperature)
        if law is None or self.alpha > 2:
            return None
        if self.alpha == 1:
            return PolicyLaw(gibbs_weight, law.passes, law.numbers, law.inputs)
        return entmax_law(law, self.alpha)


def _entmax(rows: Floats, alpha: float) -> Floats:
    """Solve for one probability in each row, which determines all others."""
    if rows.shape[-1] == 1:
        return np.ones_like(rows)
    return _from_largest(rows, alpha) if alpha <= 2 else _from_smallest(rows, alpha)


def _from_largest(rows: Floats, alpha: float) -> Floats:
    """Solve for the probability of the best action, in [1 / K, 1]; well conditioned for alpha up to 2."""

    def terms(best: Floats, scores: Floats) -> Floats:
        # log1p of the ratio to the best one keeps full precision as alpha tends to 1, the softmax.
        below = np.where(scores == 0, 0.0, (alpha - 1) * (scores * best ** (1 - alpha)))
        return np.asarray(best * np.exp(np.log1p(np.maximum(below, -1.0)) / (alpha - 1)))

    def excess(best: Floats, row: Indices) -> Floats:
        return np.asarray(terms(best[..., np.newaxis], rows[row]).sum(axis=-1) - 1.0)

    best = _roots(excess, np.full(len(rows), 1 / rows.shape[-1]), np.ones(len(rows)), rows)
    return terms(best[:, np.newaxis], rows)


def _from_smallest(rows: Floats, alpha: float) -> Floats:
    """Solve for the least positive probability; for large alpha the largest one hardly depends on small ones."""
    below = (1 - alpha) * rows
    # An action is in the support if the better ones sum to less than 1 at the threshold where it enters.
    apart = below[:, np.newaxis, :] - below[:, :, np.newaxis]
    entering = np.where(apart > 0, apart, 0.0) ** (1 / (alpha - 1))
    support = np.where(below < np.inf, entering.sum(axis=1), np.inf) < 1
    last = np.where(support, below, -1.0).max(axis=-1, keepdims=True)
    above = np.where(support, last - below, 0.0)

    def terms(least: Floats, distances: Floats) -> Floats:
        return np.where(distances == 0, least, (least ** (alpha - 1) + distances) ** (1 / (alpha - 1)))

    def excess(least: Floats, row: Indices) -> Floats:
        return np.asarray(np.where(support[row], terms(least[..., np.newaxis], above[row]), 0.0).sum(axis=-1) - 1.0)

    least = _roots(excess, np.zeros(len(rows)), 1 / np.count_nonzero(support, axis=-1), rows)
    return np.where(support, terms(least[:, np.newaxis], above), 0.0)


def _roots(excess: Callable[[Floats, Indices], Floats], low: Floats, high: Floats, rows: Floats) -> Floats:
    """Return the root of the excess between low and high in each row."""
    from scipy.optimize import elementwise

    row, rounding = np.arange(len(rows)), rows.shape[-1] * np.finfo(np.float64).eps
    # With a single action, or equal ones, the root is an end of the bracket up to rounding.
    result = np.where(excess(high, row) <= rounding, high, np.where(excess(low, row) >= -rounding, low, np.nan))
    inside = np.flatnonzero(np.isnan(result))
    if inside.size:
        roots = elementwise.find_root(excess, (low[inside], high[inside]), args=(inside,))
        if not roots.success.all():
            raise RuntimeError(f"no threshold exists within rounding for the scores {rows[inside[~roots.success]][0]}")
        result[inside] = roots.x
    return np.asarray(result)
