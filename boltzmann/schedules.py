"""Temperature as a pure function of the step.

A schedule is a frozen dataclass and a callable: ``schedule(step)`` gives the temperature at that step, for one
integer or an array of them. The first step is 0. Reading a schedule changes nothing, so it may be read twice, out
of order or for a plot. Any other callable of the step serves wherever a schedule does. Temperatures are in the
units of the action values; both ends, 0 and inf, are legal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import _checks
from boltzmann.notation import Expression

__all__ = ["Constant", "Exponential", "InverseTime", "Linear", "Schedule", "value_at"]

Schedule = Callable[[Any], Any]
"""Anything that maps a step, or an array of steps, to a temperature of the same shape."""

Temperatures = np.float64 | NDArray[np.float64]


def _steps(step: ArrayLike) -> NDArray[np.float64]:
    steps = np.asarray(step)
    if steps.dtype.kind not in "iu":
        raise TypeError(f"step must be an integer or an array of integers, got {step!r}")
    if steps.size and steps.min() < 0:
        raise ValueError(f"step must be at least 0, got {steps.min()}")
    return steps.astype(np.float64)


def value_at(schedule: float | Schedule, step: ArrayLike) -> Any:
    """Read a number or a schedule at a step; a number is the same at every step.

    Examples
    --------
    >>> value_at(0.5, 10)
    0.5
    >>> float(value_at(Linear(1.0, 0.0, 4), 1))
    0.75
    """
    return schedule(step) if callable(schedule) else schedule


@dataclass(frozen=True, repr=False)
class Constant(Expression):
    """The same temperature at every step: ``T(t) = temperature``.

    Parameters
    ----------
    temperature : float
        In [0, inf].

    Raises
    ------
    ValueError, TypeError
        Where the temperature is not such a number.

    Examples
    --------
    >>> Constant(0.5)([0, 10, 1000])
    array([0.5, 0.5, 0.5])
    """

    temperature: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "temperature", _checks.number("temperature", self.temperature, least=0))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        return np.full_like(_steps(step), self.temperature)[()]


@dataclass(frozen=True, repr=False)
class _Ramp(Expression):
    """What the schedules from a start to an end within a number of steps have in common."""

    start: float
    end: float
    steps: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _checks.number("start", self.start, least=0))
        object.__setattr__(self, "end", _checks.number("end", self.end, least=0))
        object.__setattr__(self, "steps", _checks.whole_number("steps", self.steps, least=1))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        fraction = np.minimum(_steps(step) / self.steps, 1.0)
        # The ends are given, not computed: inf * 0 is NaN, and start + (end - start) may miss the end by an ulp.
        inside = np.where((fraction > 0) & (fraction < 1), fraction, 0.5)
        between = np.where(fraction < 1, self._between(inside), self.end)
        return np.where(fraction > 0, between, self.start)[()]

    def _between(self, fraction: NDArray[np.float64]) -> NDArray[np.float64]:
        raise NotImplementedError


@dataclass(frozen=True, repr=False)
class Linear(_Ramp):
    """A straight line: ``T(t) = start + (end - start) t / steps``, then ``end`` for good.

    Parameters
    ----------
    start, end : float
        Temperatures at step 0 and from step ``steps`` on, in [0, inf]. Where one of them is inf, so is all that
        lies between.
    steps : int
        How long the way takes, at least 1.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not such a number.

    Examples
    --------
    >>> Linear(1.0, 0.0, 4)([0, 1, 4, 5])
    array([1.  , 0.75, 0.  , 0.  ])
    >>> import math
    >>> Linear(math.inf, 0.5, 10)([0, 9, 10])
    array([inf, inf, 0.5])
    """

    def _between(self, fraction: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.start * (1 - fraction) + self.end * fraction


@dataclass(frozen=True, repr=False)
class Exponential(_Ramp):
    """A constant factor a step: ``T(t) = start (end / start)^(t / steps)``, then ``end`` for good.

    Parameters
    ----------
    start, end : float
        Temperatures at step 0 and from step ``steps`` on, in [0, inf], not 0 and inf together. Where one of them
        is 0 or inf, so is all that lies between: the limit of the formula.
    steps : int
        How long the way takes, at least 1.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not such a number, or 0 is to be joined with inf.

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

    def _between(self, fraction: NDArray[np.float64]) -> NDArray[np.float64]:
        # Roots first: end / start itself may overflow.
        return np.power(self.start, 1 - fraction) * np.power(self.end, fraction)


@dataclass(frozen=True, repr=False)
class InverseTime(Expression):
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

    start: float
    rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _checks.number("start", self.start, least=0))
        object.__setattr__(self, "rate", _checks.number("rate", self.rate, least=0))
        if self.rate == np.inf:
            raise ValueError("rate must be finite, got inf")

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        # Held below overflow, where inf / inf would be NaN.
        growth = np.minimum(_steps(step), np.finfo(np.float64).max / max(self.rate, 1.0)) * self.rate
        return (self.start / (1 + growth))[()]
