"""Sparse relatives of the softmax, which give bad actions probability 0: sparsemax and alpha-entmax.

They maximise E[Q] + T H(p) with a Tsallis entropy H instead of Shannon's. They compute with NumPy for values of any
library; the distribution is in the library of the values, and differentiable in PyTorch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import (
    any_traced,
    beside,
    libraries,
    quiet_where_known,
    standardise,
    standardise_traceably,
    tensors,
)
from boltzmann.acting import Acting
from boltzmann.arrays import Array, Input, Mask, Step, Values
from boltzmann.bounds import Real
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs
from boltzmann.laws import PolicyLaw, entmax_law, gibbs_weight, sparsemax_law, sparser_law
from boltzmann.policies.any_library import entmax_rows, known_temperatures, known_weights, sparsemax_rows
from boltzmann.thermostats import RowTemperature, TemperaturePolicy, temperature_law, temperature_of

_NEWTON_STEPS = 2


def _scaled_scores(values: Values, temperature: Values, where: Mask) -> tuple[Any, Any, Any]:
    """Return (Q - max Q) / T, -inf for masked actions, with both ends of T exact, and the marks of the maximisers.

    Where a number is unknown, these are arrays of its library without derivatives, and the third part marks the bad
    rows; otherwise they are NumPy's, and it is None.
    """
    if any_traced(values, temperature, where):
        traced = standardise_traceably(values, temperature, where, None)
        xp, exponents = traced.xp, libraries.detached(traced.xp, traced.scores)
        bad = xp.isnan(traced.maximum)
        return xp.where(bad, 0.0, exponents), traced.maximisers, bad
    array, mask = libraries.to_numpy("values", values), libraries.to_numpy("where", where)
    # An array of temperatures avoids the shortcut for a single row, whose scores have fewer axes.
    rows = np.asarray(libraries.to_numpy("temperature", temperature), dtype=np.float64)
    scores = standardise(array, rows, mask, None)
    parts = (np.asarray(part) for part in (scores.exponents, scores.maximisers))
    known, greedy = (np.moveaxis(part, scores.axis, -1) for part in parts)
    return known, greedy, None


def _distribution(probs: Any, values: Values, temperature: Values, alpha: float, greedy: Any, bad: Any) -> Categorical:
    # The root is exact to rounding, so the sum differs from 1 by rounding alone.
    probs = probs / probs.sum(axis=-1, keepdims=True)
    if bad is not None:
        xp = libraries.namespace(probs)
        probs = xp.where(bad, xp.nan, _differentiable(probs, beside(values, temperature, probs), temperature, alpha))
        if not libraries.is_native(values) and xp.isdtype(values.dtype, "real floating"):  # type: ignore[union-attr]
            probs = xp.astype(probs, values.dtype)  # type: ignore[union-attr]
        return Categorical.computed(probs, xp, temperature, greedy)
    dtype = checks.numeric_array("values", libraries.to_numpy("values", values)).dtype
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

    @quiet_where_known
    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        temperature = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        values = beside(values, temperature)
        # Scores more than 1 below the best are outside the support, so the clip changes nothing but avoids -inf.
        exponents, greedy, bad = _scaled_scores(values, temperature, where)
        probs = sparsemax_rows(libraries.library(exponents), exponents)
        return _distribution(probs, values, temperature, 2.0, greedy, bad)

    known = property(known_weights)

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

    @quiet_where_known
    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical | Gibbs:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        temperature = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        if self.alpha == 1:
            return Gibbs(values, temperature, where=where)
        values = beside(values, temperature)
        scores, greedy, bad = _scaled_scores(values, temperature, where)
        rows = scores.reshape(-1, scores.shape[-1])
        probs = entmax_rows(libraries.library(scores), rows, self.alpha).reshape(scores.shape)
        return _distribution(probs, values, temperature, self.alpha, greedy, bad)

    known = property(lambda self: known_temperatures(self) if self.alpha == 1 else known_weights(self))

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat that has none."""
        law = temperature_law(self.temperature)
        if law is None:
            return None
        if self.alpha == 1:
            return PolicyLaw(gibbs_weight, law.passes, law.numbers, law.inputs)
        return entmax_law(law, self.alpha) if self.alpha <= 2 else sparser_law(law, self.alpha)
