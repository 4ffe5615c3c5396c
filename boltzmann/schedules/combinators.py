"""Schedules made of one other: warmed up, scaled and clipped; a number or any callable of the step serves as one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

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


@dataclass(frozen=True, repr=False)
class Warmup(Expression):
    """From ``start`` on a straight line to where a schedule begins, in ``steps`` steps; then that schedule.

    With ``start = inf``, the default, all is uniform for the first ``steps`` steps.

    Parameters
    ----------
    schedule : float or callable of the step
        What follows, counting its steps from there.
    steps : int
        At least 1.
    start : float
        Temperature at step 0, in [0, inf].

    Raises
    ------
    ValueError, TypeError
        Where an argument is not so; when called, where the schedule gives what is no temperature.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> Warmup(Linear(1.0, 0.0, 10), 4, start=0.0)([0, 2, 4, 9, 14])
    array([0. , 0.5, 1. , 0.5, 0. ])
    >>> Warmup(0.1, 2)([0, 1, 2])
    array([inf, inf, 0.1])
    """

    schedule: float | Schedule
    steps: int
    start: float = field(default=np.inf, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedule", checked_schedule("schedule", self.schedule))
        object.__setattr__(self, "steps", checks.whole_number("steps", self.steps, least=1, most=LAST_STEP))
        object.__setattr__(self, "start", checks.number("start", self.start, least=0))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        steps = checked_steps(step)
        after = temperatures_at("schedule", self.schedule, np.maximum(steps - self.steps, 0))
        # The end of the line is given and not computed, where inf * 0 is NaN.
        fraction = np.minimum(steps / self.steps, 1 - 2.0**-53)
        beginning = np.where(np.isinf(after) & (fraction == 0), 0.0, after)
        with np.errstate(invalid="ignore"):
            line = np.where(fraction == 0, self.start, self.start * (1 - fraction) + beginning * fraction)
        return np.where(steps < self.steps, line, after)[()]


@dataclass(frozen=True, repr=False)
class Scale(Expression):
    """A schedule times a factor, as for rewards in other units.

    Parameters
    ----------
    schedule : float or callable of the step
        What is scaled.
    factor : float
        Above 0 and finite.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not so; when called, where the schedule gives what is no temperature.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> Scale(Linear(1.0, 0.0, 4), 100.0)([0, 1, 4])
    array([100.,  75.,   0.])
    """

    schedule: float | Schedule
    factor: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedule", checked_schedule("schedule", self.schedule))
        largest = float(np.finfo(np.float64).max)
        factor = checks.number("factor", self.factor, least=0, most=largest, open_below=True)
        object.__setattr__(self, "factor", factor)

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        with np.errstate(over="ignore", under="ignore"):
            return (temperatures_at("schedule", self.schedule, checked_steps(step)) * self.factor)[()]


@dataclass(frozen=True, repr=False)
class Clip(Expression):
    """A schedule kept between two temperatures.

    Parameters
    ----------
    schedule : float or callable of the step
        What is clipped.
    least, most : float
        In [0, inf], least at most ``most``.

    Raises
    ------
    ValueError, TypeError
        Where an argument is not so; when called, where the schedule gives what is no temperature.

    Examples
    --------
    >>> from boltzmann import InverseTime
    >>> Clip(InverseTime(1.0, 1.0), 0.1, 0.5)([0, 1, 4, 99])
    array([0.5, 0.5, 0.2, 0.1])
    """

    schedule: float | Schedule
    least: float
    most: float = np.inf

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedule", checked_schedule("schedule", self.schedule))
        object.__setattr__(self, "least", checks.number("least", self.least, least=0))
        object.__setattr__(self, "most", checks.number("most", self.most, least=self.least))

    def __call__(self, step: ArrayLike) -> Temperatures:
        """Give the temperature at ``step``, integers of any shape; the answer has that shape."""
        return np.clip(temperatures_at("schedule", self.schedule, checked_steps(step)), self.least, self.most)[()]
