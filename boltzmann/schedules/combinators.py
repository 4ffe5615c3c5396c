"""Schedules made from another one: warmed up, scaled and clipped; a number or any callable of the step may be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from boltzmann.arrays import QUIET
from boltzmann.bounds import Real, Temperature, Whole
from boltzmann.schedules.drawn import DrawnSchedule
from boltzmann.schedules.steps import LAST_STEP, NONNEGATIVE, Schedule, Temperatures, checked_steps, temperatures_at

_BELOW_ONE = 1 - 2.0**-53
"""The largest float below 1."""


@dataclass(frozen=True, repr=False)
class Warmup(DrawnSchedule):
    """A straight line from ``start`` to the beginning of a schedule, in ``steps`` steps; then that schedule.

    With ``start = inf``, the default, the first ``steps`` steps are uniform.

    Parameters
    ----------
    schedule : float or callable of the step
        The schedule that follows, with temperatures in [0, inf]; it counts its steps from the end of the line.
    steps : int
        At least 1.
    start : float
        Temperature at step 0, in [0, inf].

    Examples
    --------
    >>> from boltzmann import Linear
    >>> Warmup(Linear(1.0, 0.0, 10), 4, start=0.0)([0, 2, 4, 9, 14])
    array([0. , 0.5, 1. , 0.5, 0. ])
    >>> Warmup(0.1, 2)([0, 1, 2])
    array([inf, inf, 0.1])
    """

    schedule: Annotated[float | Schedule, NONNEGATIVE]
    steps: Annotated[int, Whole(1, LAST_STEP)]
    start: Temperature = field(default=np.inf, kw_only=True)

    @QUIET
    def __call__(self, step: ArrayLike) -> Temperatures:
        """Return the temperature at ``step``, integers of any shape; the result has that shape."""
        steps = checked_steps(step)
        after = temperatures_at("schedule", self.schedule, np.maximum(steps - self.steps, 0))
        # The ends are selected, not computed, because inf * 0 is NaN.
        fraction = np.minimum(steps / self.steps, _BELOW_ONE)
        beginning = np.where(np.isinf(after) & (fraction == 0), 0.0, after)
        line = np.where(fraction == 0, self.start, self.start * (1 - fraction) + beginning * fraction)
        return np.where(steps < self.steps, line, after)[()]


@dataclass(frozen=True, repr=False)
class Scale(DrawnSchedule):
    """A schedule times a factor, as for rewards in other units.

    Parameters
    ----------
    schedule : float or callable of the step
        The schedule to scale, with temperatures in [0, inf].
    factor : float
        In (0, inf).

    Examples
    --------
    >>> from boltzmann import Linear
    >>> Scale(Linear(1.0, 0.0, 4), 100.0)([0, 1, 4])
    array([100.,  75.,   0.])
    """

    schedule: Annotated[float | Schedule, NONNEGATIVE]
    factor: Annotated[float, Real("(0, inf)")]

    @QUIET
    def __call__(self, step: ArrayLike) -> Temperatures:
        """Return the temperature at ``step``, integers of any shape; the result has that shape."""
        return (temperatures_at("schedule", self.schedule, checked_steps(step)) * self.factor)[()]


@dataclass(frozen=True, repr=False)
class Clip(DrawnSchedule):
    """A schedule clipped to an interval of temperatures.

    Parameters
    ----------
    schedule : float or callable of the step
        The schedule to clip, with temperatures in [0, inf].
    least, most : float
        In [0, inf], ``least`` at most ``most``.

    Examples
    --------
    >>> from boltzmann import InverseTime
    >>> Clip(InverseTime(1.0, 1.0), 0.1, 0.5)([0, 1, 4, 99])
    array([0.5, 0.5, 0.2, 0.1])
    """

    schedule: Annotated[float | Schedule, NONNEGATIVE]
    least: Temperature
    most: Temperature = np.inf

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.most < self.least:
            raise ValueError(f"most must be in [{self.least:g}, inf], got {self.most}")

    @QUIET
    def __call__(self, step: ArrayLike) -> Temperatures:
        """Return the temperature at ``step``, integers of any shape; the result has that shape."""
        return np.clip(temperatures_at("schedule", self.schedule, checked_steps(step)), self.least, self.most)[()]
