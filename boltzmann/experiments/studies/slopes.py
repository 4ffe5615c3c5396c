"""The Gibbs distribution near T = 0 and near T = inf: the first terms of both series, and fits of them.

Values are one row, shape (K,), in the units of the temperature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.experiments.metrics import Floats
from boltzmann.gibbs import Gibbs

_COLD = np.linspace(40.0, 600.0, 57)
"""The values of gap / T at which low temperatures are fitted: e^-600 is still a float64."""
_HOT = np.geomspace(1e4, 1e7, 31)
"""The values of T / spread at which high temperatures are fitted: the next term is below 1e-4 of the first."""


@dataclass(frozen=True)
class SlopeFit:
    """A fitted law beside the one that theory predicts.

    Attributes
    ----------
    slope, predicted_slope : float
        The slope of the line.
    factor, predicted_factor : float
        The factor before the power or the exponential.
    """

    slope: float
    predicted_slope: float
    factor: float
    predicted_factor: float


def fit_low_temperatures(values: ArrayLike) -> SlopeFit:
    """Fit log(exploration probability) against 1 / T as T goes to 0.

    1 - P(a maximiser) = (n' / n) exp(-gap / T) (1 + o(1)): n maximisers, n' values at the smallest gap below them. It
    is the first term of log Z = max / T + log n + (n' / n) exp(-gap / T) + ... The slope is -gap, the factor n' / n.

    Raises
    ------
    ValueError, TypeError
        For values that are not finite, fewer than two, or all the same, which have no gap.

    Examples
    --------
    >>> fit = fit_low_temperatures([0.0, 1.0, 1.0, 3.0])
    >>> round(fit.slope, 9), fit.predicted_slope, round(fit.factor, 9), fit.predicted_factor
    (-2.0, -2.0, 2.0, 2.0)
    """
    row = _uneven(values)
    gap, factor = _first_gap(row)
    inverse = _COLD / gap
    slope, offset = np.polyfit(inverse, np.log(_exploration(row, 1.0 / inverse)), 1)
    return SlopeFit(float(slope), -gap, float(np.exp(offset)), factor)


def fit_high_temperatures(values: ArrayLike) -> SlopeFit:
    """Fit log max |pi - 1 / K| against log T as T goes to infinity.

    pi(a) - 1 / K = (Q(a) - mean Q) / (K T) + O(1 / T^2), the first term of the exponential's series: the slope is -1.
    The factor is how much of (Q - mean Q) / K is found in T (pi - 1 / K), over all actions by least squares: 1.

    Raises
    ------
    ValueError, TypeError
        As for :func:`fit_low_temperatures`.

    Examples
    --------
    >>> fit = fit_high_temperatures([0.0, 1.0, 1.0, 3.0])
    >>> round(fit.slope, 3), fit.predicted_slope, round(fit.factor, 3), fit.predicted_factor
    (-1.0, -1.0, 1.0, 1.0)
    """
    row = _uneven(values)
    temperatures = _HOT * np.ptp(row)
    deviations = _deviations(row, temperatures)
    slope, _ = np.polyfit(np.log(temperatures), np.log(np.abs(deviations).max(axis=1)), 1)
    first_order = (row - row.mean()) / (len(row) * temperatures[:, np.newaxis])
    # Deviations fall with the temperature; the scale gives every temperature the same weight.
    scale = temperatures[:, np.newaxis]
    factor = (deviations * first_order * scale**2).sum() / (first_order**2 * scale**2).sum()
    return SlopeFit(float(slope), -1.0, float(factor), 1.0)


def exploration_against_gaps(values: ArrayLike, gaps: ArrayLike) -> tuple[Floats, Floats]:
    """Return the exploration probability where gap / T has the given values, and its limiting law there.

    Parameters
    ----------
    values : array of shape (K,)
        Finite, not all the same.
    gaps : array of shape (N,)
        The smallest gap divided by T, above 0.

    Returns
    -------
    probability, law : arrays of shape (N,)
        The law is (n' / n) exp(-gap / T).
    """
    row, ratios = _uneven(values), np.asarray(gaps, dtype=np.float64)
    gap, factor = _first_gap(row)
    return _exploration(row, gap / ratios), factor * np.exp(-ratios)


def deviation_from_uniform(values: ArrayLike, ratios: ArrayLike) -> tuple[Floats, Floats]:
    """Return K max |pi - 1 / K| where T is a given multiple of max |Q - mean Q|, and its limiting law there, 1 / ratio.

    Parameters
    ----------
    values : array of shape (K,)
        Finite, not all the same.
    ratios : array of shape (N,)
        T / max |Q - mean Q|, above 0.

    Returns
    -------
    deviation, law : arrays of shape (N,)
    """
    row, times = _uneven(values), np.asarray(ratios, dtype=np.float64)
    deviations = _deviations(row, times * np.abs(row - row.mean()).max())
    return len(row) * np.abs(deviations).max(axis=1), 1.0 / times


def _uneven(values: ArrayLike) -> Floats:
    row = checks.numeric_array("values", values).astype(np.float64)
    if row.ndim != 1 or len(row) < 2:
        raise ValueError(f"values must have shape (K,) with K of at least 2, got {row.shape}")
    checks.require_all(np.isfinite(row), "values", "finite", row)
    if np.ptp(row) == 0:
        raise ValueError(f"values must not be all the same, got {row[0]} {len(row)} times")
    return row


def _first_gap(row: Floats) -> tuple[float, float]:
    """Return the smallest gap below the maximum, and the number of values there divided by that of maximisers."""
    levels, counts = np.unique(row, return_counts=True)
    return float(levels[-1] - levels[-2]), float(counts[-2] / counts[-1])


def _exploration(row: Floats, temperatures: Floats) -> Floats:
    rows = np.broadcast_to(row, (len(temperatures), len(row)))
    return np.asarray(Gibbs(rows, temperatures).exploration_probability)


def _deviations(row: Floats, temperatures: Floats) -> Floats:
    """Return pi - 1 / K, shape (N, K)."""
    rows = np.broadcast_to(row, (len(temperatures), len(row)))
    return np.asarray(Gibbs(rows, temperatures).probs) - 1.0 / len(row)
