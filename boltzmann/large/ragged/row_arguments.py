"""Checks of ragged rows: the entries, where each row starts, and the temperature."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.large.ragged.segments import NumpySegments, Segments, TorchSegments


def is_tensor(value: object) -> bool:
    """Return whether a value is a PyTorch tensor; PyTorch is not imported for the answer."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def checked_rows(data: Any, indptr: Any, temperature: Any) -> tuple[Any, Segments, Any]:
    """Return the entries as floats, their rows, and the temperature as an array of shape () or (R,), or raise."""
    values: Any = data if is_tensor(data) else checks.numeric_array("data", data).astype(np.float64, copy=False)
    if values.ndim != 1:
        raise ValueError(f"data must have shape (N,), got {tuple(values.shape)}")
    if is_tensor(values) and not values.is_floating_point():
        raise TypeError(f"data must be a tensor of floats, got {values.dtype}")
    starts = _checked_indptr(_numpy(indptr), len(values))
    _require_possible(_numpy(values), starts)
    temperature = _checked_temperature(values, temperature, len(starts) - 1)
    if not is_tensor(values):
        return values, NumpySegments(starts), temperature
    return values, TorchSegments(sys.modules["torch"].as_tensor(starts, device=values.device)), temperature


def checked_columns(columns: Any, like: Any) -> Any:
    """Return the action of each entry as integers beside the entries, or raise."""
    array = _numpy(columns)
    if array.dtype.kind not in "iu" or array.shape != tuple(like.shape):
        raise ValueError(
            f"columns must be integers of shape {tuple(like.shape)}, got {array.dtype} of shape {array.shape}"
        )
    numbers = array.astype(np.int64)
    return sys.modules["torch"].as_tensor(numbers, device=like.device) if is_tensor(like) else numbers


def _numpy(value: Any) -> NDArray[Any]:
    numbers: NDArray[Any] = value.detach().cpu().numpy() if is_tensor(value) else np.asarray(value)
    return numbers


def _checked_indptr(indptr: NDArray[Any], count: int) -> NDArray[np.int64]:
    if indptr.ndim != 1 or indptr.dtype.kind not in "iu" or not len(indptr):
        raise ValueError(f"indptr must be integers of shape (R + 1,), got {indptr.dtype} of shape {indptr.shape}")
    starts = indptr.astype(np.int64)
    if starts[0] != 0 or starts[-1] != count:
        raise ValueError(
            f"indptr must start at 0 and end at {count}, the length of data, got {starts[0]}, {starts[-1]}"
        )
    falling = np.flatnonzero(np.diff(starts) < 0)
    if len(falling):
        row = int(falling[0])
        raise ValueError(f"indptr must not fall, got {starts[row]} and then {starts[row + 1]} in row {row}")
    return starts


def _require_possible(values: NDArray[Any], starts: NDArray[np.int64]) -> None:
    if not len(values) or np.isfinite(values.min()):
        return
    wrong = np.flatnonzero(np.isnan(values))
    if len(wrong):
        row = int(np.searchsorted(starts, wrong[0], side="right")) - 1
        raise ValueError(f"data must not be NaN, got nan at position {wrong[0]}{checks.row_text((row,))}")
    best = NumpySegments(starts).largest(values)
    stuck = np.flatnonzero((best == -np.inf) & (np.diff(starts) > 0))
    if len(stuck):
        raise ValueError(f"data must be above -inf for at least one action, got none in row {stuck[0]}")


def _checked_temperature(values: Any, temperature: Any, rows: int) -> Any:
    numbers = checks.numbers_in("temperature", _numpy(temperature), "[0, inf]")
    if numbers.shape not in ((), (rows,)):
        raise ValueError(f"temperature must be one number or one for each of {rows} rows, got shape {numbers.shape}")
    if not is_tensor(values):
        return numbers + 0.0
    return sys.modules["torch"].as_tensor(temperature, dtype=values.dtype, device=values.device)
