"""Checks of parameters: numbers, schedules of a count, policies, and spaces."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Discrete
from numpy.typing import ArrayLike, NDArray

from boltzmann import Schedule, checks
from boltzmann.arrays import LARGEST
from boltzmann.schedules import value_at


def count_of(name: str, space: Space[Any]) -> int:
    """Give how many there are of a Discrete space from 0, or raise."""
    if not isinstance(space, Discrete):
        raise TypeError(f"{name} must be Discrete for a table of values, got {space}")
    if space.start != 0:
        raise ValueError(f"{name} must start at 0, got {space}")
    return int(space.n)


def finite(name: str, value: object) -> float:
    """Return ``value`` as a finite float, or raise."""
    return checks.number(name, value, least=-LARGEST, most=LARGEST)


def require_made(name: str, value: object, such_as: str) -> None:
    """Refuse what cannot be called, and a class in the place of what it makes."""
    if isinstance(value, type):
        raise TypeError(f"{name} must be a {name}, such as {such_as}, got the class {value.__name__}")
    if not callable(value):
        raise TypeError(f"{name} must be a {name}, such as {such_as}, got {value!r}")


def number_or_schedule(name: str, value: float | Schedule, *, most: float = math.inf) -> float | Schedule:
    """Check a number in (0, most], or leave a callable as it is: what it gives is checked when it is read."""
    if callable(value):
        return value
    return checks.number(name, value, least=0, most=most, open_below=True)


def scheduled(
    name: str, schedule: float | Schedule, count: ArrayLike, *, most: float = math.inf
) -> NDArray[np.float64]:
    """Read a number or a schedule at a count, or an array of them; the answer is in [0, most], finite, or an error."""
    read = np.asarray(value_at(schedule, count), dtype=np.float64)
    if read.shape not in ((), np.shape(count)):
        raise ValueError(
            f"{name} must be one number or one for each of shape {np.shape(count)}, got shape {read.shape}"
        )
    bound = f"in [0, {most:g}]" if most < math.inf else "finite and at least 0"
    checks.require_all(np.asarray((read >= 0) & (read <= most) & np.isfinite(read)), name, bound, read)
    return read
