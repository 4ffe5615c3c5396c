"""Schedules in pieces, one after another, and again and again.

Wherever a part is asked for, a number, a schedule or any other callable of the step serves. A part that starts later
counts its own steps from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.notation import Expression
from boltzmann.schedules.steps import (
    LAST_STEP,
    Schedule,
    Temperatures,
    checked_schedule,
    checked_steps,
    temperatures_at,
)


def _checked_boundaries(boundaries: Any, parts: int) -> tuple[int, ...]:
    if not isinstance(boundaries, list | tuple):
        raise TypeError(f"boundaries must be a tuple of steps, got {boundaries!r}")
    steps = tuple(checks.whole_number("boundaries", step, least=1, most=LAST_STEP) for step in boundaries)
    if len(steps) != parts - 1:
        raise ValueError(f"boundaries must be one fewer than the {parts} parts, got {len(steps)}")
    if any(later <= earlier for earlier, later in pairwise(steps)):
        raise ValueError(f"boundaries must increase, got {steps}")
    return steps


@dataclass(frozen=True, repr=False)
class Piecewise(Expression):
    """Constant pieces: ``T(t) = temperatures[i]``, i being the number of boundaries at or before t.

    Parameters
    ----------
    temperatures : tuple of float
        At least one, each in [0, inf].
    boundaries : tuple of int
        The steps at which the next temperature begins, at least 1, increasing, one fewer than temperatures.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not so.

    Examples
    --------
    >>> Piecewise((1.0, 0.1, 0.0), (10, 100))([0, 9, 10, 99, 100])
    array([1. , 1. , 0.1, 0.1, 0. ])
    """

    temperatures: tuple[float, ...]
    boundaries: tuple[int, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.temperatures, list | tuple) or not self.temperatures:
            raise TypeError(f"temperatures must be a tuple of at least one number, got {self.temperatures!r}")
        numbers = tuple(checks.number("temperatures", value, least=0) for value in self.temperatures)
        object.__setattr__(self, "temperatures", numbers)
        object.__setattr__(self, "boundaries", _checked_boundaries(self.boundaries, len(numbers)))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        piece = np.searchsorted(np.asarray(self.boundaries, dtype=np.float64), checked_steps(step), side="right")
        return np.asarray(self.temperatures)[piece][()]


@dataclass(frozen=True, repr=False)
class Join(Expression):
    """One schedule after another: from each boundary on the next one, which counts its steps from there.

    Parameters
    ----------
    schedules : tuple of float or callable of the step
        At least one.
    boundaries : tuple of int
        The steps at which the next schedule begins, at least 1, increasing, one fewer than schedules.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not so; when called, where a part gives what is no temperature.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> Join((Linear(1.0, 0.5, 10), 2.0, Linear(0.5, 0.0, 10)), (10, 20))([0, 5, 10, 20, 25, 30])
    array([1.  , 0.75, 2.  , 0.5 , 0.25, 0.  ])
    """

    schedules: tuple[float | Schedule, ...]
    boundaries: tuple[int, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.schedules, list | tuple) or not self.schedules:
            raise TypeError(f"schedules must be a tuple of at least one, got {self.schedules!r}")
        parts = tuple(checked_schedule("schedules", part) for part in self.schedules)
        object.__setattr__(self, "schedules", parts)
        object.__setattr__(self, "boundaries", _checked_boundaries(self.boundaries, len(parts)))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        steps = checked_steps(step)
        result = np.empty(steps.shape)
        ends = (*self.boundaries, np.inf)
        for begin, end, part in zip((0, *self.boundaries), ends, self.schedules, strict=True):
            here = (steps >= begin) & (steps < end)
            if here.any():
                # Selected first, so that a part sees its own steps alone.
                own = steps - begin if steps.ndim == 0 else steps[here] - begin
                result[here] = temperatures_at("schedules", part, np.asarray(own))
        return result[()]


@dataclass(frozen=True, repr=False)
class Cyclic(Expression):
    """A schedule that starts again every ``period`` steps: warm restarts.

    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, with ``Cosine`` inside.

    Parameters
    ----------
    schedule : float or callable of the step
        What is repeated.
    period : int
        Length of the first cycle in steps, at least 1.
    growth : int
        At least 1: each cycle is so many times as long as the one before, and its schedule as much slower.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not so; when called, where the schedule gives what is no temperature.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> Cyclic(Linear(1.0, 0.0, 4), 5)([0, 2, 4, 5, 7, 9, 10])
    array([1. , 0.5, 0. , 1. , 0.5, 0. , 1. ])
    >>> Cyclic(Linear(1.0, 0.0, 4), 5, growth=2)([0, 4, 5, 9, 13, 15])
    array([1. , 0. , 1. , 0.5, 0. , 1. ])
    """

    schedule: float | Schedule
    period: int
    growth: int = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedule", checked_schedule("schedule", self.schedule))
        object.__setattr__(self, "period", checks.whole_number("period", self.period, least=1, most=LAST_STEP))
        object.__setattr__(self, "growth", checks.whole_number("growth", self.growth, least=1, most=LAST_STEP))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        return temperatures_at("schedule", self.schedule, self._within(checked_steps(step)))[()]

    def _within(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the step of the first cycle that each step repeats."""
        if self.growth == 1:
            return np.asarray(steps % self.period)
        # Cycle n begins at period (growth^n - 1) / (growth - 1).
        cycle = np.floor(np.log1p(steps * (self.growth - 1) / self.period) / np.log(self.growth))
        begin = self._begin(cycle)
        # The logarithm may miss the boundary by its rounding.
        cycle = np.where(steps < begin, cycle - 1, np.where(steps >= self._begin(cycle + 1), cycle + 1, cycle))
        return np.asarray((steps - self._begin(cycle)) // np.power(float(self.growth), cycle))

    def _begin(self, cycle: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self.period * (np.power(float(self.growth), cycle) - 1) / (self.growth - 1))
