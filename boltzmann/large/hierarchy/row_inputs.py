"""Checks of features and actions, a row of features for each action."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.arrays import Floats


def checked_features(features: ArrayLike, width: int) -> Floats:
    """Return features of shape (..., width) as float64, or raise."""
    array = checks.numeric_array("features", features) if np.size(features) or width else np.asarray(features)
    rows = array.astype(np.float64, copy=False)
    if rows.ndim == 0 or rows.shape[-1] != width:
        raise ValueError(f"features must have {width} numbers on the last axis, got shape {rows.shape}")
    if not math.isfinite(rows.sum()):
        checks.require_entries(np.isfinite(rows), "features", "finite", rows)
    return rows


def checked_rows(
    features: ArrayLike, actions: ArrayLike, width: int, count: int
) -> tuple[Floats, NDArray[np.int64], tuple[int, ...]]:
    """Return features of shape (B, width), actions of shape (B,), and the shape that the B rows had, or raise."""
    rows = checked_features(features, width)
    shape = rows.shape[:-1]
    if not shape and type(actions) is int and 0 <= actions < count:
        return rows[np.newaxis], np.array([actions]), shape
    chosen = checks.plain_array("actions", actions)
    if chosen.dtype.kind not in "iu" or chosen.shape != shape:
        raise ValueError(f"actions must be integers of shape {shape}, got {chosen.dtype} of shape {chosen.shape}")
    checks.require_all((chosen >= 0) & (chosen < count), "actions", f"in [0, {count})", chosen)
    return rows.reshape(math.prod(shape), width), chosen.reshape(-1).astype(np.int64), shape


def with_ones(rows: Floats) -> Floats:
    """Return rows with a last number of 1, which multiplies the bias."""
    augmented = np.ones((len(rows), rows.shape[1] + 1))
    augmented[:, :-1] = rows
    return augmented
