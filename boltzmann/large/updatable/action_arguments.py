"""The checks of the structures that can be updated."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks


def checked_values(values: ArrayLike, count: int | None = 1) -> NDArray[np.float64]:
    """Return a copy of values, shape (K,), after a check that each is in [-inf, inf); at least ``count`` of them."""
    array = checks.numeric_array("values", values).astype(np.float64)
    if array.ndim != 1 or len(array) < (count or 0):
        raise ValueError(f"values must have shape (K,) with at least one action, got {array.shape}")
    wrong = ~(array < np.inf)
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(f"values must be in [-inf, inf), got {array[place]} for action {place}")
    return np.ascontiguousarray(array)


def checked_value(value: Any) -> float:
    """Return one value after a check that it is in [-inf, inf)."""
    if isinstance(value, float) and value < np.inf:
        return float(value)
    return checks.number_in("value", value, "[-inf, inf)")


def checked_actions(name: str, actions: ArrayLike, count: int) -> NDArray[np.int64]:
    """Return actions after a check that they are integers in [0, K)."""
    array = np.asarray(actions)
    if array.size == 0:
        return array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got {checks.shown(actions)}")
    wrong = (array < 0) | (array >= count)
    if wrong.any():
        raise ValueError(f"{name} must be in [0, {count}), got {array[wrong].flat[0]}")
    return np.require(array, dtype=np.int64, requirements="C")
