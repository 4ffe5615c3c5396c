"""Numbers that may be schedules: step sizes that follow a count."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import Schedule, _checks
from boltzmann.schedules import value_at

__all__ = ["number_or_schedule", "scheduled"]


def number_or_schedule(name: str, value: float | Schedule, *, most: float = math.inf) -> float | Schedule:
    """Check a number in (0, most], or leave a callable as it is: what it gives is checked when it is read."""
    if callable(value):
        return value
    return _checks.number(name, value, least=0, most=most, open_below=True)


def scheduled(
    name: str, schedule: float | Schedule, count: ArrayLike, *, most: float = math.inf
) -> NDArray[np.float64]:
    """Read a number or a schedule at a count, or an array of them; the answer is in [0, most], finite, or an error."""
    read = np.asarray(value_at(schedule, count), dtype=np.float64)
    bound = f"in [0, {most:g}]" if most < math.inf else "finite and at least 0"
    _checks.require_all(np.asarray((read >= 0) & (read <= most) & np.isfinite(read)), name, bound, read)
    return read
