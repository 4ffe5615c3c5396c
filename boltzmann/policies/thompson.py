"""Thompson sampling: the largest of draws from the posteriors of the actions' means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.categorical import Categorical
from boltzmann.notation import Expression
from boltzmann.policies._choice import largest_probabilities
from boltzmann.policies._noise import scaled_noise
from boltzmann.policies.indices import Known

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

    reads: ClassVar[frozenset[str]] = frozenset({"visits"})

    deviation: float = 1.0
    prior_mean: float = 0.0
    prior_deviation: float = np.inf

    def __post_init__(self) -> None:
        checked = checks.number("deviation", self.deviation, least=0, most=_LARGEST, open_below=True)
        object.__setattr__(self, "deviation", checked)
        checked = checks.number("prior_mean", self.prior_mean, least=-_LARGEST, most=_LARGEST)
        object.__setattr__(self, "prior_mean", checked)
        checked = checks.number("prior_deviation", self.prior_deviation, least=0, open_below=True)
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
        ratio = self.deviation / self.prior_deviation
        taken = known.allowed & (known.visits > 0)
        shown = np.where(taken, known.values, self.prior_mean)
        # The prior counts as ratio^2 rewards; a flat one as none, and then an untaken action has no posterior.
        with np.errstate(over="ignore", under="ignore", divide="ignore"):
            share = np.where(taken, 1 / (1 + (ratio / np.sqrt(np.maximum(known.visits, 1.0))) ** 2), 0.0)
            scales = np.minimum(self.deviation / np.hypot(np.sqrt(known.visits), ratio), self.prior_deviation)
        if ratio > 0:
            known.untaken = np.zeros_like(known.untaken)
            means = self.prior_mean + share * (shown - self.prior_mean)
        else:
            means = shown
        return known.largest_draw(scaled_noise(known, means, scales, _noise, _NORMAL_KNOTS, _log_density))


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

    reads: ClassVar[frozenset[str]] = frozenset({"visits"})

    alpha: float = 1.0
    beta: float = 1.0

    def __post_init__(self) -> None:
        for name in ("alpha", "beta"):
            checked = checks.number(name, getattr(self, name), least=0, most=_LARGEST, open_below=True)
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
        checks.require_entries((rates >= 0) & (rates <= 1), "values", "in [0, 1], as averages of 0 and 1", rates)
        successes = np.asarray(self.alpha + rates * known.visits, dtype=np.float64)
        failures = np.asarray(self.beta + (1 - rates) * known.visits, dtype=np.float64)
        return known.largest_draw(BetaLaw(successes, failures, known.allowed, known.dtype))


@dataclass(frozen=True, eq=False)
class BetaLaw:
    """Draws of Beta(a, b) as y = log(x / (1 - x)), where all is smooth and no draw rounds to 0 or 1."""

    a: Floats
    b: Floats
    allowed: NDArray[np.bool_]
    dtype: Any

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        """Draw for every row and action; shape ``shape + (..., K)``."""
        shape += self.a.shape
        drawn = _log_gamma_draws(rng, self.a, shape) - _log_gamma_draws(rng, self.b, shape)
        return np.where(self.allowed, drawn, -np.inf)

    def probabilities(self) -> Any:
        """Give the probability of each action to have the largest draw; shape (..., K)."""
        count = self.a.shape[-1]
        a, b, allowed = self.a.reshape(-1, count), self.b.reshape(-1, count), self.allowed.reshape(-1, count)
        return _largest_beta(a, b, allowed).reshape(self.a.shape).astype(self.dtype, copy=False)


def _log_gamma_draws(rng: np.random.Generator, a: Floats, shape: tuple[int, ...]) -> Floats:
    """Draw logarithms of Gamma(a): that of Gamma(a + 1) and log(uniform) / a, which underflow for no a."""
    return np.asarray(np.log(rng.standard_gamma(a + 1, shape)) - rng.standard_exponential(shape) / a)


def _largest_beta(a: Floats, b: Floats, allowed: NDArray[np.bool_]) -> Any:
    """Give the probability of each to be the largest of Beta(a, b) draws."""
    mode, width = np.log(a) - np.log(b), np.sqrt(1 / a + 1 / b)
    # Exponential tails of rates a and b, and a bell between them.
    left = -40 / a[..., np.newaxis] * _LOGISTIC_KNOTS[::-1] - 2 * width[..., np.newaxis]
    right = 40 / b[..., np.newaxis] * _LOGISTIC_KNOTS + 2 * width[..., np.newaxis]
    knots = mode[..., np.newaxis] + np.sort(
        np.concatenate([left, width[..., np.newaxis] * _NORMAL_KNOTS, right], axis=-1), axis=-1
    )
    # By what Stirling's formula leaves over: gamma functions themselves cancel where a and b are large.
    peak = 0.5 * np.log(a / (a + b) * b / (2 * np.pi)) - _stirling(a) - _stirling(b) + _stirling(a + b)

    def density(y: Floats, rows: slice) -> Any:
        first, second = a[rows][:, np.newaxis], b[rows][:, np.newaxis]
        total = first + second
        t = y - mode[rows][:, np.newaxis]
        near = np.log1p(first / total * np.expm1(np.clip(t, -1.0, 1.0)))
        far = np.logaddexp(np.log(second / total), np.log(first / total) + t)
        return first * t - total * np.where(np.abs(t) < 1, near, far) + peak[rows][:, np.newaxis]

    return largest_probabilities(knots, allowed, density)


def _stirling(x: Floats) -> Floats:
    """Give log Gamma(x) less (x - 1/2) log x - x + log(2 pi) / 2; its series from 16 on."""
    from scipy.special import gammaln

    small, large = np.minimum(x, 16.0), np.maximum(x, 16.0)
    exact = gammaln(small) - ((small - 0.5) * np.log(small) - small + 0.5 * np.log(2 * np.pi))
    square = large**-2.0
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / large
    return np.where(x < 16, exact, series)
