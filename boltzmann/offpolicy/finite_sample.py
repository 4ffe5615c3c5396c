"""Intervals for the mean of bounded numbers that hold for every sample size.

Each is two ends, both of which fail with a probability of at most alpha / 2: the upper end of x is the lower end of
its distance to the upper bound. Hoeffding's and the empirical Bernstein interval hold for independent numbers. The
betting interval holds for any sequence whose conditional mean given the past is the same number, such as the rewards
that a learning policy has logged, weighted by its own propensities. The drifting interval holds for every sequence: it
is about the average of the conditional means, such as those of a policy of values that are learnt meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.arrays import QUIET, Floats
from boltzmann.offpolicy.log_checks import checked_interval

LowerEnd = Callable[[Floats, float, float], float]
"""``low(x, reach, alpha)``: a number that is above the mean of x, in [0, reach], with probability at most alpha."""

_RATES = np.geomspace(0.001, 0.95, 32)
"""The rates of the drifting interval: one of them suits each number of rows and each variance."""
_MOST_STAKE = 0.5
"""The largest share of the capital that a bet on one number may lose, the paper's c."""


def hoeffding(samples: ArrayLike, bounds: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Hoeffding's interval of a mean, mean +- (b - a) sqrt(log(2 / alpha) / (2 n)).

    W. Hoeffding, "Probability inequalities for sums of bounded random variables", JASA 58 (1963), theorem 2.

    Parameters
    ----------
    samples : array of shape (n,)
        Independent numbers within the bounds.
    bounds : pair of float
        The least and the largest number a, b that there can be, known beforehand.
    confidence : float
        1 - alpha, in (0, 1).

    Returns
    -------
    low, high : float
        Within the bounds.

    Examples
    --------
    >>> [round(end, 4) for end in hoeffding([0.0, 1.0] * 50, (0.0, 1.0))]
    [0.3642, 0.6358]
    """
    return _both_ends(hoeffding_low, samples, bounds, confidence)


def empirical_bernstein(samples: ArrayLike, bounds: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return the empirical Bernstein interval of a mean, narrow where the variance s^2 of the samples is small.

    mean +- (sqrt(2 s^2 log(4 / alpha) / n) + 7 (b - a) log(4 / alpha) / (3 (n - 1))), with s^2 divided by n - 1: A.
    Maurer & M. Pontil, "Empirical Bernstein bounds and sample variance penalization", COLT 2009, theorem 4. Parameters
    and errors are those of :func:`hoeffding`; with one number the interval is the bounds.

    Examples
    --------
    >>> [round(end, 4) for end in empirical_bernstein([0.0, 1.0] * 50, (0.0, 1.0))]
    [0.248, 0.752]
    >>> empirical_bernstein([0.5], (0.0, 1.0))
    (0.0, 1.0)
    """
    return _both_ends(bernstein_low, samples, bounds, confidence)


def betting(samples: ArrayLike, bounds: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return the betting interval of a mean: numbers m on which no fair bet would have won much.

    I. Waudby-Smith & A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024; online
    2023), theorem 3 with the stakes of equation 26 and hedging weight 1/2. Against each m two players bet in the order
    of the samples, one that the mean is above m, one that it is below; each has the capital
    K_t(m) = prod_(i <= t) (1 +- lambda_i (x_i - m)), where the stake lambda_i is fixed before x_i is seen. Were m the
    mean, no capital would reach 2 / alpha with probability above alpha / 2 (Ville). The samples may depend on each
    other's past. Parameters and errors are those of :func:`hoeffding`.

    Examples
    --------
    >>> [round(end, 4) for end in betting([0.0, 1.0] * 50, (0.0, 1.0))]
    [0.3679, 0.6307]
    """
    return _both_ends(betting_low, samples, bounds, confidence)


def drifting(samples: ArrayLike, bounds: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return an interval of the average of conditional means, which may change with time and with the past.

    I. Waudby-Smith, L. Wu, A. Ramdas, N. Karampatziakis & P. Mineiro, "Anytime-valid off-policy inference for
    contextual bandits", ACM/IMS Journal of Data Science 1 (2024), section 3. For each rate l in (0, 1),
    exp(l sum (x_i - mu_i) - psi(l) sum (x_i - y_i)^2), with psi(l) = -log(1 - l) - l and any y_i in [0, 1] that the
    past decides, is at most 1 on average; so is the average over a fixed grid of rates. Parameters and errors are those
    of :func:`hoeffding`.

    Examples
    --------
    >>> [round(end, 4) for end in drifting([0.0] * 50 + [1.0] * 50, (0.0, 1.0))]
    [0.2821, 0.7179]
    """
    return _both_ends(drifting_low, samples, bounds, confidence)


def _both_ends(
    lower_end: LowerEnd, samples: ArrayLike, bounds: Sequence[float], confidence: float
) -> tuple[float, float]:
    low, high = checked_interval("bounds", bounds)
    confidence = checks.number_in("confidence", confidence, "(0, 1)")
    array = checks.numeric_array("samples", samples).astype(np.float64, copy=False)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"samples must have shape (n,) with at least one number, got {array.shape}")
    checks.require_all((array >= low) & (array <= high), "samples", f"in the bounds [{low:g}, {high:g}]", array)
    span, alpha = high - low, 0.5 - confidence / 2
    ends = [span * lower_end(part, 1.0, alpha) for part in ((array - low) / span, (high - array) / span)]
    return low + ends[0], high - ends[1]


