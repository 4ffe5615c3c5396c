"""Schedules that fall for ever, in the forms that theory asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.notation import Expression
from boltzmann.schedules.steps import Temperatures, checked_steps

_LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, repr=False)
class _Decay(Expression):
    """What the schedules with a start and a rate have in common."""

    start: float
    rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", checks.number("start", self.start, least=0))
        object.__setattr__(self, "rate", checks.number("rate", self.rate, least=0))
        if self.rate == np.inf:
            raise ValueError("rate must be finite, got inf")

    def _growth(self, step: ArrayLike) -> NDArray[np.float64]:
        """Give rate t, held below overflow, where inf / inf would be NaN."""
        return np.asarray(np.minimum(checked_steps(step), _LARGEST / max(self.rate, 1.0)) * self.rate)


@dataclass(frozen=True, repr=False)
class InverseTime(_Decay):
    """Falling as one over time: ``T(t) = start / (1 + rate t)``; it tends to 0 and never gets there.

    Parameters
    ----------
    start : float
        Temperature at step 0, in [0, inf].
    rate : float
        In [0, inf), per step; at ``t = 1 / rate`` the temperature has halved. 0 keeps it constant.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not such a number.

    Examples
    --------
    >>> InverseTime(1.0, 0.1)([0, 10, 90])
    array([1. , 0.5, 0.1])
    >>> InverseTime(0.0, 0.1)([0, 10])
    array([0., 0.])
    """

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        return (self.start / (1 + self._growth(step)))[()]


@dataclass(frozen=True, repr=False)
class InverseSqrt(_Decay):
    """Falling as one over the root of time: ``T(t) = start / sqrt(1 + rate t)``; it tends to 0.

    Parameters
    ----------
    start : float
        Temperature at step 0, in [0, inf].
    rate : float
        In [0, inf), per step; at ``t = 3 / rate`` the temperature has halved. 0 keeps it constant.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not such a number.

    Examples
    --------
    >>> InverseSqrt(1.0, 0.1)([0, 30, 990])
    array([1. , 0.5, 0.1])
    """

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        return (self.start / np.sqrt(1 + self._growth(step)))[()]


@dataclass(frozen=True, repr=False)
class ExponentialDecay(_Decay):
    """A constant factor a step, without an end: ``T(t) = start exp(-rate t)``; it tends to 0.

    :class:`Exponential` is the same curve told by where it ends; ``Clip(ExponentialDecay(...), 0.01, inf)`` keeps it
    from falling below 0.01.

    Parameters
    ----------
    start : float
        Temperature at step 0, in [0, inf]; inf stays.
    rate : float
        In [0, inf), per step; the temperature halves every log(2) / rate steps. A factor f a step is the rate
        -log(f). 0 keeps it constant.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not such a number.

    Examples
    --------
    >>> import math
    >>> ExponentialDecay(1.0, math.log(2))([0, 1, 2, 10_000])
    array([1.  , 0.5 , 0.25, 0.  ])
    """

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        with np.errstate(under="ignore"):
            factor = np.exp(-self._growth(step))
        return np.where(np.isinf(self.start), np.inf, np.where(factor > 0, factor, 0.0) * min(self.start, _LARGEST))[()]


@dataclass(frozen=True, repr=False)
class Logarithmic(Expression):
    """Falling as slowly as simulated annealing must: ``T(t) = scale / log(t + e)``; it tends to 0.

    Geman & Geman, "Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images", 1984; Hajek,
    "Cooling schedules for optimal annealing", 1988, who showed that ``scale`` must be at least the depth of the
    deepest local optimum.

    Parameters
    ----------
    scale : float
        Temperature at step 0, in [0, inf].

    Raises
    ------
    ValueError, TypeError
        Where the scale is not such a number.

    Examples
    --------
    >>> Logarithmic(1.0)([0, 100, 10_000, 1_000_000]).round(4)
    array([1.    , 0.2159, 0.1086, 0.0724])
    """

    scale: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", checks.number("scale", self.scale, least=0))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        return (self.scale / np.log(checked_steps(step) + np.e))[()]


@dataclass(frozen=True, repr=False)
class SqrtLogOverTime(Expression):
    """The decreasing softmax of bandit theory: ``T(t) = scale sqrt(log K / (K (t + 1)))``; it tends to 0.

    It has the form of the rate of exponential weights at an unknown horizon (Bubeck & Cesa-Bianchi, "Regret analysis
    of stochastic and nonstochastic multi-armed bandit problems", 2012, theorem 3.1, where rounds count from 1). There
    the rate multiplies sums of losses, of which it is the inverse temperature; here it is the temperature of averages.

    Parameters
    ----------
    actions : int
        K, at least 1; with a single action the temperature is 0.
    scale : float
        The range of the rewards, in [0, inf).

    Raises
    ------
    ValueError, TypeError
        Where an argument is not such a number.

    Examples
    --------
    >>> SqrtLogOverTime(10)([0, 99, 9999]).round(5)
    array([0.47985, 0.04799, 0.0048 ])
    """

    actions: int
    scale: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "actions", checks.whole_number("actions", self.actions, least=1, most=2**62))
        object.__setattr__(self, "scale", checks.number("scale", self.scale, least=0, most=_LARGEST))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        return np.asarray(self.scale * np.sqrt(math.log(self.actions) / self.actions / (checked_steps(step) + 1)))[()]


@dataclass(frozen=True, repr=False)
class LogOverTime(Expression):
    """SoftMix: ``T(t) = scale log(t + 1) / (t + 1)``; 0 at the first step, largest at the third, and it tends to 0.

    Cesa-Bianchi & Fischer, "Finite-time regret bounds for the multiarmed bandit problem", 1998, where rounds count
    from 1. At the first step, where all values are commonly equal, T = 0 chooses among all of them.

    Parameters
    ----------
    scale : float
        In [0, inf), in the units of the values.

    Raises
    ------
    ValueError, TypeError
        Where the scale is not such a number.

    Examples
    --------
    >>> LogOverTime(1.0)([0, 1, 2, 99]).round(4)
    array([0.    , 0.3466, 0.3662, 0.0461])
    """

    scale: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", checks.number("scale", self.scale, least=0, most=_LARGEST))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        rounds = checked_steps(step) + 1
        return (self.scale * (np.log(rounds) / rounds))[()]
