"""Arms given as parameters: how many there are, and rows of their numbers."""

from __future__ import annotations

import numpy as np

from envs import batched
from envs.batched import Floats


def count_arms(arms: int | None, given: Floats | None, default: int = 10) -> int:
    """Return the number of arms: that of the given columns, else ``arms``, else the default."""
    count = None if arms is None else batched.whole_number("arms", arms, least=1)
    batched.require_entries("arms", (count or 0,))
    if given is None:
        return default if count is None else count
    if count not in (None, given.shape[-1]):
        raise ValueError(f"arms must be the number of columns given, {given.shape[-1]}, got {batched.shown(arms)}")
    return int(given.shape[-1])


def row_in(name: str, value: object, interval: str = "(-inf, inf)") -> Floats | None:
    """Return ``value`` as a row of floats in an interval; None stays None."""
    return None if value is None else _numbers(name, value, 1, "a row of numbers", interval)


def rows_in(name: str, value: object, interval: str = "(-inf, inf)") -> Floats | None:
    """Return ``value`` as rows, of equal length, of floats in an interval; None stays None."""
    return None if value is None else _numbers(name, value, 2, "rows of numbers, all of one length", interval)


def _numbers(name: str, value: object, dimensions: int, shape: str, interval: str) -> Floats:
    try:
        array = np.array(value)
    except ValueError as error:
        raise ValueError(f"{name} must be {shape}, got {batched.shown(value)}") from error
    if array.dtype.kind not in "iuf" or array.ndim != dimensions or not array.size:
        raise ValueError(f"{name} must be {shape}, got {batched.shown(value)}")
    numbers: Floats = array.astype(np.float64)
    batched.require_numbers_in(name, numbers, interval)
    return numbers
