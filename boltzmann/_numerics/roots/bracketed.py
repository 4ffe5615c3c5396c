"""The temperature at which a formula has a given value: rows of one scale, a bracket, and a root in log T."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from boltzmann._numerics.numpy_scores import standardise
from boltzmann._numerics.scores import Scores
from boltzmann.arrays import LARGEST, Array, Floats

Formula = Callable[[Scores], Array]

_UNDERFLOW = 800.0
"""exp(-_UNDERFLOW) is 0."""
_HOTTEST = 1e160
"""At so many times the spread, the smallest positive divergence from the prior, quadratic in 1 / T, is 0."""
_SMALLEST = 5e-324
"""The smallest positive float, whose logarithm is finite."""


def scaled(rows: Floats) -> tuple[Floats, NDArray[np.integer]]:
    """Divide each row by a power of two near its spread, so that values of any scale are solved alike."""
    live = rows > -np.inf
    # A difference of very large values may overflow, and half the smallest float is 0: halve large rows alone.
    halved = (np.where(live, np.abs(rows), 0.0).max(axis=-1) > LARGEST / 2).astype(np.int64)
    parts = np.ldexp(np.where(live, rows, rows.max(axis=-1, keepdims=True)), -halved[..., np.newaxis])
    spread = parts.max(axis=-1) - parts.min(axis=-1)
    exponent = np.frexp(np.where(spread > 0, spread, 1.0))[1] + halved - 1
    centred = np.ldexp(parts - parts.max(axis=-1, keepdims=True), (halved - exponent)[..., np.newaxis])
    return np.where(live, centred, -np.inf), exponent


def formula_at(formula: Formula, rows: Floats, temperature: Floats, weights: Floats | None) -> Floats:
    """Evaluate a formula at a temperature for each row."""
    scores = standardise(rows, temperature, None, weights)
    return np.squeeze(np.asarray(formula(scores)), axis=scores.axis)


def temperature_roots(formula: Formula, rows: Floats, wanted: Floats, weights: Floats | None) -> Floats:
    """Solve log formula(T) = log target in x = log(T / spread), one row an element."""
    from scipy.optimize import elementwise

    live = rows > -np.inf
    below = np.where(live, rows.max(axis=-1, keepdims=True) - np.where(live, rows, 0.0), np.nan)
    spread = np.nanmax(below, axis=-1)
    nearest = np.nanmin(np.where(below > 0, below, np.nan), axis=-1)
    bracket = np.log(nearest / spread) - np.log(_UNDERFLOW), np.full(len(rows), np.log(_HOTTEST))

    def difference(x: Floats, row: NDArray[np.integer]) -> Floats:
        row_weights = None if weights is None else weights[row]
        value = formula_at(formula, rows[row], spread[row] * np.exp(x), row_weights)
        return np.asarray(np.log(np.maximum(value, _SMALLEST)) - np.log(wanted[row]))

    root = elementwise.find_root(difference, bracket, args=(np.arange(len(rows)),))
    failed = ~root.success
    if failed.any():
        raise RuntimeError(f"no temperature was found for the target {wanted[failed][0]} of {rows[failed][0]}")
    return np.asarray(spread * np.exp(root.x))
