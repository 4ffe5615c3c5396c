"""Intervals of bounded quantities: they stay within their bounds, and do not shrink to a point there.

What is true of a mean lies within the bounds, so cutting an interval off there loses no coverage. Only replicates that
are all alike at a bound would leave an interval of width 0, which covers nothing: theirs is exact instead.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from boltzmann.experiments.metrics import Bounds, Floats
from boltzmann.experiments.statistics.intervals import Estimate, checked_confidence, interval

UNBOUNDED: Bounds = (-np.inf, np.inf)
_ROUNDING = 1e-12
"""A sample this close to a bound, as a fraction of their distance, lies at it."""


def bounded_mean(
    samples: ArrayLike, bounds: Bounds = UNBOUNDED, confidence: float = 0.95, *, widen: bool = True
) -> Estimate:
    """Estimate the mean of a bounded quantity: Student's interval, within the bounds.

    Where all R replicates lie at one bound, and both bounds are finite, the interval reaches from there to where
    (alpha / 2)^(1 / R) of the law's weight would still lie at that bound and the rest at the other: a law with less
    weight there gives R such replicates with a probability below alpha / 2 (Clopper & Pearson, "The Use of Confidence
    or Fiducial Limits Illustrated in the Case of the Binomial", Biometrika 26, 1934). It holds for any law.

    What a 95 % interval of R = 10, 30 and 200 replicates in [0, 1] covers by simulation: the mean of the uniform law in
    95 %; that of runs of which one in a hundred fails in 100 %, where Student's own covers 10, 26 and 86 %; of runs of
    which one in ten fails in 100, 100 and 93 %, Student's own in 65, 96 and 93 %.

    Parameters
    ----------
    samples : array of shape (R, ...)
        One independent value a replicate, within the bounds; NaN entries are left out.
    bounds : pair of floats
        Where the quantity lies, in the units of the samples; infinite where there is no bound.
    confidence : float
        In (0, 1).
    widen : bool
        Whether the interval of replicates that are all alike at a bound is exact; otherwise it has width 0.

    Returns
    -------
    Estimate
        Arrays of shape (...). The mean is NaN without values and the ends with fewer than two.

    Examples
    --------
    >>> value, low, high = bounded_mean([0.6, 0.9, 1.0], (0.0, 1.0))
    >>> float(value.round(3)), float(low.round(3)), float(high)
    (0.833, 0.316, 1.0)
    >>> value, low, high = bounded_mean(np.ones(100), (0.0, 1.0))
    >>> float(value), float(low.round(3)), float(high)
    (1.0, 0.964, 1.0)
    """
    mean, half_width = interval(samples, confidence)
    estimate = Estimate(mean, mean - half_width, mean + half_width)
    return within(estimate, samples, bounds, confidence, (lambda weight: weight) if widen else None)


def within(
    estimate: Estimate,
    samples: ArrayLike,
    bounds: Bounds,
    confidence: float,
    least: Callable[[Floats], Floats] | None = lambda weight: weight,
) -> Estimate:
    """Cut an interval off at its bounds; where all samples lie at one, make it exact.

    Parameters
    ----------
    estimate : Estimate
        Of these samples.
    samples, bounds, confidence
        See :func:`bounded_mean`.
    least : callable, optional
        ``least(weight)`` returns the smallest value in [0, 1] that the statistic has where so much weight lies at 1
        and the rest anywhere below; by default the mean's. None leaves intervals at a bound as they are.
    """
    (bottom, top), array = bounds, np.asarray(samples, dtype=np.float64)
    # Adding 0 makes 0 of -0.
    low, high = np.maximum(estimate.low, bottom) + 0.0, np.minimum(estimate.high, top) + 0.0
    if least is not None and np.isfinite([bottom, top]).all():
        known = ~np.isnan(array)
        count = known.sum(axis=0)
        near = _ROUNDING * (top - bottom)
        weight = (0.5 - checked_confidence(confidence) / 2) ** (1 / np.maximum(count, 1))
        reach = (top - bottom) * (1 - least(weight))
        several = count > 1
        low = np.where(several & (~known | (array >= top - near)).all(axis=0), top - reach, low)
        high = np.where(several & (~known | (array <= bottom + near)).all(axis=0), bottom + reach, high)
    return Estimate(estimate.value + 0.0, low, high)


def of_differences(bounds: Bounds) -> Bounds:
    """Return where the difference of two quantities with these bounds lies.

    Examples
    --------
    >>> of_differences((0.0, 1.0)), of_differences((0.0, np.inf))
    ((-1.0, 1.0), (-inf, inf))
    """
    return (bounds[0] - bounds[1], bounds[1] - bounds[0])
