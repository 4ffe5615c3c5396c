"""Schedules in pieces, one after another, and again and again.

Each part may be a number, a schedule or any other callable of the step. A part that starts later counts its own steps
from 0.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any

import numpy as np

from boltzmann._numerics import OF_SINGLE, Maths
from boltzmann.arrays import Array
from boltzmann.bounds import Each, Real, Whole, Wrapper
from boltzmann.checks import shown
from boltzmann.schedules.steps import LAST_STEP, NONNEGATIVE, Schedule, StepFormula, part_at


@dataclass(frozen=True)
class _IncreasingSteps(Wrapper):
    """The bound of a list or tuple of increasing steps, which may be empty; stored as a tuple."""

    bound: Whole

    def check(self, name: str, value: object) -> tuple[int, ...]:
        """Return the steps as a tuple, or raise."""
        if not isinstance(value, list | tuple):
            raise TypeError(f"{name} must be a tuple of steps, each {self.text}, got {shown(value)}")
        steps = tuple(self.bound.check(name, step) for step in value)
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise ValueError(f"{name} must increase, got {steps}")
        return steps


def _check_count(boundaries: tuple[int, ...], parts: tuple[object, ...]) -> None:
    if len(boundaries) != len(parts) - 1:
        raise ValueError(f"boundaries must be one fewer than the {len(parts)} parts, got {len(boundaries)}")


@dataclass(frozen=True, repr=False)
class Piecewise(StepFormula):
    """Constant pieces: ``T(t) = temperatures[i]``, i being the number of boundaries at or before t.

    Parameters
    ----------
    temperatures : tuple of float
        At least one, each in [0, inf].
    boundaries : tuple of int
        The steps at which the next temperature begins, at least 1, increasing, one fewer than temperatures.

    Examples
    --------
    >>> Piecewise((1.0, 0.1, 0.0), (10, 100))([0, 9, 10, 99, 100])
    array([1. , 1. , 0.1, 0.1, 0. ])
    """

    temperatures: Annotated[tuple[float, ...], Each(Real("[0, inf]"))]
    boundaries: Annotated[tuple[int, ...], _IncreasingSteps(Whole(1, LAST_STEP))]

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_count(self.boundaries, self.temperatures)

    def _at(self, m: Maths, t: Array) -> Any:
        result = 0.0 * t + self.temperatures[0]
        for boundary, temperature in zip(self.boundaries, self.temperatures[1:], strict=True):
            result = m.where(t >= float(boundary), temperature, result)
        return result


@dataclass(frozen=True, repr=False)
class Join(StepFormula):
    """One schedule after another: from each boundary on the next one, which counts its steps from there.

    Parameters
    ----------
    schedules : tuple of float or callable of the step
        At least one, each with temperatures in [0, inf].
    boundaries : tuple of int
        The steps at which the next schedule begins, at least 1, increasing, one fewer than schedules.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> Join((Linear(1.0, 0.5, 10), 2.0, Linear(0.5, 0.0, 10)), (10, 20))([0, 5, 10, 20, 25, 30])
    array([1.  , 0.75, 2.  , 0.5 , 0.25, 0.  ])
    """

    schedules: Annotated[tuple[float | Schedule, ...], Each(NONNEGATIVE)]
    boundaries: Annotated[tuple[int, ...], _IncreasingSteps(Whole(1, LAST_STEP))]

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_count(self.boundaries, self.schedules)

    def _at(self, m: Maths, t: Any) -> Any:
        begins = (0.0, *map(float, self.boundaries))
        if m is OF_SINGLE:
            number = bisect_right(begins, t) - 1
            return part_at("schedules", self.schedules[number], m, t - begins[number])
        result = 0.0 * t
        for begin, end, part in zip(begins, (*begins[1:], np.inf), self.schedules, strict=True):
            # Where another part is in force, a part is read at a step of its own, and not beyond its end.
            own = m.minimum(m.maximum(t - begin, 0.0), end - begin - 1)
            result = m.where(t >= begin, part_at("schedules", part, m, own), result)
        return result


@dataclass(frozen=True, repr=False)
class Cyclic(StepFormula):
    """A schedule that starts again every ``period`` steps: warm restarts.

    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, with ``Cosine`` inside.

    Parameters
    ----------
    schedule : float or callable of the step
        The schedule to repeat, with temperatures in [0, inf].
    period : int
        Length of the first cycle in steps, at least 1.
    growth : int
        At least 1. Each cycle is ``growth`` times as long as the one before, and runs its schedule as much slower.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> Cyclic(Linear(1.0, 0.0, 4), 5)([0, 2, 4, 5, 7, 9, 10])
    array([1. , 0.5, 0. , 1. , 0.5, 0. , 1. ])
    >>> Cyclic(Linear(1.0, 0.0, 4), 5, growth=2)([0, 4, 5, 9, 13, 15])
    array([1. , 0. , 1. , 0.5, 0. , 1. ])
    """

    schedule: Annotated[float | Schedule, NONNEGATIVE]
    period: Annotated[int, Whole(1, LAST_STEP)]
    growth: Annotated[int, Whole(1, LAST_STEP)] = field(default=1, kw_only=True)

    def _at(self, m: Maths, t: Any) -> Any:
        return part_at("schedule", self.schedule, m, self._within(m, t))

    def _within(self, m: Maths, t: Any) -> Any:
        """Return the step of the first cycle that each step repeats."""
        period, growth = float(self.period), float(self.growth)
        if growth == 1:
            return t % period

        def begin(cycle: Any) -> Any:
            # Powers and quotients of whole numbers are rounded to whole numbers, which XLA may miss.
            return m.floor(period * (m.floor(m.power(growth, cycle) + 0.5) - 1) / (growth - 1) + 0.5)

        # Cycle n begins at period (growth^n - 1) / (growth - 1).
        cycle = m.floor(m.log1p(t * (growth - 1) / period) / math.log(growth))
        # Rounding of the logarithm may shift a step at a boundary to the cycle before or after.
        cycle = m.where(t < begin(cycle), cycle - 1, m.where(t >= begin(cycle + 1), cycle + 1, cycle))
        return (t - begin(cycle)) // m.floor(m.power(growth, cycle) + 0.5)
