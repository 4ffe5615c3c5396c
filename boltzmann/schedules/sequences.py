"""Schedules in pieces, one after another, and again and again.

Each part may be a number, a schedule or any other callable of the step. A part that starts later counts its own steps
from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from boltzmann.arrays import QUIET, Floats
from boltzmann.bounds import Each, Real, Whole, Wrapper
from boltzmann.checks import shown
from boltzmann.schedules.drawn import DrawnSchedule
from boltzmann.schedules.steps import LAST_STEP, NONNEGATIVE, Schedule, Temperatures, checked_steps, temperatures_at


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
class Piecewise(DrawnSchedule):
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

    @QUIET
    def __call__(self, step: ArrayLike) -> Temperatures:
        """Return the temperature at ``step``, integers of any shape; the result has that shape."""
        piece = np.searchsorted(np.asarray(self.boundaries, dtype=np.float64), checked_steps(step), side="right")
        return np.asarray(self.temperatures)[piece][()]


@dataclass(frozen=True, repr=False)
class Join(DrawnSchedule):
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

    @QUIET
    def __call__(self, step: ArrayLike) -> Temperatures:
        """Return the temperature at ``step``, integers of any shape; the result has that shape."""
        steps = checked_steps(step)
        result = np.empty(steps.shape)
        ends = (*self.boundaries, np.inf)
        for begin, end, part in zip((0, *self.boundaries), ends, self.schedules, strict=True):
            within = (steps >= begin) & (steps < end)
            if within.any():
                # Each part is called with its own steps alone, and with a single step as a single step.
                part_steps = steps - begin if steps.ndim == 0 else steps[within] - begin
                result[within] = temperatures_at("schedules", part, np.asarray(part_steps))
        return result[()]


@dataclass(frozen=True, repr=False)
class Cyclic(DrawnSchedule):
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

    @QUIET
    def __call__(self, step: ArrayLike) -> Temperatures:
        """Return the temperature at ``step``, integers of any shape; the result has that shape."""
        return temperatures_at("schedule", self.schedule, self._within(checked_steps(step)))[()]

    def _within(self, steps: Floats) -> Floats:
        """Return the step of the first cycle that each step repeats."""
        if self.growth == 1:
            return np.asarray(steps % self.period)
        # Cycle n begins at period (growth^n - 1) / (growth - 1).
        cycle = np.floor(np.log1p(steps * (self.growth - 1) / self.period) / np.log(self.growth))
        begin = self._begin(cycle)
        # Rounding of the logarithm may shift a step at a boundary to the cycle before or after.
        cycle = np.where(steps < begin, cycle - 1, np.where(steps >= self._begin(cycle + 1), cycle + 1, cycle))
        return np.asarray((steps - self._begin(cycle)) // np.power(float(self.growth), cycle))

    def _begin(self, cycle: Floats) -> Floats:
        return np.asarray(self.period * (np.power(float(self.growth), cycle) - 1) / (self.growth - 1))
