"""Schedules made from another one: warmed up, scaled and clipped; a number or any callable of the step may be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np

from boltzmann._numerics import Maths
from boltzmann.arrays import Array
from boltzmann.bounds import Real, Temperature, Whole
from boltzmann.schedules.steps import LAST_STEP, NONNEGATIVE, Schedule, StepFormula, part_at


@dataclass(frozen=True, repr=False)
class Warmup(StepFormula):
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

    def _at(self, m: Maths, t: Array) -> Any:
        steps = float(self.steps)
        after = part_at("schedule", self.schedule, m, m.maximum(t - steps, 0.0))
        # The ends are selected, not computed, because inf * 0 is NaN.
        fraction = m.minimum(t / steps, 1.0 - m.eps / 2)
        beginning = m.where((after == np.inf) & (fraction == 0), 0.0, after)
        line = m.where(fraction == 0, self.start, self.start * (1 - fraction) + beginning * fraction)
        return m.where(t < steps, line, after)


@dataclass(frozen=True, repr=False)
class Scale(StepFormula):
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

    def _at(self, m: Maths, t: Array) -> Any:
        return part_at("schedule", self.schedule, m, t) * self.factor


@dataclass(frozen=True, repr=False)
class Clip(StepFormula):
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

    def _at(self, m: Maths, t: Array) -> Any:
        # In this order NaN, the temperature of a bad step, is not clipped.
        return m.minimum(self.most, m.maximum(self.least, part_at("schedule", self.schedule, m, t)))
