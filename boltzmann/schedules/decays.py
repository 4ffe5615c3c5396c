"""Schedules that fall without an end, in the forms that theory asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np

from boltzmann._numerics import Maths
from boltzmann.arrays import LARGEST, Array
from boltzmann.bounds import Real, Temperature, Whole
from boltzmann.schedules.steps import LAST_STEP, StepFormula

_MOST_ACTIONS = 2**62


def _times(start: float, factor: Array) -> Any:
    """Return start times a factor; an infinite start stays infinite, also where the factor underflows."""
    return 0.0 * factor + np.inf if start == np.inf else start * factor


@dataclass(frozen=True, repr=False)
class _Decay(StepFormula):
    """Shared by the schedules with a start and a rate: both parameters, and rate t without overflow."""

    start: Temperature
    rate: Annotated[float, Real("[0, inf)")]

    def _growth(self, m: Maths, t: Array) -> Any:
        """Return rate t, at most the largest float: with an overflow, inf / inf would be NaN."""
        return m.minimum(t, LARGEST / max(self.rate, 1.0)) * self.rate


@dataclass(frozen=True, repr=False)
class InverseTime(_Decay):
    """Inverse in time: ``T(t) = start / (1 + rate t)``, which tends to 0 and does not reach it.

    Parameters
    ----------
    start : float
        Temperature at step 0, in [0, inf].
    rate : float
        In [0, inf), per step. The temperature has halved at ``t = 1 / rate``; with rate 0 it is constant.

    Examples
    --------
    >>> InverseTime(1.0, 0.1)([0, 10, 90])
    array([1. , 0.5, 0.1])
    >>> InverseTime(0.0, 0.1)([0, 10])
    array([0., 0.])
    """

    def _at(self, m: Maths, t: Array) -> Any:
        return self.start / (1 + self._growth(m, t))


@dataclass(frozen=True, repr=False)
class InverseSqrt(_Decay):
    """Inverse in the square root of time: ``T(t) = start / sqrt(1 + rate t)``, which tends to 0.

    Parameters
    ----------
    start : float
        Temperature at step 0, in [0, inf].
    rate : float
        In [0, inf), per step. The temperature has halved at ``t = 3 / rate``; with rate 0 it is constant.

    Examples
    --------
    >>> InverseSqrt(1.0, 0.1)([0, 30, 990])
    array([1. , 0.5, 0.1])
    """

    def _at(self, m: Maths, t: Array) -> Any:
        return self.start / m.sqrt(1 + self._growth(m, t))


@dataclass(frozen=True, repr=False)
class ExponentialDecay(_Decay):
    """A constant factor a step, without an end: ``T(t) = start exp(-rate t)``, which tends to 0.

    :class:`Exponential` is the same curve with its end as a parameter. ``Clip(ExponentialDecay(...), 0.01, inf)`` does
    not fall below 0.01.

    Parameters
    ----------
    start : float
        Temperature at step 0, in [0, inf]; inf remains inf.
    rate : float
        In [0, inf), per step. The temperature halves every log(2) / rate steps; a factor f a step is the rate
        -log(f), and with rate 0 the temperature is constant.

    Examples
    --------
    >>> import math
    >>> ExponentialDecay(1.0, math.log(2))([0, 1, 2, 10_000])
    array([1.  , 0.5 , 0.25, 0.  ])
    """

    def _at(self, m: Maths, t: Array) -> Any:
        return _times(self.start, m.exp(-self._growth(m, t)))


@dataclass(frozen=True, repr=False)
class Staircase(StepFormula):
    """A constant factor after every so many steps: ``T(t) = start factor^floor(t / steps)``, constant in between.

    ``Clip(Staircase(...), 0.01, inf)`` does not fall below 0.01; :class:`ExponentialDecay` falls at every step.

    Parameters
    ----------
    start : float
        Temperature at step 0, in [0, inf]; inf remains inf.
    factor : float
        In (0, 1]; with 1 the temperature is constant.
    steps : int
        Number of steps on each stair, at least 1.

    Examples
    --------
    >>> Staircase(1.0, 0.5, 10)([0, 9, 10, 25, 100_000])
    array([1.  , 1.  , 0.5 , 0.25, 0.  ])
    """

    start: Temperature
    factor: Annotated[float, Real("(0, 1]")]
    steps: Annotated[int, Whole(1, LAST_STEP)]

    def _at(self, m: Maths, t: Any) -> Any:
        return _times(self.start, m.power(self.factor, t // float(self.steps)))


@dataclass(frozen=True, repr=False)
class Logarithmic(StepFormula):
    """The slow fall that simulated annealing requires: ``T(t) = scale / log(t + e)``, which tends to 0.

    Geman & Geman, "Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images", 1984; Hajek,
    "Cooling schedules for optimal annealing", 1988, who showed that ``scale`` must be at least the depth of the
    deepest local optimum.

    Parameters
    ----------
    scale : float
        Temperature at step 0, in [0, inf].

    Examples
    --------
    >>> Logarithmic(1.0)([0, 100, 10_000, 1_000_000]).round(4)
    array([1.    , 0.2159, 0.1086, 0.0724])
    """

    scale: Temperature

    def _at(self, m: Maths, t: Array) -> Any:
        return self.scale / m.log(t + math.e)


@dataclass(frozen=True, repr=False)
class SqrtLogOverTime(StepFormula):
    """The decreasing softmax of bandit theory: ``T(t) = scale sqrt(log K / (K (t + 1)))``, which tends to 0.

    Exponential weights at an unknown horizon have a rate of this form (Bubeck & Cesa-Bianchi, "Regret analysis of
    stochastic and nonstochastic multi-armed bandit problems", 2012, theorem 3.1, where rounds count from 1). There the
    rate multiplies sums of losses, as an inverse temperature; here the same number is the temperature of averages.

    Parameters
    ----------
    actions : int
        K, at least 1; with a single action the temperature is 0.
    scale : float
        The range of the rewards, in [0, inf).

    Examples
    --------
    >>> SqrtLogOverTime(10)([0, 99, 9999]).round(5)
    array([0.47985, 0.04799, 0.0048 ])
    """

    actions: Annotated[int, Whole(1, _MOST_ACTIONS)]
    scale: Annotated[float, Real("[0, inf)")] = field(default=1.0, kw_only=True)

    def _at(self, m: Maths, t: Array) -> Any:
        return self.scale * m.sqrt(math.log(self.actions) / self.actions / (t + 1))


@dataclass(frozen=True, repr=False)
class LogOverTime(StepFormula):
    """SoftMix: ``T(t) = scale log(t + 1) / (t + 1)``, which is 0 at step 0, largest at step 2, and tends to 0.

    Cesa-Bianchi & Fischer, "Finite-time regret bounds for the multiarmed bandit problem", 1998, where rounds count
    from 1. At step 0, where all values are usually equal, T = 0 chooses among all of them.

    Parameters
    ----------
    scale : float
        In [0, inf), in the units of the values.

    Examples
    --------
    >>> LogOverTime(1.0)([0, 1, 2, 99]).round(4)
    array([0.    , 0.3466, 0.3662, 0.0461])
    """

    scale: Annotated[float, Real("[0, inf)")]

    def _at(self, m: Maths, t: Array) -> Any:
        return self.scale * (m.log(t + 1) / (t + 1))
