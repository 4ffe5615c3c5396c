"""The root of what a temperature means, one row an element: rows brought to one scale, a bracket, and log T."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann._numerics.numpy_scores import standardise
from boltzmann._numerics.scores import Scores

Formula = Callable[[Scores], Any]


def scaled(rows: Any) -> tuple[Any, Any]:
    """Divide each row by a power of two near its spread, so that values of any scale are solved alike."""
    live = rows > -np.inf
    halves = np.where(live, rows, rows.max(axis=-1, keepdims=True)) / 2
    spread = halves.max(axis=-1) - halves.min(axis=-1)
    exponent = np.frexp(np.where(spread > 0, spread, 1.0))[1]
    centred = np.ldexp(halves - halves.max(axis=-1, keepdims=True), 1 - exponent[..., np.newaxis])
    return np.where(live, centred, -np.inf), exponent


def formula_at(formula: Formula, rows: Any, temperature: Any, weights: Any) -> Any:
    """Evaluate a formula at a temperature for each row."""
    it = standardise(rows, temperature, None, weights)
    return np.squeeze(formula(it), axis=it.axis)


def temperature_roots(formula: Formula, rows: Any, wanted: Any, weights: Any) -> NDArray[np.float64]:
    """Solve log formula(T) = log target in x = log(T / spread), one row an element."""
    from scipy.optimize import elementwise

    live = rows > -np.inf
    below = np.where(live, rows.max(axis=-1, keepdims=True) - np.where(live, rows, 0.0), np.nan)
    spread = np.nanmax(below, axis=-1)
    nearest = np.nanmin(np.where(below > 0, below, np.nan), axis=-1)
    # At nearest / 800 every exponential but the maximisers' is 0; at 1e160 the smallest distance from the prior is.
    bracket = np.log(nearest / spread) - np.log(800.0), np.full(len(rows), np.log(1e160))

    def difference(x: Any, row: Any) -> Any:
        chosen = None if weights is None else weights[row]
        found = formula_at(formula, rows[row], spread[row] * np.exp(x), chosen)
        return np.log(np.maximum(found, 5e-324)) - np.log(wanted[row])

    found = elementwise.find_root(difference, bracket, args=(np.arange(len(rows)),))
    failed = ~found.success
    if failed.any():
        raise RuntimeError(f"no temperature was found for the target {wanted[failed][0]} of {rows[failed][0]}")
    return np.asarray(spread * np.exp(found.x))
