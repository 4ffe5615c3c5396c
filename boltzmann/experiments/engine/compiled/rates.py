"""Schedules read in advance for the compiled loops: at each step exactly the number that lockstep reads there."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.experiments.errors import UnsupportedError

Steps = NDArray[np.int64]

_CHUNK = 2**16
"""Counts whose step sizes are read in one call, which bounds the temporary arrays of a schedule."""


def read_schedule(name: str, schedule: Any, steps: Steps, *, most: float = np.inf) -> NDArray[np.float64]:
    """Read a number in [0, most], or a schedule of such numbers, at every step of a stretch.

    The library's schedules are called once with all steps. A user's schedule is called step by step, with the integers
    that lockstep would pass, since it may treat an array differently.

    Raises
    ------
    ValueError, TypeError
        For values that lockstep refuses, and for results that are not one number; the message names the step.
    """
    if not callable(schedule):
        numbers = np.full(len(steps), float(schedule))
    elif _is_from_library(schedule):
        # Copy: the loops are compiled once, for writable arrays.
        numbers = np.array(np.broadcast_to(schedule(steps), steps.shape), dtype=np.float64, order="C")
    else:
        numbers = np.array([_read_number(name, schedule, int(step)) for step in steps], dtype=np.float64)
    valid = (numbers >= 0) & (numbers <= most)
    if not valid.all():
        index = int(np.argmin(valid))
        raise ValueError(f"{name} must be in [0, {most:g}], got {numbers[index]} at step {steps[index]}")
    return numbers


def require_readable(name: str, schedule: Any, step: int) -> None:
    """Refuse a schedule that now returns several numbers at a step, such as one for each replicate."""
    if (
        callable(schedule)
        and not _is_from_library(schedule)
        and np.shape(libraries.to_numpy(name, schedule(step))) != ()
    ):
        raise UnsupportedError(f"{name} is not one number a step: only lockstep supports several")


def read_rates(step_size: Any, rates: NDArray[np.float64], begin: int, end: int) -> None:
    """Read a step size from the library at the visit counts from ``begin`` to ``end`` into an array.

    Step sizes out of [0, 1] become NaN, since they are an error only where they are used.
    """
    for first in range(begin, end, _CHUNK):
        counts = np.arange(first, min(first + _CHUNK, end))
        numbers = np.asarray(step_size(counts), dtype=np.float64)
        rates[first : first + len(counts)] = np.where((numbers >= 0) & (numbers <= 1), numbers, np.nan)


def require_library_rates(step_size: Any) -> None:
    """Refuse a user's step size, which may depend on the array of counts that lockstep passes."""
    if callable(step_size) and not _is_from_library(step_size):
        raise UnsupportedError("a custom step size runs in lockstep only")


def _read_number(name: str, schedule: Any, step: int) -> float:
    number = checks.numeric_array(name, libraries.to_numpy(name, schedule(step)))
    if number.shape != ():
        raise ValueError(f"{name} must be one number a step, got shape {number.shape} at step {step}")
    return float(number)


def _is_from_library(schedule: Any) -> bool:
    """Return whether a schedule and all its parts are the library's, which accept arrays."""
    if isinstance(schedule, list | tuple):
        return all(_is_from_library(part) for part in schedule)
    if not callable(schedule):
        return True
    if not type(schedule).__module__.startswith("boltzmann.schedules."):
        return False
    return all(_is_from_library(getattr(schedule, field.name)) for field in dataclasses.fields(schedule))
