"""Interleaved timing: shared machines drift, so only ratios from the same minutes mean anything."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

Clock = Callable[[], float]
"""Returns seconds since some moment, such as ``time.perf_counter`` or ``time.process_time``."""


def compare(
    functions: dict[str, Callable[[], Any]],
    *,
    rounds: int = 15,
    least_seconds: float = 0.01,
    clock: Clock = time.perf_counter,
) -> dict[str, list[float]]:
    """Time functions in turn, round after round.

    Parameters
    ----------
    functions : dict of str to callable
        The functions, called without arguments.
    rounds : int
        Number of timings of each function.
    least_seconds : float
        A timing repeats its function for at least this long.
    clock : callable
        The clock. ``time.process_time`` counts neither other programs on a busy machine nor other processes of a
        function.

    Returns
    -------
    dict of str to list of float
        Seconds a call, one for each round; entries i of all lists come from the same round.
    """
    repeats = {name: _repeats(function, least_seconds, clock) for name, function in functions.items()}
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            times[name].append(_seconds(function, repeats[name], clock) / repeats[name])
    return times


def ratios(times: dict[str, list[float]], of: str, to: str) -> tuple[float, float, float]:
    """Return the lower quartile, median and upper quartile of the ratios of one function's times to another's."""
    return quartiles([a / b for a, b in zip(times[of], times[to], strict=True)])


def quartiles(numbers: list[float]) -> tuple[float, float, float]:
    """Return the lower quartile, median and upper quartile; a single number is all three."""
    if len(numbers) == 1:
        return numbers[0], numbers[0], numbers[0]
    low, middle, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return low, middle, high


def _seconds(function: Callable[[], Any], repeats: int, clock: Clock) -> float:
    start = clock()
    for _ in range(repeats):
        function()
    return clock() - start


def _repeats(function: Callable[[], Any], least_seconds: float, clock: Clock) -> int:
    # A first call may compile what later ones use.
    function()
    repeats = 1
    while _seconds(function, repeats, clock) < least_seconds:
        repeats *= 2
    return repeats
