"""Schedules read in advance for the compiled loops: at each step exactly the number that lockstep reads there."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.schedules import takes_arrays

Steps = NDArray[np.int64]

_CHUNK = 2**16
"""Counts whose step sizes are read in one call, which bounds the temporary arrays of a schedule."""


def read_schedule(name: str, schedule: Any, steps: Steps, interval: str) -> NDArray[np.float64]:
    """Read a number in an interval, or a schedule of such numbers, at every step of a stretch.

    The library's schedules are called once with all steps. A user's schedule is called step by step, with the integers
    that lockstep would pass, since it may treat an array differently.

    Raises
    ------
    ValueError, TypeError
        For values that lockstep refuses, and for results that are not one number; the message names the step.
    """
    if not callable(schedule):
        numbers = np.full(len(steps), float(schedule))
    elif takes_arrays(schedule):
        # Copy: the loops are compiled once, for writable arrays.
        numbers = np.array(np.broadcast_to(schedule(steps), steps.shape), dtype=np.float64, order="C")
    else:
        numbers = np.array([_read_number(name, schedule, int(step)) for step in steps], dtype=np.float64)
    valid = checks.within(numbers, interval)
    if not valid.all():
        index = int(np.argmin(valid))
        raise ValueError(f"{name} must be in {interval}, got {numbers[index]} at step {steps[index]}")
    return numbers


def require_readable(name: str, schedule: Any, step: int) -> None:
    """Refuse a schedule that now returns several numbers at a step, such as one for each replicate."""
    if callable(schedule) and not takes_arrays(schedule) and np.shape(libraries.to_numpy(name, schedule(step))) != ():
        raise UnsupportedError(f"{name} is not one number a step: only lockstep supports several")


class VisitRates:
    """A step size read at the visit counts that a cell can reach, as an array that grows; nothing without one."""

    def __init__(self, step_size: Any, visits: NDArray[Any], remaining: int, interval: str) -> None:
        self._step_size, self._visits, self._interval = step_size, visits, interval
        self._highest = int(visits.max()) if step_size is not None else 0
        # Room for the step sizes of all possible counts; the system allocates its pages as they are read.
        self._rates = np.empty(self._highest + remaining if step_size is not None else 0)
        self._read = 0

    def until(self, steps: int) -> NDArray[np.float64]:
        """Return the step sizes of the counts that the next steps can reach."""
        self._highest += steps
        read_rates(self._step_size, self._rates, (self._read, self._highest), self._interval)
        self._read = self._highest
        return self._rates[: self._read]

    def require_valid(self, row: int) -> None:
        """Raise if a replicate reached a count whose step size is out of bounds."""
        reached = int(self._visits[row].max()) if self._read else 0
        counts = np.flatnonzero(np.isnan(self._rates[:reached]))
        if len(counts):
            count = int(counts[0])
            value = _number_at(self._step_size, count)
            raise ValueError(f"step_size must be in {self._interval}, got {value} at visit count {count} in row {row}")


def read_rates(step_size: Any, rates: NDArray[np.float64], span: tuple[int, int], interval: str) -> None:
    """Read a step size at the visit counts of a span into an array.

    Step sizes out of bounds become NaN, since they are an error only where they are used.
    """
    begin, end = span
    for first in range(begin, end, _CHUNK):
        counts = np.arange(first, min(first + _CHUNK, end))
        numbers = _numbers_at(step_size, counts)
        rates[first : first + len(counts)] = np.where(checks.within(numbers, interval), numbers, np.nan)


def _numbers_at(step_size: Any, counts: Steps) -> NDArray[np.float64]:
    """Read a step size: the library's in one call, a user's count by count as lockstep does, NaN where it fails."""
    if takes_arrays(step_size):
        return np.asarray(step_size(counts), dtype=np.float64)
    numbers = np.full(len(counts), np.nan)
    # No step may reach a count at which it fails or overflows; where one does, it is read again and raises.
    with np.errstate(all="ignore"):
        for index, count in enumerate(counts):
            with suppress(Exception):
                numbers[index] = _number_at(step_size, int(count))
    return numbers


def _number_at(step_size: Any, count: int) -> float:
    number = np.asarray(step_size(count), dtype=np.float64)
    if number.shape != ():
        raise ValueError(f"step_size must be one number a visit count, got shape {number.shape} at {count}")
    return float(number)


def _read_number(name: str, schedule: Any, step: int) -> float:
    number = checks.numeric_array(name, libraries.to_numpy(name, schedule(step)))
    if number.shape != ():
        raise ValueError(f"{name} must be one number a step, got shape {number.shape} at step {step}")
    return float(number)
