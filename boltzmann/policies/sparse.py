"""Sparse relatives of the softmax, which give bad actions probability 0: sparsemax and alpha-entmax.

They maximise E[Q] + T H(p) with a Tsallis entropy H instead of Shannon's. They compute with NumPy for values of any
library; the distribution is in the library of the values, and differentiable in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries, standardise, tensors
from boltzmann.acting import Acting
from boltzmann.arrays import QUIET, Array, Bools, Floats, Input, Mask, Values
from boltzmann.bounds import Real
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs
from boltzmann.laws import PolicyLaw, entmax_law, gibbs_weight, sparsemax_law, sparser_law
from boltzmann.thermostats import RowTemperature, TemperaturePolicy, temperature_law, temperature_of

_NEWTON_STEPS = 2
_MOST_STEPS = 100
_BELOW_SUPPORT = -2.0


def _scaled_scores(values: Values, temperature: Values, where: Mask) -> tuple[Floats, Bools]:
    """Return (Q - max Q) / T, -inf for masked actions, with both ends of T exact, and the marks of the maximisers."""
    array, mask = libraries.to_numpy("values", values), libraries.to_numpy("where", where)
    # An array of temperatures avoids the shortcut for a single row, whose scores have fewer axes.
    rows = np.asarray(libraries.to_numpy("temperature", temperature), dtype=np.float64)
    scores = standardise(array, rows, mask, None)
    parts = (np.asarray(part) for part in (scores.exponents, scores.maximisers))
    exponents, greedy = (np.moveaxis(part, scores.axis, -1) for part in parts)
    return exponents, greedy


def _distribution(probs: Floats, values: Values, temperature: Values, alpha: float, greedy: Bools) -> Categorical:
    dtype = checks.numeric_array("values", libraries.to_numpy("values", values)).dtype
    # The root is exact to rounding, so the sum differs from 1 by rounding alone.
    probs = probs / probs.sum(axis=-1, keepdims=True)
    result = libraries.returned(probs.astype(dtype, copy=False), values)
    if tensors.has_derivative(values) or tensors.has_derivative(temperature):
        result = _differentiable(result, values, temperature, alpha)
    return Categorical(result, temperature=temperature, greedy=libraries.returned(greedy, values))


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
class Sparsemax(Acting, TemperaturePolicy):
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
        exponents, greedy = _scaled_scores(values, temperature, where)
        scores = np.maximum(exponents, _BELOW_SUPPORT)
        falling = -np.sort(-scores, axis=-1)
        counts = np.arange(1, scores.shape[-1] + 1)
        sums = np.cumsum(falling, axis=-1)
        size = np.count_nonzero(1 + counts * falling > sums, axis=-1, keepdims=True)
        threshold = (np.take_along_axis(sums, size - 1, axis=-1) - 1) / size
        return _distribution(np.maximum(scores - threshold, 0.0), values, temperature, 2.0, greedy)

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat that has none."""
        law = temperature_law(self.temperature)
        return None if law is None else sparsemax_law(law)


@dataclass(frozen=True, repr=False)
class Entmax(Acting, TemperaturePolicy):
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
        scores, greedy = _scaled_scores(values, temperature, where)
        rows = scores.reshape(-1, scores.shape[-1])
        probs = _entmax(rows, self.alpha).reshape(scores.shape)
        return _distribution(probs, values, temperature, self.alpha, greedy)

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat that has none."""
        law = temperature_law(self.temperature)
        if law is None:
            return None
        if self.alpha == 1:
            return PolicyLaw(gibbs_weight, law.passes, law.numbers, law.inputs)
        return entmax_law(law, self.alpha) if self.alpha <= 2 else sparser_law(law, self.alpha)


def _entmax(rows: Floats, alpha: float) -> Floats:
    """Solve for one probability in each row, which determines all others."""
    if rows.shape[-1] == 1:
        return np.ones_like(rows)
    return _from_largest(rows, alpha) if alpha <= 2 else _from_smallest(rows, alpha)


def _from_largest(rows: Floats, alpha: float) -> Floats:
    """Solve for the probability of the best action, in [1 / K, 1]; well conditioned for alpha up to 2."""

    def ratios(best: Floats) -> Floats:
        # log1p of the ratio to the best one keeps full precision as alpha tends to 1, the softmax.
        below = np.where(rows == 0, 0.0, (alpha - 1) * (rows * best[:, np.newaxis] ** (1 - alpha)))
        return np.asarray(np.exp(np.log1p(np.maximum(below, -1.0)) / (alpha - 1)))

    def excess(best: Floats) -> tuple[Floats, Floats]:
        ratio = ratios(best)
        slopes = np.where(ratio > 0, ratio ** (2 - alpha), 0.0)
        return best * ratio.sum(axis=-1) - 1.0, slopes.sum(axis=-1)

    best = _root_below(excess, np.ones(len(rows)), 1 / rows.shape[-1])
    return best[:, np.newaxis] * ratios(best)


def _from_smallest(rows: Floats, alpha: float) -> Floats:
    """Solve for the least positive probability; for large alpha the largest one hardly depends on small ones."""
    below = (1 - alpha) * rows
    # An action is in the support if the better ones sum to less than 1 at the threshold where it enters.
    apart = below[:, np.newaxis, :] - below[:, :, np.newaxis]
    entering = np.where(apart > 0, apart, 0.0) ** (1 / (alpha - 1))
    support = np.where(below < np.inf, entering.sum(axis=1), np.inf) < 1
    last = np.where(support, below, -1.0).max(axis=-1, keepdims=True)
    above = np.where(support, last - below, 0.0)

    def terms(least: Floats) -> Floats:
        column = least[:, np.newaxis]
        return np.where(above == 0, column, (column ** (alpha - 1) + above) ** (1 / (alpha - 1)))

    def excess(least: Floats) -> tuple[Floats, Floats]:
        term = terms(least)
        slopes = np.where(above == 0, 1.0, (least[:, np.newaxis] / term) ** (alpha - 2))
        total, slope = (np.where(support, part, 0.0).sum(axis=-1) for part in (term, slopes))
        return total - 1.0, slope

    least = _root_below(excess, 1 / np.count_nonzero(support, axis=-1), 0.0)
    return np.where(support, terms(least), 0.0)


def _root_below(excess: Callable[[Floats], tuple[Floats, Floats]], start: Floats, least: float) -> Floats:
    """Return the root of each row by Newton's method from the right, where a convex rising function is not below 0.

    The excess is convex, and rises at least as fast as the probability itself, so that no step passes the root.
    """
    root, done = start, np.zeros(start.shape, dtype=bool)
    for _ in range(_MOST_STEPS):
        value, slope = excess(root)
        moved = np.where(done, root, np.clip(root - value / slope, least, root))
        done |= root - moved <= np.finfo(np.float64).eps * root
        root = moved
        if done.all():
            break
    return root
