"""The distribution of a metric over replicates, and the number of replicates that a precision needs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.experiments.statistics.intervals import Estimate, checked_confidence, finite_samples

_MOST_REPLICATES = 2.0**62
_NO_SPREAD = 1e-300
"""Replaces a standard deviation of 0 as the divisor."""


def performance_profile(samples: ArrayLike, thresholds: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Estimate the fraction of replicates above each threshold tau.

    The performance profile of Agarwal et al., NeurIPS 2021, section 4.2, for one task: it shows all of the
    distribution, and a mean one number. Bands are the score intervals of Wilson, "Probable Inference, the Law of
    Succession, and Statistical Inference", JASA 22 (1927), at each tau by itself; they need no resampling, and
    cover at 0 and 1 too, where the bootstrap of a fraction has width 0.

    Parameters
    ----------
    samples : array of shape (R,)
        One finite value for each replicate. Where less is better, pass its negative and that of the thresholds.
    thresholds : array of shape (M,)
        In the units of the samples.
    confidence : float
        In (0, 1).

    Returns
    -------
    Estimate
        Fractions in [0, 1], shape (M,).

    Examples
    --------
    >>> profile = performance_profile([1.0, 2.0, 3.0, 4.0], [0.0, 2.0, 4.0])
    >>> profile.value, profile.high.round(3)
    (array([1. , 0.5, 0. ]), array([1.  , 0.85, 0.49]))
    """
    from scipy.special import ndtri

    z = ndtri(0.5 + checked_confidence(confidence) / 2)
    ordered, count = np.sort(finite_samples("samples", samples).ravel()), np.size(samples)
    above = 1 - np.searchsorted(ordered, np.asarray(thresholds, dtype=np.float64), side="right") / count
    middle = (above + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z * np.sqrt(above * (1 - above) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
    return Estimate(above, np.clip(middle - half, 0.0, above), np.clip(middle + half, above, 1.0))


def replicates_needed(samples: ArrayLike, half_width: float, confidence: float = 0.95) -> int:
    """Estimate how many replicates the mean's confidence interval needs to be as narrow as wanted.

    The smallest n of at least 2 with t_(1 - alpha / 2, n - 1) s / sqrt(n) <= half_width, s being the standard
    deviation of the samples at hand. It is an estimate: with R of them, s itself is known to about one part in
    sqrt(2 R), and n to twice that. For a paired difference, pass the differences.

    Parameters
    ----------
    samples : array of shape (R,)
        At least two values, in any units, from a first, small run.
    half_width : float
        Half of the wanted interval's width, above 0, in the same units.
    confidence : float
        In (0, 1).

    Returns
    -------
    int

    Raises
    ------
    ValueError, TypeError
        For arguments out of these bounds, and for a number beyond 2^62.

    Examples
    --------
    >>> replicates_needed([0.0, 1.0, 2.0, 3.0, 4.0], 1.0)
    13
    >>> replicates_needed([0.0, 1.0, 2.0, 3.0, 4.0], 0.1)
    963
    """
    from scipy.special import stdtrit

    confidence = checked_confidence(confidence)
    array = finite_samples("samples", samples)
    if array.ndim != 1 or len(array) < 2:
        raise ValueError(f"samples must have shape (R,) with R at least 2, got {array.shape}")
    wanted = checks.number_in("half_width", half_width, "(0, inf]") / float(array.std(ddof=1) or _NO_SPREAD)

    def narrow_enough(count: float) -> bool:
        return bool(stdtrit(count - 1, 0.5 + confidence / 2) <= wanted * math.sqrt(count))

    if not narrow_enough(_MOST_REPLICATES):
        raise ValueError(f"half_width must be attainable with 2^62 replicates, got {half_width!r}")
    low, high = 1, 2
    while not narrow_enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if narrow_enough(middle) else (middle, high)
    return high
