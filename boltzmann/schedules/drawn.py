"""How a schedule shows itself in a notebook: as its curve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.pictures import line

_USUAL_STEPS = 10_000
_FIRST = 10
_GRID = np.unique(np.concatenate([[0.0], np.geomspace(1, 1e8, 60)]).astype(np.int64))
_POINTS = 300
_SMALL = 0.02
"""A temperature below this part of the first one counts as gone to 0."""


OfSteps = Callable[[Any], Any]
"""Maps an array of steps to numbers in [0, inf]."""


def curve_of(schedule: OfSteps, name: str = "temperature") -> str:
    """Return the drawing of a schedule from step 0 to where it has settled, or to step 10 000.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> ">400</text>" in curve_of(Linear(1.0, 0.0, 300))
    True
    """
    last = settled_at(schedule)
    steps = np.unique(np.linspace(0, last, _POINTS).astype(np.int64))
    return line(steps.tolist(), _numbers(schedule, steps), name)


def settled_at(schedule: OfSteps) -> int:
    """Return a round step after a schedule has become constant or small; four periods of a cycle, 10 000 without end.

    Examples
    --------
    >>> from boltzmann import Cyclic, InverseTime, Linear, Logarithmic, Warmup
    >>> settled_at(Linear(1.0, 0.1, 300)), settled_at(Warmup(Linear(1.0, 0.1, 300), 5000)), settled_at(Logarithmic(1.0))
    (400, 6500, 10000)
    >>> settled_at(InverseTime(1.0, 0.1)), settled_at(Cyclic(Linear(1.0, 0.0, 30), 40))
    (600, 200)
    >>> settled_at(Warmup(0.1, 1000, start=0.0))
    1500
    """
    if hasattr(schedule, "period"):
        return _rounded_up(4 * schedule.period)
    numbers = np.array(_numbers(schedule, _GRID))
    finite, end = numbers[np.isfinite(numbers)], numbers[-1]
    small = _SMALL * finite[0] if finite.size else 0.0
    unsettled = np.flatnonzero((numbers != end) & (numbers > small))
    if not unsettled.size:
        return _FIRST
    if unsettled[-1] >= len(_GRID) - 2:
        return _USUAL_STEPS
    low, high = _GRID[unsettled[-1] : unsettled[-1] + 2].tolist()
    while high - low > 1:
        middle = (low + high) // 2
        (value,) = _numbers(schedule, np.array([middle]))
        low, high = (low, middle) if value == end or value <= small else (middle, high)
    return _rounded_up(high)


def _rounded_up(step: int) -> int:
    """Return a step at least a fifth later, a round number."""
    later = max(-(-6 * step // 5), _FIRST)
    unit: int = 10 ** (len(str(later)) - 1) // 2
    return -(-later // unit) * unit


def _numbers(schedule: OfSteps, steps: NDArray[np.int64]) -> list[float]:
    numbers = np.broadcast_to(np.asarray(schedule(steps), dtype=np.float64), steps.shape)
    listed: list[float] = numbers.tolist()
    return listed
