"""Mean, median and interquartile mean over replicates, each with its confidence interval.

The three answer different questions: the mean is what is earned on average, the median what the middle run earns, and
the interquartile mean (IQM) the mean of the middle half of the runs, which a few runs that fail or shine do not move.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike

from boltzmann.experiments.metrics import Bounds, Floats
from boltzmann.experiments.statistics.bounded import UNBOUNDED, bounded_mean, within
from boltzmann.experiments.statistics.intervals import (
    FEW,
    Estimate,
    FewReplicatesWarning,
    bootstrap,
    checked_confidence,
    finite_samples,
    interval,
    t_quantile,
)


def interquartile_mean(samples: ArrayLike, axis: int | None = 0) -> Floats:
    """Return the mean without the smallest and the largest quarter, each rounded down to whole samples.

    Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS 2021, section 4.3;
    the same number as ``scipy.stats.trim_mean(samples, 0.25)`` gives, which their library takes over all scores
    (``axis=None``).

    Parameters
    ----------
    samples : array of shape (R, ...)
        In any units.
    axis : int or None
        Which axis holds the replicates; None takes all entries as one sample.

    Returns
    -------
    array of shape (...)
        In the units of the samples.

    Raises
    ------
    ValueError, TypeError
        For samples that are not finite numbers, or none.

    Examples
    --------
    >>> float(interquartile_mean([0.0, 1.0, 2.0, 3.0, 100.0]))
    2.0
    """
    array = finite_samples("samples", samples)
    array, axis = (array.ravel(), 0) if axis is None else (array, axis)
    count = array.shape[axis]
    cut = count // 4
    ordered = np.partition(array, (cut, count - cut - 1), axis=axis)
    return np.asarray(np.take(ordered, range(cut, count - cut), axis=axis).mean(axis=axis))


def estimate_mean(
    samples: ArrayLike,
    *,
    rng: np.random.Generator | int,
    confidence: float = 0.95,
    resamples: int = 2000,
    bounds: Bounds = UNBOUNDED,
) -> Estimate:
    """Estimate the mean: by :func:`bootstrap` from ten replicates on, by Student's t below, with a warning.

    See :func:`bootstrap` for the parameters and errors, and :func:`bounded_mean` for ``bounds``: an interval stays
    within them.

    Warns
    -----
    FewReplicatesWarning
        Below ten replicates.

    Examples
    --------
    >>> value, low, high = estimate_mean(np.arange(100.0), rng=0)
    >>> float(value), float(low) < 45, 54 < float(high)
    (49.5, True, True)
    """
    array = finite_samples("samples", samples)
    if len(array) >= FEW:
        estimate = bootstrap(array, np.mean, rng=rng, confidence=confidence, resamples=resamples)
        return within(estimate, array, bounds, confidence)
    warn_of_few(len(array))
    return bounded_mean(array, bounds, confidence)


def estimate_median(
    samples: ArrayLike,
    *,
    rng: np.random.Generator | int,
    confidence: float = 0.95,
    resamples: int = 2000,
    bounds: Bounds = UNBOUNDED,
) -> Estimate:
    """Estimate the median by :func:`bootstrap`, which has the parameters and errors.

    Below ten replicates the interval is Student's, wider by sqrt(pi / 2): of normal replicates the median's standard
    error is so many times the mean's.

    Warns
    -----
    FewReplicatesWarning
        Below ten replicates.

    Examples
    --------
    >>> float(estimate_median(np.arange(101.0), rng=0).value)
    50.0
    """
    array = finite_samples("samples", samples)
    if len(array) >= FEW:
        estimate = bootstrap(array, np.median, rng=rng, confidence=confidence, resamples=resamples)
    else:
        _, half_width = interval(array, confidence)
        warn_of_few(len(array))
        estimate = _around(np.median(array, axis=0), np.sqrt(np.pi / 2) * half_width)
    # The median lies at a bound where half of the weight does.
    return within(estimate, array, bounds, confidence, lambda weight: np.where(weight >= 0.5, 1.0, 0.0))


def estimate_interquartile_mean(
    samples: ArrayLike,
    *,
    rng: np.random.Generator | int,
    confidence: float = 0.95,
    resamples: int = 2000,
    bounds: Bounds = UNBOUNDED,
) -> Estimate:
    """Estimate the :func:`interquartile_mean` by :func:`bootstrap`, which has the parameters and errors.

    Below ten replicates the interval is that of Tukey & McLaughlin ("Less vulnerable confidence and significance
    procedures for location based on a single sample", 1963): Student's t, with the deviations of the samples whose
    outer quarters are moved to the inner ones, and as many degrees of freedom as there are inner ones, less one.

    Warns
    -----
    FewReplicatesWarning
        Below ten replicates.

    Examples
    --------
    >>> float(estimate_interquartile_mean(np.arange(101.0) ** 2, rng=0).value).is_integer()
    False
    """
    array = finite_samples("samples", samples)
    count = len(array)
    if count >= FEW:
        estimate = bootstrap(array, interquartile_mean, rng=rng, confidence=confidence, resamples=resamples)
        return within(estimate, array, bounds, confidence, _least_of_the_middle)
    confidence, cut = checked_confidence(confidence), count // 4
    ordered = np.sort(array, axis=0)
    inner = np.clip(ordered, ordered[cut], ordered[count - cut - 1])
    remaining = count - 2 * cut
    half_width = np.full(array.shape[1:], np.nan)
    if remaining > 1:
        spread = inner.std(axis=0, ddof=1) * np.sqrt(count) / remaining
        half_width = t_quantile(confidence, np.array(remaining - 1)) * spread
    warn_of_few(count)
    estimate = _around(interquartile_mean(array), half_width)
    return within(estimate, array, bounds, confidence, _least_of_the_middle)


def _least_of_the_middle(weight: Floats) -> Floats:
    """Return the least interquartile mean of a law with so much weight at 1: a quarter below is cut off."""
    return np.clip(2 * np.asarray(weight) - 0.5, 0.0, 1.0)


def _around(value: ArrayLike, half_width: ArrayLike) -> Estimate:
    middle, half = np.asarray(value), np.asarray(half_width)
    return Estimate(middle, middle - half, middle + half)


def warn_of_few(replicates: int, stacklevel: int = 3) -> None:
    """Warn, with fewer than ten replicates, that intervals assume these to be about normal, and that one has none."""
    if replicates < FEW:
        few = f"intervals from fewer than {FEW} cover as they say only where replicates are about normal"
        text = "1 replicate: intervals and tests take two" if replicates == 1 else f"{replicates} replicates: {few}"
        warnings.warn(text, FewReplicatesWarning, stacklevel=stacklevel)
