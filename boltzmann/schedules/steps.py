"""What all schedules share: how a step is read, and how a schedule, a number or a plain callable is read at it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks

Schedule = Callable[[Any], Any]
"""Anything that maps a step, or an array of steps, to a temperature of the same shape."""

LAST_STEP = 2**62
"""Integers of 64 bits hold it, and its like of another schedule added to it."""

Temperatures = np.float64 | NDArray[np.float64]


def checked_steps(step: ArrayLike) -> NDArray[np.float64]:
    """Check that steps are integers of at least 0, and give them as floats."""
    if type(step) is int and 0 <= step <= LAST_STEP:
        return np.asarray(float(step))
    steps = np.asarray(step)
    if steps.size == 0:
        return np.zeros(steps.shape)
    if steps.dtype.kind not in "iu":
        raise TypeError(f"step must be an integer or an array of integers, got {step!r}")
    if steps.min() < 0:
        raise ValueError(f"step must be at least 0, got {steps.min()}")
    if steps.max() > LAST_STEP:
        raise ValueError(f"step must be at most 2^62, got {steps.max()}")
    return steps.astype(np.float64)


def value_at(schedule: float | Schedule, step: ArrayLike) -> Any:
    """Read a number or a schedule at a step; a number is the same at every step.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> value_at(0.5, 10)
    0.5
    >>> float(value_at(Linear(1.0, 0.0, 4), 1))
    0.75
    """
    return schedule(step) if callable(schedule) else schedule


def checked_schedule(
    name: str, schedule: Any, *, least: float = 0.0, most: float = np.inf, thermostats: bool = False
) -> Any:
    """Give a number in [least, most] as a float and a callable as it is, or raise; thermostats where they are meant."""
    if isinstance(schedule, type):
        raise TypeError(f"{name} must be a number or a callable of the step, got the class {schedule.__name__}")
    if "values" in getattr(schedule, "reads", ()) and not thermostats:
        raise TypeError(f"{name} must be a number or a callable of the step, got the thermostat {schedule!r}")
    if callable(schedule) and "values" not in getattr(schedule, "reads", ()) and _first_argument(schedule) == "values":
        raise TypeError(
            f"{name} must be a number, a callable of the step or a subclass of Thermostat: {schedule!r} is called with "
            "values"
        )
    if np.ndim(schedule) and thermostats:
        raise TypeError(f"{name} must be one number or a callable, got {schedule!r}: Gibbs takes one for each row")
    return schedule if callable(schedule) else checks.number(name, schedule, least=least, most=most)


@dataclass(frozen=True)
class Scheduled:
    """The bound of a number in an interval, or of a schedule, whose numbers are checked when they are read.

    Examples
    --------
    >>> Scheduled("[0, 1]").check("epsilon", 2)
    Traceback (most recent call last):
        ...
    ValueError: epsilon must be in [0, 1], got 2.0
    """

    interval: str

    @property
    def text(self) -> str:
        """The interval."""
        return f"in {self.interval}"

    def check(self, name: str, value: Any) -> Any:
        """Return a number as a float and a callable as it is, or raise."""
        checked = checked_schedule(name, value, least=-np.inf)
        return checked if callable(checked) else checks.number_in(name, checked, self.interval)


def _first_argument(schedule: Callable[..., Any]) -> str | None:
    """Give the name of what is handed over first, by which a policy is told from a schedule; None where it has none."""
    try:
        return next(iter(inspect.signature(schedule).parameters), None)
    # What is compiled may have no signature to tell.
    except (TypeError, ValueError):
        return None


def temperatures_at(name: str, schedule: float | Schedule, steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Read a part of a combined schedule at checked steps, and check what it gives."""
    # A plain callable of one step may know nothing of arrays: one step goes to it as the integer that it is.
    given = value_at(schedule, int(steps) if steps.ndim == 0 else steps.astype(np.int64))
    found = checks.numeric_array(name, given).astype(np.float64)
    if found.shape not in ((), steps.shape):
        raise ValueError(f"{name} must give one temperature a step, got shape {found.shape} for steps {steps.shape}")
    checks.require_all(found >= 0, f"temperature of {name}", "in [0, inf]", found)
    return np.broadcast_to(found, steps.shape)
