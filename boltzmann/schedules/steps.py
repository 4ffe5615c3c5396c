"""Shared by all schedules: reading a step, and reading a number, a schedule or a plain callable at it."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.arrays import Floats
from boltzmann.bounds import Interval

Schedule = Callable[[Any], Any]
"""Any callable that maps a step, or an array of steps, to a temperature of the same shape."""

LAST_STEP = 2**62
"""The largest step, a quarter of the range of 64-bit integers without a sign."""

Temperatures = np.float64 | Floats
"""One temperature, or an array of them in the shape of the steps."""


def checked_steps(step: ArrayLike) -> Floats:
    """Return steps as floats, or raise if one of them is not an integer of at least 0."""
    if type(step) is int and 0 <= step <= LAST_STEP:
        return np.asarray(float(step))
    steps = checks.plain_array("step", step)
    if steps.size == 0:
        return np.zeros(steps.shape)
    if steps.dtype.kind not in "iu":
        raise TypeError(f"step must be an integer or an array of integers, got {checks.shown(step)}")
    if steps.min() < 0:
        raise ValueError(f"step must be at least 0, got {steps.min()}")
    if steps.max() > LAST_STEP:
        raise ValueError(f"step must be at most 2^62, got {steps.max()}")
    return steps.astype(np.float64)


def value_at(schedule: float | Schedule, step: ArrayLike) -> Any:
    """Read a number or a schedule at a step, or at each of an array of steps; a number is the same at every step.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> value_at(0.5, 10)
    0.5
    >>> float(value_at(Linear(1.0, 0.0, 4), 1))
    0.75
    """
    if not callable(schedule):
        return schedule
    if isinstance(step, np.ndarray) and step.ndim and not takes_arrays(schedule):
        different, places = np.unique(step, return_inverse=True)
        return np.array([schedule(int(each)) for each in different])[places]
    return schedule(step)


def takes_arrays(schedule: Any) -> bool:
    """Return whether a schedule and all its parts are the library's, which take arrays; a user's may not."""
    if isinstance(schedule, list | tuple):
        return all(takes_arrays(part) for part in schedule)
    if not callable(schedule):
        return True
    if not type(schedule).__module__.startswith("boltzmann.schedules."):
        return False
    return all(takes_arrays(getattr(schedule, field.name)) for field in dataclasses.fields(schedule))


class Scheduled(Interval):
    """The bound of a number in an interval, or of a schedule, whose numbers are checked when they are read.

    Examples
    --------
    >>> Scheduled("[0, 1]").check("epsilon", 2)
    Traceback (most recent call last):
        ...
    ValueError: epsilon must be in [0, 1], got 2.0
    >>> Scheduled("[0, 1]").read("epsilon", lambda step: step / 10, 5)
    0.5
    """

    def check(self, name: str, value: object) -> float | Schedule:
        """Return a number as a float and a callable as it is, or raise."""
        if not callable(value):
            return checks.number_in(name, value, self.interval)
        check_callable(name, value, "a number or a callable of the step")
        if "values" in getattr(value, "reads", ()):
            raise TypeError(
                f"{name} must be a number or a callable of the step, got the thermostat {checks.shown(value)}"
            )
        return value

    def read(self, name: str, value: float | Schedule, step: Any) -> Any:
        """Return the number at ``step``, or at each of an array of steps; raise if a schedule leaves the interval."""
        read = value_at(value, step)
        if not isinstance(step, np.ndarray) or step.ndim == 0 or np.shape(read) == ():
            return checks.number_in(name, read, self.interval)
        return checks.numbers_in(name, read, self.interval)


NONNEGATIVE = Scheduled("[0, inf]")
UNIT_INTERVAL = Scheduled("[0, 1]")


def check_callable(name: str, schedule: Callable[..., object], expected: str) -> None:
    """Raise a TypeError for a class, and for a policy or another callable of values."""
    if isinstance(schedule, type):
        raise TypeError(f"{name} must be {expected}, got the class {schedule.__name__}")
    if "values" not in getattr(schedule, "reads", ()) and _first_argument(schedule) == "values":
        raise TypeError(f"{name} must be {expected}: {checks.shown(schedule)} is called with values")


def _first_argument(schedule: Callable[..., object]) -> str | None:
    """Return the name of the first argument, which differs between policies and schedules, or None without one."""
    try:
        return next(iter(inspect.signature(schedule).parameters), None)
    # Compiled callables may have no signature.
    except (TypeError, ValueError):
        return None


def temperatures_at(name: str, schedule: float | Schedule, steps: Floats) -> Floats:
    """Read a part of a combined schedule at checked steps, and check its temperatures."""
    # A plain callable may not accept arrays, so a single step is passed as a Python integer.
    read = value_at(schedule, int(steps) if steps.ndim == 0 else steps.astype(np.int64))
    temperatures = checks.numeric_array(name, read).astype(np.float64)
    if temperatures.shape not in ((), steps.shape):
        raise ValueError(
            f"{name} must give one temperature a step, got shape {temperatures.shape} for steps {steps.shape}"
        )
    checks.require_all(temperatures >= 0, f"temperature of {name}", "in [0, inf]", temperatures)
    return np.broadcast_to(temperatures, steps.shape)
