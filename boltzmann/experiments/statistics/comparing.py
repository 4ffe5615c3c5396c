"""Two agents side by side: paired differences, the probability of improvement, and many comparisons at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.experiments.metrics import Bounds, Floats
from boltzmann.experiments.statistics.bounded import UNBOUNDED, within
from boltzmann.experiments.statistics.intervals import Estimate, bootstrap, finite_samples, interval, t_quantile

_ROUNDING = 1e-12
"""A standard error below this fraction of the mean is rounding error."""


class PairedDifference(NamedTuple):
    """A mean difference with its confidence interval and test.

    Attributes
    ----------
    value, low, high : arrays of one shape
        In the units of the samples.
    p_value : array
        Two-sided, of no difference, for this comparison alone.
    pairs : array of int
        How many replicates both have a value for.
    """

    value: Floats
    low: Floats
    high: Floats
    p_value: Floats
    pairs: NDArray[np.int64]


def paired_difference(
    x: ArrayLike, y: ArrayLike, confidence: float = 0.95, bounds: Bounds = UNBOUNDED
) -> PairedDifference:
    """Compare two agents replicate by replicate: the mean of x - y, its interval and its p-value.

    All agents of a task met the same randomness of the environment, so that what it does to both cancels in their
    difference. Interval and p-value are those of the paired t-test (Student, Biometrika 6, 1908) and agree with one
    another: p < 1 - confidence just where the interval leaves out 0. Henderson et al., "Deep Reinforcement Learning
    that Matters", AAAI 2018, and Colas et al., "A Hitchhiker's Guide to Statistical Comparisons of Reinforcement
    Learning Algorithms", 2019, compare it with the bootstrap and with rank tests: it keeps its level better with few
    replicates, and differences are less skewed than what they are made of. At 95 % it covers the difference of normal
    runs in 95 % of cases, of lognormal ones, by simulation at 10, 30 and 200 pairs, in 97, 96 and 95 % where the two
    are equally spread, and in 92, 93 and 94 % where one is twice as skewed as the other.

    Parameters
    ----------
    x, y : arrays of shapes (R, ...) that broadcast
        Row r of both is the same replicate; a pair with a NaN in it is left out.
    confidence : float
        In (0, 1).
    bounds : pair of floats
        Where the differences lie; the interval stays within, as that of ``bounded_mean``.

    Returns
    -------
    PairedDifference
        Arrays of shape (...). Interval and p-value are NaN with fewer than two pairs. Differences that are all the
        same have no spread to judge by: the p-value is then 1 where they are 0, else that of the sign test,
        2^(1 - R).

    Raises
    ------
    ValueError
        For a confidence outside (0, 1), or shapes that do not broadcast or differ in R.

    Examples
    --------
    >>> value, low, high, p_value, pairs = paired_difference([3.0, 5.0, 4.0, 6.0], [2.0, 3.0, 3.0, 4.0])
    >>> float(value), round(float(low), 3), round(float(high), 3), round(float(p_value), 4)
    (1.5, 0.581, 2.419, 0.0138)
    """
    from scipy.special import stdtr

    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not first.shape[:1] == second.shape[:1] != ():
        raise ValueError(f"x and y must have as many replicates, got shapes {first.shape} and {second.shape}")
    differences = first - second
    mean, half_width = interval(differences, confidence)
    pairs = (~np.isnan(differences)).sum(axis=0)
    several = np.maximum(pairs, 2)
    scale = half_width / t_quantile(confidence, several - 1)
    # The mean of equal differences is rounded, so that their spread may be some last digits instead of 0.
    spread = scale > _ROUNDING * np.abs(mean)
    statistic = np.divide(mean, scale, where=spread, out=np.zeros_like(mean))
    by_t = 2 * stdtr(several - 1, -np.abs(statistic))
    by_sign = np.where(mean == 0, 1.0, 2.0 ** (1 - several))
    p_value = np.where(pairs > 1, np.where(spread, by_t, by_sign), np.nan)
    ends = within(Estimate(mean, mean - half_width, mean + half_width), differences, bounds, confidence)
    return PairedDifference(*ends, p_value, pairs)


def holm(p_values: ArrayLike) -> Floats:
    """Correct p-values for their number, so that all tests together err with probability alpha at most.

    Where the corrected one is at most alpha, reject: any false rejection at all has probability alpha at most, however
    the tests depend on each other. Sorted p_(1) <= ... <= p_(m), the k-th becomes the largest of (m - j + 1) p_(j) for
    j <= k, at most 1: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
    Statistics 6 (1979).

    Parameters
    ----------
    p_values : array
        In [0, 1]; NaN stands for no test, is not counted and stays.

    Returns
    -------
    array of the same shape

    Raises
    ------
    ValueError
        For a p-value outside [0, 1].

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3)
    array([0.03, 0.06, 0.06])
    """
    array = np.asarray(p_values, dtype=np.float64)
    checks.require_all(np.isnan(array) | ((array >= 0) & (array <= 1)), "p_values", "in [0, 1]", array)
    flat = array.ravel()
    order = np.argsort(flat)
    order = order[: np.isfinite(flat).sum()]
    stepped = np.maximum.accumulate(flat[order] * np.arange(len(order), 0, -1))
    corrected = np.full(flat.shape, np.nan)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected.reshape(array.shape)


def pairwise_p_values(values: Floats) -> Floats:
    """Test all pairs of agents: ``values`` of shape (R, agents) to two-sided p-values, (agents, agents).

    The diagonal is NaN, no test, and so is what has fewer than two pairs.
    """
    p_values = np.stack([paired_difference(values, column[:, None]).p_value for column in values.T])
    np.fill_diagonal(p_values, np.nan)
    return p_values


def holm_of_pairs(p_values: Floats) -> Floats:
    """Correct a symmetric table of p-values, each pair counted once."""
    upper = np.triu_indices(len(p_values), 1)
    corrected = np.full_like(p_values, np.nan)
    corrected[upper] = holm(p_values[upper])
    corrected.T[upper] = corrected[upper]
    return corrected


def probability_of_improvement(x: ArrayLike, y: ArrayLike) -> float:
    """Return the probability that a run of x does better than a run of y, ties counting half.

    P(X > Y) + P(X = Y) / 2 over all pairs of runs: the statistic of Mann & Whitney (1947) divided by the number of
    pairs, as in Agarwal et al., NeurIPS 2021, section 4.3. Where less is better, exchange the two.

    Parameters
    ----------
    x, y : arrays of shapes (R,) and (R',)
        Finite values, in the same units.

    Returns
    -------
    float
        In [0, 1]; 0.5 for equal laws.

    Raises
    ------
    ValueError, TypeError
        For values that are not finite, or none.

    Examples
    --------
    >>> probability_of_improvement([1.0, 2.0, 3.0], [0.0, 2.0])
    0.75
    """
    first, second = _flat("x", x), np.sort(_flat("y", y))
    below = np.searchsorted(second, first, side="left")
    not_above = np.searchsorted(second, first, side="right")
    return float((below + not_above).mean() / (2 * len(second)))


def estimate_probability_of_improvement(
    x: ArrayLike, y: ArrayLike, *, rng: np.random.Generator | int, confidence: float = 0.95, resamples: int = 2000
) -> Estimate:
    """Estimate the :func:`probability_of_improvement` of paired runs, drawing replicates of both together.

    Where every run of one is better than every run of the other, the interval is not of width 0: that would happen with
    a probability of at most p^(R // 2), since so many pairs of different replicates are independent.

    Parameters
    ----------
    x, y : arrays of shape (R,)
        Finite values; row r of both is the same replicate.
    rng, confidence, resamples
        See ``bootstrap``.

    Examples
    --------
    >>> value, low, high = estimate_probability_of_improvement(np.arange(50.0) + 10, np.arange(50.0), rng=0)
    >>> float(value), bool(0.5 < low < value < high < 1)
    (0.68, True)
    """
    first, second = _flat("x", x), _flat("y", y)
    if len(first) != len(second):
        raise ValueError(f"x and y must have as many replicates, got {len(first)} and {len(second)}")
    wins = np.sign(first[:, None] - second) / 2 + 0.5

    def resampled(rows: Floats, axis: int) -> Floats:
        counts = _counts(np.moveaxis(rows, axis, -1).astype(np.int64), len(first))
        return np.asarray(((counts @ wins) * counts).sum(axis=-1) / len(first) ** 2)

    replicates = np.arange(len(first), dtype=np.float64)
    estimate = bootstrap(replicates, resampled, rng=rng, confidence=confidence, resamples=resamples)
    # Of different replicates so many pairs have nothing in common, so that they are independent.
    apart = np.full(max(2, len(first) // 2), float(estimate.value))
    return within(estimate, apart, (0.0, 1.0), confidence) if len(first) > 1 else estimate


def _counts(rows: NDArray[np.int64], size: int) -> Floats:
    """Count how often each replicate is in each draw, shape (..., size)."""
    flat = rows.reshape(-1, rows.shape[-1])
    shifted = flat + size * np.arange(len(flat))[:, None]
    counts = np.bincount(shifted.ravel(), minlength=size * len(flat))
    return counts.reshape(*rows.shape[:-1], size).astype(np.float64)


def _flat(name: str, samples: ArrayLike) -> Floats:
    array = finite_samples(name, samples)
    if array.ndim != 1:
        raise ValueError(f"{name} must have shape (R,), got {array.shape}")
    return array
