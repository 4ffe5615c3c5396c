"""Schedules read ahead for the compiled loops: at each step the number that lockstep reads there, and no other."""

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
"""Counts whose step sizes are read at once: what a schedule makes on the way is no larger."""


def read_schedule(name: str, schedule: Any, steps: Steps, *, most: float = np.inf) -> NDArray[np.float64]:
    """Read a number in [0, most] or a schedule of such at every step of a stretch.

    The library's own schedules are read at once. One of the user's own is asked step by step, with the integer that
    lockstep would hand it: what it makes of an array may be something else.

    Raises
    ------
    ValueError, TypeError
        For what lockstep refuses, and for an answer that is not one number; the step is named.
    """
    if not callable(schedule):
        found = np.full(len(steps), float(schedule))
    elif _is_ours(schedule):
        # An array of its own: the loops are compiled for what can be written to, and once.
        found = np.array(np.broadcast_to(schedule(steps), steps.shape), dtype=np.float64, order="C")
    else:
        found = np.array([_one(name, schedule, int(step)) for step in steps], dtype=np.float64)
    fine = (found >= 0) & (found <= most)
    if not fine.all():
        place = int(np.argmin(fine))
        raise ValueError(f"{name} must be in [0, {most:g}], got {found[place]} at step {steps[place]}")
    return found


def require_readable(name: str, schedule: Any, step: int) -> None:
    """Refuse a schedule that gives several numbers a step, one a replicate perhaps, by what it gives now."""
    if callable(schedule) and not _is_ours(schedule) and np.shape(libraries.to_numpy(name, schedule(step))) != ():
        raise UnsupportedError(f"{name} is not one number a step, which only lockstep knows")


def read_rates(step_size: Any, rates: NDArray[np.float64], begin: int, end: int) -> None:
    """Read a step size of the library's own at the visit counts from ``begin`` to ``end`` into an array.

    Those out of [0, 1] become NaN: they are an error only where they are used.
    """
    for first in range(begin, end, _CHUNK):
        counts = np.arange(first, min(first + _CHUNK, end))
        found = np.asarray(step_size(counts), dtype=np.float64)
        rates[first : first + len(counts)] = np.where((found >= 0) & (found <= 1), found, np.nan)


def require_own_rates(step_size: Any) -> None:
    """Refuse a step size that the user wrote: it may know no counts but those that come, or count by the place."""
    if callable(step_size) and not _is_ours(step_size):
        raise UnsupportedError("a step size of one's own is asked in lockstep alone")


def _one(name: str, schedule: Any, step: int) -> float:
    given = checks.numeric_array(name, libraries.to_numpy(name, schedule(step)))
    if given.shape != ():
        raise ValueError(f"{name} must be one number a step, got shape {given.shape} at step {step}")
    return float(given)


def _is_ours(schedule: Any) -> bool:
    """Whether a schedule, with all that it combines, is of the library's own classes, which know arrays."""
    if isinstance(schedule, list | tuple):
        return all(_is_ours(part) for part in schedule)
    if not callable(schedule):
        return True
    if not type(schedule).__module__.startswith("boltzmann.schedules."):
        return False
    return all(_is_ours(getattr(schedule, field.name)) for field in dataclasses.fields(schedule))
