"""Thompson sampling: the largest of draws from the posteriors of the actions' means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import _checks
from boltzmann.categorical import Categorical
from boltzmann.notation import Expression
from boltzmann.policies._choice import LargestDraw, largest_probabilities
from boltzmann.policies._noise import largest_of_scaled_noise
from boltzmann.policies.indices import Known

__all__ = ["BernoulliThompson", "GaussianThompson"]

Floats = NDArray[np.float64]

_LARGEST = float(np.finfo(np.float64).max)
_NORMAL_KNOTS = np.linspace(-8.4, 8.4, 15)
_LOGISTIC_KNOTS = np.array([0.05, 0.12, 0.22, 0.36, 0.6, 1.0])


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.standard_normal(shape)


def _log_density(z: Floats) -> Any:
    with np.errstate(over="ignore"):
        return -0.5 * z**2 - 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True, repr=False)
class GaussianThompson(Expression):
    """Thompson sampling for Gaussian rewards of known deviation: the largest of draws from the posteriors of the means.

    With N(a) rewards of mean Q(a) the posterior is normal, of precision N / deviation^2 + 1 / prior_deviation^2 and
    the mean that the precisions weigh (Thompson, "On the likelihood that one unknown probability exceeds another",
    1933; Russo et al., "A tutorial on Thompson sampling", 2018, section 4.3). Probabilities are by quadrature.

    Parameters
    ----------
    deviation : float
        Of the rewards, above 0 and finite, in the units of the values. As it goes to 0 the policy becomes greedy.
    prior_mean : float
        Finite.
    prior_deviation : float
        In (0, inf]. With inf, the flat prior, untaken actions come first.

    Raises
    ------
    ValueError, TypeError
        For parameters out of bounds; when called, without visits, for wrong ones, and for values that are not finite.

    Examples
    --------
    >>> GaussianThompson(1.0)([0.5, 0.0], visits=[4, 4]).probs.round(6)
    array([0.76025, 0.23975])
    >>> GaussianThompson(1.0, prior_deviation=1.0)([0.0, 0.0], visits=[0, 10]).probs.round(6)
    array([0.5, 0.5])
    """

    deviation: float = 1.0
    prior_mean: float = 0.0
    prior_deviation: float = np.inf

    def __post_init__(self) -> None:
        checked = _checks.number("deviation", self.deviation, least=0, most=_LARGEST, open_below=True)
        object.__setattr__(self, "deviation", checked)
        checked = _checks.number("prior_mean", self.prior_mean, least=-_LARGEST, most=_LARGEST)
        object.__setattr__(self, "prior_mean", checked)
        checked = _checks.number("prior_deviation", self.prior_deviation, least=0, open_below=True)
        object.__setattr__(self, "prior_deviation", checked)

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``, shape (..., K)."""
        known = Known(values, visits, where)
        # The prior counts as so many rewards; a flat one as none, and then an untaken action has no posterior.
        ratio = self.deviation / self.prior_deviation
        counts = known.visits + ratio**2
        if ratio > 0:
            known.untaken = np.zeros_like(known.untaken)
        shown = np.where(known.allowed & (known.visits > 0), known.values, self.prior_mean)
        share = known.visits / np.where(counts > 0, counts, 1.0)
        means = self.prior_mean + share * (shown - self.prior_mean) if ratio > 0 else shown
        scales = self.deviation / np.sqrt(np.where(counts > 0, counts, 1.0))
        return largest_of_scaled_noise(known, means, scales, _noise, _NORMAL_KNOTS, _log_density)


@dataclass(frozen=True, repr=False)
class BernoulliThompson(Expression):
    """Thompson sampling for rewards of 0 and 1: the largest of draws from Beta(alpha + successes, beta + failures).

    Of N(a) rewards with mean Q(a), N Q are successes, so the values must be averages (Thompson, 1933; Chapelle & Li,
    "An empirical evaluation of Thompson sampling", 2011, algorithm 2). Probabilities are by quadrature.

    Parameters
    ----------
    alpha, beta : float
        Of the prior, above 0 and finite; 1 and 1 are uniform.

    Raises
    ------
    ValueError, TypeError
        For parameters out of bounds; when called, without visits, for wrong ones, and for values outside [0, 1].

    Examples
    --------
    >>> BernoulliThompson()([0.0, 1.0], visits=[1, 1]).probs.round(6)
    array([0.166667, 0.833333])
    >>> BernoulliThompson()([0.0, 0.0], visits=[0, 0]).probs
    array([0.5, 0.5])
    """

    alpha: float = 1.0
    beta: float = 1.0

    def __post_init__(self) -> None:
        for name in ("alpha", "beta"):
            checked = _checks.number(name, getattr(self, name), least=0, most=_LARGEST, open_below=True)
            object.__setattr__(self, name, checked)

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``, shape (..., K)."""
        known = Known(values, visits, where)
        rates = np.where(known.allowed & ~known.untaken, known.values, 0.5)
        _checks.require_entries((rates >= 0) & (rates <= 1), "values", "in [0, 1], as averages of 0 and 1", rates)
        successes, failures = self.alpha + rates * known.visits, self.beta + (1 - rates) * known.visits
        allowed, count = known.allowed, rates.shape[-1]

        def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
            return np.where(allowed, rng.beta(successes, failures, size=shape + rates.shape), -np.inf)

        def compute() -> Any:
            probs = _largest_beta(successes.reshape(-1, count), failures.reshape(-1, count), allowed.reshape(-1, count))
            return probs.reshape(rates.shape).astype(known.dtype, copy=False)

        return LargestDraw(draw, compute)


def _largest_beta(a: Floats, b: Floats, allowed: NDArray[np.bool_]) -> Any:
    """Give the probability of each to be the largest of Beta(a, b) draws, in y = log(x / (1 - x)): smooth there."""
    from scipy.special import betaln

    centre, width = np.log(a / b)[..., np.newaxis], np.sqrt(1 / a + 1 / b)[..., np.newaxis]
    # Exponential tails of rates a and b, and a bell between them.
    left = centre - 40 / a[..., np.newaxis] * _LOGISTIC_KNOTS[::-1] - 2 * width
    right = centre + 40 / b[..., np.newaxis] * _LOGISTIC_KNOTS + 2 * width
    bell = centre + width * _NORMAL_KNOTS
    knots = np.sort(np.concatenate([left, bell, right], axis=-1), axis=-1)
    norm = betaln(a, b)

    def density(y: Floats, rows: slice) -> Any:
        first, second = a[rows][:, np.newaxis], b[rows][:, np.newaxis]
        return first * y - (first + second) * np.logaddexp(0.0, y) - norm[rows][:, np.newaxis]

    return largest_probabilities(knots, allowed, density)
