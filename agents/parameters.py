"""Bounds of learners' parameters, schedules of counts, and the sizes of spaces."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Discrete
from numpy.typing import ArrayLike

from agents.memory import PerRow
from boltzmann import Schedule, checks
from boltzmann.bounds import Real
from boltzmann.schedules import value_at

FINITE = Real("(-inf, inf)")


def count_of(name: str, space: Space[Any]) -> int:
    """Return the number of elements of a Discrete space from 0, or raise."""
    if not isinstance(space, Discrete):
        raise TypeError(
            f"{name} must be Discrete for a table of values, got {space}: envs.make numbers observations and actions, "
            "unless observe='raw' leaves them for agents without a table"
        )
    if space.start != 0:
        raise ValueError(f"{name} must start at 0, got {space}: envs.make numbers observations and actions from 0")
    return int(space.n)


def rates_at(name: str, schedule: float | Schedule, counts: ArrayLike, interval: str) -> PerRow:
    """Read a number or a schedule at counts, and check each number.

    Parameters
    ----------
    name : str
        How errors name the schedule.
    schedule : float or callable
        A callable is given the counts as an array.
    counts : int or array of int
        Visits, rounds or steps.
    interval : {"[0, 1]", "[0, inf)"}
        The bounds of the numbers.

    Returns
    -------
    array
        One number, or one for each count.

    Raises
    ------
    ValueError
        For numbers outside the interval, or of another shape than the counts.
    """
    rates = np.asarray(value_at(schedule, counts), dtype=np.float64)
    if rates.shape not in ((), np.shape(counts)):
        raise ValueError(
            f"{name} must be one number or one for each of shape {np.shape(counts)}, got shape {rates.shape}"
        )
    valid = (rates >= 0) & (rates <= 1 if interval == "[0, 1]" else np.isfinite(rates))
    checks.require_all(np.asarray(valid), name, f"in {interval}", rates)
    return rates
