"""The constant schedule, and schedules that go from a start to an end within a number of steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np

from boltzmann._numerics import Maths
from boltzmann.arrays import Array
from boltzmann.bounds import Real, Temperature, Whole
from boltzmann.schedules.steps import LAST_STEP, StepFormula


@dataclass(frozen=True, repr=False)
class Constant(StepFormula):
    """The same temperature at every step: ``T(t) = temperature``.

    Parameters
    ----------
    temperature : float
        In [0, inf].

    Examples
    --------
    >>> Constant(0.5)([0, 10, 1000])
    array([0.5, 0.5, 0.5])
    """

    changes: ClassVar[bool] = False

    temperature: Temperature

    def _at(self, m: Maths, t: Array) -> Any:
        return 0.0 * t + self.temperature


@dataclass(frozen=True, repr=False)
class _Ramp(StepFormula):
    """Shared by the schedules from a start to an end: both temperatures, and the number of steps between them."""

    start: Temperature
    end: Temperature
    steps: Annotated[int, Whole(1, LAST_STEP)]

    def _at(self, m: Maths, t: Array) -> Any:
        steps = float(self.steps)
        fraction = t / steps
        # The ends are selected, not computed: inf * 0 is NaN, and start + (end - start) may miss the end by an ulp.
        # XLA's quotient of two equal numbers may miss 1.
        after = (t >= steps) | (fraction >= 1)
        between = self._between(m, m.where(after | (t == 0), 0.5, fraction))
        return m.where(t == 0, self.start, m.where(after, self.end, between))

    def _between(self, m: Maths, fraction: Array) -> Any:
        """Return the temperature after a fraction of the steps, in (0, 1)."""
        raise NotImplementedError


def _weighted(m: Maths, start: float, end: float, logs: Array) -> Any:
    """Return the mean of start and end, where the start has the weight exp(logs)."""
    # The product of inf and an underflowed weight is NaN. The difference of both ends may overflow, their weighted sum
    # does not.
    return np.inf if max(start, end) == np.inf else start * m.exp(logs) + end * -m.expm1(logs)


@dataclass(frozen=True, repr=False)
class Linear(_Ramp):
    """A straight line: ``T(t) = start + (end - start) t / steps``, then ``end``.

    Parameters
    ----------
    start, end : float
        Temperatures at step 0 and from step ``steps`` on, in [0, inf]. If one of them is inf, all temperatures in
        between are inf too.
    steps : int
        Number of steps from start to end, at least 1.

    Examples
    --------
    >>> Linear(1.0, 0.0, 4)([0, 1, 4, 5])
    array([1.  , 0.75, 0.  , 0.  ])
    >>> import math
    >>> Linear(math.inf, 0.5, 10)([0, 9, 10])
    array([inf, inf, 0.5])
    """

    def _between(self, m: Maths, fraction: Array) -> Any:
        return self.start * (1 - fraction) + self.end * fraction


@dataclass(frozen=True, repr=False)
class Exponential(_Ramp):
    """A constant factor a step: ``T(t) = start (end / start)^(t / steps)``, then ``end``.

    Parameters
    ----------
    start, end : float
        Temperatures at step 0 and from step ``steps`` on, in [0, inf], not 0 and inf together. If one of them is 0
        or inf, all temperatures in between are too, as in the limit of the formula.
    steps : int
        Number of steps from start to end, at least 1.

    Examples
    --------
    >>> Exponential(1.0, 0.01, 4)([0, 2, 4, 5])
    array([1.  , 0.1 , 0.01, 0.01])
    >>> Exponential(1.0, 0.0, 4)([0, 1, 4])
    array([1., 0., 0.])
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if {self.start, self.end} == {0.0, np.inf}:
            raise ValueError(f"start and end must not be 0 and inf together, got {self.start} and {self.end}")

    def _between(self, m: Maths, fraction: Array) -> Any:
        # Powers of both ends, because the quotient end / start may overflow.
        between = m.power(self.start, 1 - fraction) * m.power(self.end, fraction)
        return m.minimum(between, max(self.start, self.end))


@dataclass(frozen=True, repr=False)
class Polynomial(_Ramp):
    """A power of the remaining fraction: ``T(t) = end + (start - end) (1 - t / steps)^power``, then ``end``.

    Parameters
    ----------
    start, end : float
        Temperatures at step 0 and from step ``steps`` on, in [0, inf]. If one of them is inf, all temperatures in
        between are inf too.
    steps : int
        Number of steps from start to end, at least 1.
    power : float
        In (0, inf). 1 is :class:`Linear`; above 1 most of the fall comes early, below 1 late.

    Examples
    --------
    >>> Polynomial(1.0, 0.0, 4, power=2.0)([0, 2, 3, 4, 5])
    array([1.    , 0.25  , 0.0625, 0.    , 0.    ])
    """

    power: Annotated[float, Real("(0, inf)")] = field(default=2.0, kw_only=True)

    def _between(self, m: Maths, fraction: Array) -> Any:
        return _weighted(m, self.start, self.end, self.power * m.log1p(-fraction))


@dataclass(frozen=True, repr=False)
class Cosine(_Ramp):
    """Half a wave: ``T(t) = end + (start - end) ((1 + cos(pi t / steps)) / 2)^exponent``, then ``end``.

    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5;
    :class:`Cyclic` adds the restarts.

    Parameters
    ----------
    start, end : float
        Temperatures at step 0 and from step ``steps`` on, in [0, inf]. If one of them is inf, all temperatures in
        between are inf too.
    steps : int
        Number of steps from start to end, at least 1.
    exponent : float
        In (0, inf). 1 is the half wave; above 1 most of the fall comes earlier, below 1 later.

    Examples
    --------
    >>> Cosine(1.0, 0.0, 4)([0, 1, 2, 4, 5]).round(4)
    array([1.    , 0.8536, 0.5   , 0.    , 0.    ])
    >>> Cosine(1.0, 0.0, 4, exponent=2.0)([0, 1, 2, 4, 5]).round(4)
    array([1.    , 0.7286, 0.25  , 0.    , 0.    ])
    """

    exponent: Annotated[float, Real("(0, inf)")] = field(default=1.0, kw_only=True)

    def _between(self, m: Maths, fraction: Array) -> Any:
        angle = np.pi / 2 * fraction
        cosine = m.cos(angle)
        if self.exponent == 1:
            sine = m.sin(angle)
            return self.start * (cosine * cosine) + self.end * (sine * sine)
        # The cosine loses a small angle, the sine an angle near pi / 2.
        small = m.minimum(angle, np.pi / 4)
        sine = m.sin(small)
        logs = m.where(angle <= small, m.log1p(-(sine * sine)), 2 * m.log(cosine))
        return _weighted(m, self.start, self.end, self.exponent * logs)