def hoeffding_low(x: Floats, reach: float, alpha: float) -> float:
    """Return Hoeffding's lower end for numbers in [0, reach]."""
    return max(float(x.mean()) - reach * float(np.sqrt(-np.log(alpha) / (2 * len(x)))), 0.0)


def bernstein_low(x: Floats, reach: float, alpha: float) -> float:
    """Return the empirical Bernstein lower end for numbers in [0, reach]."""
    if len(x) == 1:
        return 0.0
    cost, count = float(np.log(2 / alpha)), len(x)
    spread = float(np.sqrt(2 * x.var(ddof=1) * cost / count))
    return max(float(x.mean()) - spread - 7 * reach * cost / (3 * (count - 1)), 0.0)


@QUIET
def betting_low(x: Floats, reach: float, alpha: float) -> float:
    """Return the betting lower end for numbers of at least 0; where they end does not matter.

    The player loses no more than half of its capital on a number of 0, so no upper bound is needed: the capital cannot
    become negative. It does not grow with m, so the end is the one m at which its maximum reaches 1 / alpha.
    """
    from scipy.optimize import brentq

    stakes = _stakes(x, alpha)
    goal = -float(np.log(alpha))

    def excess(mean: float) -> float:
        bets = np.minimum(stakes, _MOST_STAKE / mean) if mean > 0 else stakes
        return float(np.log1p(bets * (x - mean)).cumsum().max()) - goal

    largest = float(x.max())
    if largest == 0.0 or excess(0.0) <= 0:
        return 0.0
    root = float(brentq(excess, 0.0, largest, xtol=1e-13 * largest, rtol=1e-13))
    # On the left of the root the capital is above its limit.
    return max(root - 1e-12 * largest, 0.0)


def _stakes(x: Floats, alpha: float) -> Floats:
    """Return the stakes sqrt(2 log(1 / alpha) / (n s^2)), where s^2 is the variance of the earlier numbers."""
    counts = np.arange(1, len(x) + 1)
    means = (0.5 + x.cumsum()) / (counts + 1)
    variances = (0.25 + ((x - means) ** 2).cumsum()) / (counts + 1)
    before = np.concatenate([[0.25], variances[:-1]])
    return np.asarray(np.sqrt(-2 * np.log(alpha) / (len(x) * before)))


@QUIET
def drifting_low(x: Floats, reach: float, alpha: float) -> float:
    """Return the lower end of the average conditional mean of numbers of at least 0; where they end does not matter."""
    from scipy.optimize import brentq
    from scipy.special import logsumexp

    count, total = len(x), float(x.sum())
    before = np.concatenate([[0.5], (0.5 + x[:-1].cumsum()) / np.arange(2, count + 1)])
    squares = float(((x - np.minimum(before, 1.0)) ** 2).sum())
    costs = (-np.log1p(-_RATES) - _RATES) * squares
    goal = float(np.log(len(_RATES)) - np.log(alpha))

    def excess(mean: float) -> float:
        return float(logsumexp(_RATES * (total - count * mean) - costs)) - goal

    if total == 0.0 or excess(0.0) <= 0:
        return 0.0
    # The excess falls with the mean, and is negative at the average, where every term is at most 1.
    return float(brentq(excess, 0.0, total / count, rtol=1e-13))


FINITE_SAMPLE: dict[str, LowerEnd] = {
    "bernstein": bernstein_low,
    "hoeffding": hoeffding_low,
    "betting": betting_low,
    "drifting": drifting_low,
}


def value_within(
    weights: Floats, reach: float, rewards: Floats, bounds: tuple[float, float], interval: str, confidence: float
) -> tuple[float, float]:
    """Return a finite-sample interval of a policy's value from clipped weights, none of which can exceed ``reach``.

    With rho the reward in units of its bounds, E[min(w, c) rho] is at most the value, and so is
    E[min(w, c) (1 - rho)] at most its distance to 1; what both leave is the left-over mass, since
    E[min(w, c)] = 1 - E[sum_a (p' - c p)+]. Both are means of numbers of at least 0.
    """
    low, high = bounds
    span, alpha, lower_end = high - low, 0.5 - confidence / 2, FINITE_SAMPLE[interval]
    shares = (rewards - low) / span
    ends = [span * min(lower_end(weights * part, reach, alpha), 1.0) for part in (shares, 1.0 - shares)]
    return min(low + ends[0], high), max(high - ends[1], low)
