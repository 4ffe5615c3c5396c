"""Every family of schedules at any speed, between the same two temperatures, so that speeds can be compared."""

from __future__ import annotations

import math
from collections.abc import Callable

from boltzmann import checks
from boltzmann.schedules import (
    Cosine,
    Exponential,
    ExponentialDecay,
    InverseSqrt,
    InverseTime,
    Linear,
    Logarithmic,
    LogOverTime,
    Piecewise,
    Polynomial,
    Schedule,
    SqrtLogOverTime,
)

Build = Callable[[float, float, int, int], Schedule]


def _round(value: float) -> float:
    """Round to three digits, which are enough to read and copy."""
    return float(f"{value:.3g}")


def _stairs(high: float, low: float, until: int, actions: int) -> Schedule:
    # Very few steps allow fewer stairs.
    boundaries = sorted({max(1, until * part // 3) for part in (1, 2, 3)})
    above = [_round(high * (low / high) ** (stair / len(boundaries))) for stair in range(len(boundaries))]
    return Piecewise((*above, low), tuple(boundaries))


FAMILIES: dict[str, Build] = {
    "linear": lambda high, low, until, actions: Linear(high, low, until),
    "polynomial": lambda high, low, until, actions: Polynomial(high, low, until),
    "cosine": lambda high, low, until, actions: Cosine(high, low, until),
    "exponential": lambda high, low, until, actions: Exponential(high, low, until),
    "stairs": _stairs,
    "exponential decay": lambda high, low, until, actions: ExponentialDecay(high, _round(math.log(high / low) / until)),
    "inverse time": lambda high, low, until, actions: InverseTime(high, _round((high / low - 1) / until)),
    "inverse root": lambda high, low, until, actions: InverseSqrt(high, _round(((high / low) ** 2 - 1) / until)),
    "logarithmic": lambda high, low, until, actions: Logarithmic(_round(low * math.log(until + math.e))),
    "log over time": lambda high, low, until, actions: LogOverTime(_round(low * (until + 1) / math.log(until + 1))),
    "root of log over time": lambda high, low, until, actions: SqrtLogOverTime(
        actions, scale=_round(low * math.sqrt(actions * (until + 1) / math.log(actions)))
    ),
}
"""Builders of schedules that reach ``low`` at step ``until``; the first five stay there, the others fall on towards 0.

The last three have a single parameter, and so no start of their own.
"""


def check_range(low: float, high: float) -> None:
    """Refuse temperatures outside (0, inf), and a low one that is not below the high one."""
    for name, value in (("low", low), ("high", high)):
        checks.number_in(name, value, "(0, inf)")
    if not low < high:
        raise ValueError(f"high must be above low, {low}, got {high}")


def schedule_of(family: str, high: float, low: float, until: int, *, actions: int = 10) -> Schedule:
    """Return the schedule of a family that has come down to ``low`` at step ``until``, numbers to three digits.

    Parameters
    ----------
    family : str
        A key of ``FAMILIES``.
    high, low : float
        In (0, inf), low below high, in units of the values.
    until : int
        At least 1.
    actions : int
        How many actions there are, at least 2; one family needs it.

    Examples
    --------
    >>> schedule_of("linear", 1.0, 0.01, 500), schedule_of("inverse time", 1.0, 0.01, 500)
    (Linear(1.0, 0.01, 500), InverseTime(1.0, 0.198))
    >>> round(float(schedule_of("log over time", 1.0, 0.01, 500)(500)), 4)
    0.01
    """
    checks.one_of("family", family, tuple(FAMILIES))
    check_range(low, high)
    until = checks.whole_number("until", until, least=1)
    actions = checks.whole_number("actions", actions, least=2)
    return FAMILIES[family](_round(high), _round(low), until, actions)
