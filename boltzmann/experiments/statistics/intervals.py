"""Intervals over replicates: Student's t for means, the bootstrap for anything.

Replicates are the first axis, ``samples`` of shape (R, ...), and every number is in the units of the samples.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.experiments.metrics import Floats

Statistic = Callable[..., Any]
"""``statistic(array, axis=...)`` reduces that axis, as ``numpy.mean`` does."""

FEW = 10
"""With fewer replicates than these the bootstrap underestimates their spread."""
_CHUNK = 2_000_000
"""Resampled numbers held at a time."""


class FewReplicatesWarning(UserWarning):
    """An interval has fewer than ten replicates: its coverage is right only if these are about normal."""


class Estimate(NamedTuple):
    """A number with its confidence interval.

    Attributes
    ----------
    value, low, high : arrays of one shape
        The ends are NaN for a single replicate.
    """

    value: Floats
    low: Floats
    high: Floats


def checked_confidence(confidence: float) -> float:
    """Return a confidence in (0, 1), or raise a ValueError."""
    return checks.number_in("confidence", confidence, "(0, 1)")


def finite_samples(name: str, samples: ArrayLike) -> Floats:
    """Return samples as float64 of shape (R, ...), at least one row and no NaN, or raise an error."""
    array = checks.numeric_array(name, samples).astype(np.float64, copy=False)
    if array.ndim == 0 or len(array) == 0:
        raise ValueError(f"{name} must have shape (R, ...) with at least one replicate, got shape {array.shape}")
    checks.require_all(np.isfinite(array), name, "finite", array)
    return array


def t_quantile(confidence: float, degrees: NDArray[np.int64]) -> Floats:
    """Return half the width of Student's interval in standard errors, for each number of degrees of freedom."""
    different, positions = np.unique(degrees, return_inverse=True)
    quantiles = np.array([_t_quantile(confidence, int(number)) for number in different])
    return np.asarray(quantiles[positions].reshape(np.shape(degrees)))


# Nearly all intervals of a comparison have the same number of replicates.
@lru_cache(maxsize=1024)
def _t_quantile(confidence: float, degrees: int) -> float:
    # The module scipy.stats has the same function, and takes a second to import.
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + confidence / 2))


def interval(samples: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the mean over replicates and half the width of its confidence interval, by Student's t.

    Half-width t_(1 - alpha / 2, R - 1) s / sqrt(R): Student, "The Probable Error of a Mean", Biometrika 6 (1908). At
    95 % it covers the mean of normal samples in 95 % of cases for any R, but of samples as skewed as the lognormal
    law's (whose logarithm has standard deviation 1) in 84 % at R = 10, 88 % at 30 and 93 % at 200, by simulation.

    Parameters
    ----------
    samples : array of shape (R, ...)
        One independent value a replicate; NaN entries are left out.
    confidence : float
        In (0, 1).

    Returns
    -------
    mean, half_width : arrays of shape (...)
        The mean is NaN without values and the half-width with fewer than two.

    Raises
    ------
    ValueError
        For a confidence outside (0, 1).

    Examples
    --------
    >>> mean, half_width = interval([1.0, 2.0, 3.0])
    >>> float(mean), round(float(half_width), 4)
    (2.0, 2.4841)
    >>> float(interval([1.0])[1])
    nan
    """
    confidence = checked_confidence(confidence)
    array = np.asarray(samples, dtype=np.float64)
    known = ~np.isnan(array)
    count = known.sum(axis=0)
    some, several = np.maximum(count, 1), np.maximum(count, 2)
    mean = np.where(count > 0, np.where(known, array, 0.0).sum(axis=0) / some, np.nan)
    deviations = np.where(known, array - mean, 0.0)
    error = np.sqrt((deviations**2).sum(axis=0) / (several - 1) / several)
    half_width = t_quantile(confidence, several - 1) * error
    return mean, np.where(count > 1, half_width, np.nan)


def bootstrap(
    samples: ArrayLike,
    statistic: Statistic,
    *,
    rng: np.random.Generator | int,
    confidence: float = 0.95,
    resamples: int = 2000,
) -> Estimate:
    """Estimate a statistic with its percentile bootstrap interval, expanded for small samples.

    Replicates are drawn with replacement, whole rows at a time (Efron, "Bootstrap Methods: Another Look at the
    Jackknife", Annals of Statistics 7, 1979). The plain percentile interval is too narrow for few of them, as if
    Student's t were the normal distribution and s divided by R. The quantiles are therefore not alpha / 2 but
    Phi(-sqrt(R / (R - 1)) t_(1 - alpha / 2, R - 1)) (Hesterberg, "What Teachers Should Know About
    the Bootstrap", The American Statistician 69, 2015, the expanded percentile interval).

    What a 95 % interval covers by simulation, at R = 10, 30 and 200: the mean of normal samples 94 or 95 %, of
    lognormal ones 85, 89 and 93 %; the median and the interquartile mean of either 96 or 97, 95 or 96, and 95 %.

    Parameters
    ----------
    samples : array of shape (R, ...)
        One independent value a replicate, finite.
    statistic : callable
        ``statistic(array, axis=...)`` reduces that axis, as ``numpy.mean`` and ``interquartile_mean`` do.
    rng : numpy.random.Generator or int
        What the replicates are drawn with, or its seed.
    confidence : float
        In (0, 1).
    resamples : int
        How many draws, at least 1 and at most 10^7.

    Returns
    -------
    Estimate
        Arrays of shape (...); the ends are NaN for a single replicate.

    Examples
    --------
    >>> value, low, high = bootstrap([1.0, 2.0, 3.0, 4.0, 10.0], np.median, rng=0)
    >>> float(value), float(low), float(high)
    (3.0, 1.0, 10.0)
    """
    confidence = checked_confidence(confidence)
    array = finite_samples("samples", samples)
    resamples = checks.whole_number("resamples", resamples, least=1, most=10**7)
    value = np.asarray(statistic(array, axis=0))
    if len(array) == 1:
        unknown = np.full_like(value, np.nan)
        return Estimate(value, unknown, unknown)
    generator = np.random.default_rng(rng)
    chunk = max(1, _CHUNK // array.size)
    resampled = [
        statistic(array[generator.integers(len(array), size=(min(chunk, resamples - start), len(array)))], axis=1)
        for start in range(0, resamples, chunk)
    ]
    low, high = np.quantile(np.concatenate(resampled), expanded_levels(len(array), confidence), axis=0)
    return Estimate(value, low, high)


def expanded_levels(replicates: int, confidence: float) -> tuple[float, float]:
    """Return the two quantiles of the bootstrap distribution that the expanded percentile interval takes."""
    from scipy.special import ndtr

    edge = _t_quantile(confidence, replicates - 1) * np.sqrt(replicates / (replicates - 1))
    return float(ndtr(-edge)), float(ndtr(edge))
