"""Checks of a log, each of which names the row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann._numerics import held
from boltzmann.arrays import QUIET, Floats

Indices = NDArray[np.int64]
TOLERANCE = 1e-6
"""By how much a logged log-probability may differ from that of the distribution, and a sum of probabilities from 1."""
_LONGEST = 2**40


def checked_interval(name: str, bounds: object) -> tuple[float, float]:
    """Return a pair of finite numbers, the first below the second, or raise."""
    if not isinstance(bounds, list | tuple | np.ndarray) or len(bounds) != 2:
        raise TypeError(f"{name} must be a pair of numbers, got {checks.shown(bounds)}")
    low, high = (checks.number_in(f"{name}[{index}]", part, "(-inf, inf)") for index, part in enumerate(bounds))
    if not low < high:
        raise ValueError(f"{name} must increase, got {(low, high)}")
    return low, high


def require_rewards_within(rewards: Floats, bounds: tuple[float, float]) -> None:
    """Raise where a reward is outside of its bounds."""
    inside = (rewards >= bounds[0]) & (rewards <= bounds[1])
    checks.require_all(inside, "rewards", f"in the bounds [{bounds[0]:g}, {bounds[1]:g}]", rewards)


def integers(name: str, value: Any, shape: tuple[int, ...] | None = None) -> Indices:
    """Return whole numbers as int64, of one axis or of a shape."""
    array = checks.plain_array(name, value)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"{name} must be integers, got {array.dtype}")
    if array.ndim != 1 or (shape is not None and array.shape != shape):
        raise ValueError(f"{name} must have shape {'(n,)' if shape is None else shape}, got {array.shape}")
    return array.astype(np.int64)


@QUIET
def check_columns(
    actions: Any, log_prob: Any, rewards: Any, bounds: tuple[float, float] | None
) -> dict[str, NDArray[Any]]:
    """Return actions, log-probabilities and rewards as arrays of one length, of at least one row."""
    columns: dict[str, NDArray[Any]] = {"actions": integers("actions", actions)}
    count = len(columns["actions"])
    if count == 0:
        raise ValueError("actions must hold at least one row, got none")
    for name, value in (("log_prob", log_prob), ("rewards", rewards)):
        columns[name] = held(_numbers(name, value, (count,)))
    logs = columns["log_prob"]
    checks.require_all((logs <= 0) & (logs > -np.inf), "log_prob", "in (-inf, 0]", logs)
    checks.require_all(np.isfinite(columns["rewards"]), "rewards", "finite", columns["rewards"])
    if bounds is not None:
        require_rewards_within(columns["rewards"], bounds)
    return columns


def _numbers(name: str, value: Any, shape: tuple[int, ...]) -> Floats:
    array = checks.numeric_array(name, value).astype(np.float64, copy=False)
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    return array


def flattened(raw: Mapping[str, Any], lengths: Any) -> tuple[dict[str, Any], Indices | None]:
    """Return tables of rows of different lengths as flat arrays with their lengths; others as they are."""
    counted = None if lengths is None else integers("lengths", lengths)
    flat: dict[str, Any] = {}
    for name, table in raw.items():
        is_list = isinstance(table, list | tuple) and len(table) > 0 and np.ndim(table[0]) == 1
        rows = [np.asarray(row) for row in table] if is_list else []
        of_table = np.array([row.size for row in rows], dtype=np.int64)
        if lengths is not None or not rows or ((of_table == of_table[0]).all() and counted is None):
            flat[name] = table
            continue
        if counted is not None and not np.array_equal(counted, of_table):
            raise ValueError(f"{name} must have the same lengths of rows as the tables before it")
        counted, flat[name] = of_table, np.concatenate(rows)
    return flat, counted


def checked_entries(
    raw: Mapping[str, Any], lengths: Indices | None, temperature: Any, contexts: Any, episodes: Any, count: int
) -> dict[str, Any]:
    """Return what a log knows of its rows, after checks of shapes and numbers."""
    made: dict[str, Any] = {"lengths": lengths, "temperature": _temperature(temperature, count)}
    if raw["values"] is None and raw["log_probs"] is None:
        raise ValueError("values with temperature, or log_probs, must be given: they are the distribution of each row")
    if raw["log_probs"] is None and temperature is None:
        raise ValueError("temperature must be given with values, unless log_probs are")
    if lengths is not None:
        if len(lengths) != count:
            raise ValueError(f"lengths must have shape ({count},), got {lengths.shape}")
        checks.require_all((lengths >= 1) & (lengths < _LONGEST), "lengths", "at least 1", lengths)
    shape: tuple[int, ...] | None = None if lengths is None else (int(lengths.sum()),)
    for name, table in raw.items():
        if table is None:
            made[name] = None
            continue
        array = checks.mask_array(name, table) if name == "where" else checks.numeric_array(name, table)
        if shape is None and (array.ndim != 2 or len(array) != count or array.shape[1] == 0):
            raise ValueError(f"{name} must have shape ({count}, K), got {array.shape}")
        shape = array.shape if shape is None else shape
        if array.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
        made[name] = array.copy() if name == "where" else held(array.astype(np.float64, copy=False))
    made["contexts"] = _contexts(contexts, count)
    made["episodes"] = None if episodes is None else integers("episodes", episodes, (count,))
    return made


def _temperature(temperature: Any, count: int) -> Any:
    if temperature is None or isinstance(temperature, int | float):
        return None if temperature is None else checks.number_in("temperature", temperature, "[0, inf]")
    array = checks.numbers_in("temperature", temperature, "[0, inf]").astype(np.float64)
    if array.shape not in ((), (count,)):
        raise ValueError(f"temperature must be a number or have shape ({count},), got {array.shape}")
    return float(array) if array.ndim == 0 else array


def _contexts(contexts: Any, count: int) -> NDArray[Any] | None:
    if contexts is None:
        return None
    array = checks.plain_array("contexts", contexts)
    if array.dtype.kind in "iu" and array.ndim == 1:
        return integers("contexts", array, (count,))
    array = checks.numeric_array("contexts", array).astype(np.float64, copy=False)
    if array.ndim != 2 or len(array) != count:
        raise ValueError(f"contexts must be integers of shape ({count},) or numbers ({count}, d), got {array.shape}")
    checks.require_all(np.isfinite(array).all(axis=1), "contexts", "finite", array)
    return held(array)


def require_rows(valid: NDArray[np.bool_], name: str, bound: str, values: NDArray[Any], rows: Indices) -> None:
    """Raise a ValueError that names the first row whose value is not valid; ``rows`` are the numbers of the rows."""
    if not valid.all():
        first = int(np.argmin(valid))
        raise ValueError(f"{name} must be {bound}, got {values[first]} in row {rows[first]}")
