"""Thompson sampling: the largest of draws from the posteriors of the actions' means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann._numerics import log_gamma_draws
from boltzmann.acting import Acting
from boltzmann.arrays import QUIET, Bools, Floats, Input, Mask, Step, Values
from boltzmann.bounds import Real
from boltzmann.categorical import Categorical
from boltzmann.laws import Functions, Named, Number, Pass, PolicyLaw, Results, StepNumber, noise_law
from boltzmann.policies._choice import largest_probabilities
from boltzmann.policies._noise import ScaledNoise
from boltzmann.policies.indices import PolicyInputs

_AVERAGES = "in [0, 1], as averages of 0 and 1"
_SERIES_FROM = 16.0
"""From this argument on, five terms of the series for log Gamma are exact to rounding."""
_NORMAL_KNOTS = np.linspace(-8.4, 8.4, 15)
_LOGISTIC_KNOTS = np.array([0.05, 0.12, 0.22, 0.36, 0.6, 1.0])


def _noise(rng: Any, shape: tuple[int, ...]) -> Floats:
    return np.asarray(rng.standard_normal(shape))


def _log_density(z: Floats) -> Any:
    return -0.5 * z**2 - 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True, repr=False)
class GaussianThompson(Acting):
    """Thompson sampling for Gaussian rewards of known deviation: the largest of draws from the posteriors of the means.

    After N(a) rewards of mean Q(a) the posterior is normal. Its precision is N / deviation^2 + 1 / prior_deviation^2;
    its mean weighs Q(a) and the prior mean by their precisions (Thompson, "On the likelihood that one unknown
    probability exceeds another", 1933; Russo et al., "A tutorial on Thompson sampling", 2018, section 4.3).
    Probabilities are computed by quadrature.

    Parameters
    ----------
    deviation : float
        Deviation of the rewards, in (0, inf), in the units of the values. Towards 0 the policy becomes greedy.
    prior_mean : float
        In (-inf, inf).
    prior_deviation : float
        In (0, inf]. inf is the flat prior, with which untaken actions come first.

    Raises
    ------
    ValueError
        In a call without visits, or with values that are not finite.

    Examples
    --------
    >>> GaussianThompson(1.0)([0.5, 0.0], visits=[4, 4]).probs.round(6)
    array([0.76025, 0.23975])
    >>> GaussianThompson(1.0, prior_deviation=1.0)([0.0, 0.0], visits=[0, 10]).probs.round(6)
    array([0.5, 0.5])
    """

    reads: ClassVar[frozenset[str]] = frozenset({"visits"})

    deviation: Annotated[float, Real("(0, inf)")] = 1.0
    prior_mean: Annotated[float, Real("(-inf, inf)")] = 0.0
    prior_deviation: Annotated[float, Real("(0, inf]")] = np.inf

    @QUIET
    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K)."""
        inputs = PolicyInputs(values, visits, where)
        ratio = self.deviation / self.prior_deviation
        taken = inputs.allowed & (inputs.visits > 0)
        means_or_prior = np.where(taken, inputs.values, self.prior_mean)
        # The prior counts as ratio^2 rewards. A flat prior counts as none, so untaken actions have no posterior.
        share = np.where(taken, 1 / (1 + (ratio / np.sqrt(np.maximum(inputs.visits, 1.0))) ** 2), 0.0)
        scales = np.minimum(self.deviation / np.hypot(np.sqrt(inputs.visits), ratio), self.prior_deviation)
        if ratio > 0:
            inputs.untaken = np.zeros_like(inputs.untaken)
            means = self.prior_mean + share * (means_or_prior - self.prior_mean)
        else:
            means = means_or_prior
        return inputs.largest_draw(ScaledNoise(inputs, means, scales, _noise, _NORMAL_KNOTS, _log_density))

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""
        flat = self.prior_deviation == np.inf

        def mean(m: Functions, action: Named, row: Named) -> Number:
            if flat:
                return action.q
            odds = row.ratio / m.sqrt(m.maximum(action.visits, 1.0))
            share = m.where(action.visits > 0, 1 / (1 + odds * odds), 0.0)
            above = m.where(action.visits > 0, action.q, row.prior_mean) - row.prior_mean
            return row.prior_mean + share * above

        def scale(m: Functions, action: Named, row: Named) -> Number:
            if flat:
                return row.deviation / m.sqrt(m.maximum(action.visits, 1.0))
            return m.minimum(row.deviation / m.hypot(m.sqrt(action.visits), row.ratio), row.prior_deviation)

        numbers = {"deviation": StepNumber(self.deviation)}
        if not flat:
            numbers |= {
                "ratio": StepNumber(self.deviation / self.prior_deviation),
                "prior_mean": StepNumber(self.prior_mean, "(-inf, inf)"),
                "prior_deviation": StepNumber(self.prior_deviation),
            }
        return noise_law(mean, scale, "normal", numbers, untaken_first=flat)


@dataclass(frozen=True, repr=False)
class BernoulliThompson(Acting):
    """Thompson sampling for rewards of 0 and 1: the largest of draws from Beta(alpha + successes, beta + failures).

    N(a) rewards of mean Q(a) hold N Q successes, so the values must be averages (Thompson, 1933; Chapelle & Li, "An
    empirical evaluation of Thompson sampling", 2011, algorithm 2). Probabilities are computed by quadrature.

    Parameters
    ----------
    alpha, beta : float
        Parameters of the prior, in (0, inf); 1 and 1 are the uniform prior.

    Raises
    ------
    ValueError
        In a call without visits, or with values outside [0, 1].

    Examples
    --------
    >>> BernoulliThompson()([0.0, 1.0], visits=[1, 1]).probs.round(6)
    array([0.166667, 0.833333])
    >>> BernoulliThompson()([0.0, 0.0], visits=[0, 0]).probs
    array([0.5, 0.5])
    """

    reads: ClassVar[frozenset[str]] = frozenset({"visits"})

    alpha: Annotated[float, Real("(0, inf)")] = 1.0
    beta: Annotated[float, Real("(0, inf)")] = 1.0

    @QUIET
    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K)."""
        inputs = PolicyInputs(values, visits, where)
        rates = np.where(inputs.allowed & ~inputs.untaken, inputs.values, 0.5)
        checks.require_entries((rates >= 0) & (rates <= 1), "values", _AVERAGES, rates)
        successes = np.asarray(self.alpha + rates * inputs.visits, dtype=np.float64)
        failures = np.asarray(self.beta + (1 - rates) * inputs.visits, dtype=np.float64)
        return inputs.largest_draw(_BetaLaw(successes, failures, inputs.allowed, inputs.dtype))

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""
        numbers = {"alpha": StepNumber(self.alpha, "(0, inf)"), "beta": StepNumber(self.beta, "(0, inf)")}
        farthest = Pass(_outside, largest=("outside",), first={"farthest": "outside"})
        visits = frozenset({"visits"})
        return PolicyLaw(_score, (farthest,), numbers, visits, "log odds", requires=_averages, shapes=_shapes)


def _outside(m: Functions, action: Named, row: Named) -> Results:
    taken = (action.q > -np.inf) & (action.visits > 0)
    return {"outside": m.where(taken, m.maximum(-action.q, action.q - 1.0), -np.inf), "farthest": action.q}


def _averages(m: Functions, row: Named) -> dict[str, tuple[Number, Number]]:
    return {f"values must be {_AVERAGES}": (row.outside <= 0, row.farthest)}


def _shapes(m: Functions, action: Named, row: Named) -> tuple[Number, Number]:
    taken = (action.q > -np.inf) & (action.visits > 0)
    # Others are refused, but after the draw, which would not end.
    rate = m.where(taken, m.minimum(m.maximum(action.q, 0.0), 1.0), 0.5)
    return row.alpha + rate * action.visits, row.beta + (1.0 - rate) * action.visits


def _score(m: Functions, action: Named, row: Named) -> Number:
    return m.where(action.q > -np.inf, action.noise, -np.inf)


@dataclass(frozen=True, eq=False)
class _BetaLaw:
    """Draws x of Beta(a, b) as y = log(x / (1 - x)): the density of y is smooth, and no draw rounds to 0 or 1."""

    a: Floats
    b: Floats
    allowed: Bools
    dtype: Any

    def draw(self, rng: Any, shape: tuple[int, ...]) -> Floats:
        """Draw for every row and action; shape ``shape + (..., K)``."""
        shapes = np.stack([self.a, self.b], axis=-1)
        shape += shapes.shape
        drawn = log_gamma_draws(shapes, rng.standard_normal(shape), rng.standard_exponential(shape))
        return np.where(self.allowed, drawn[..., 0] - drawn[..., 1], -np.inf)

    def probabilities(self) -> Any:
        """Return the probability of each action to have the largest draw; shape (..., K)."""
        count = self.a.shape[-1]
        a, b, allowed = self.a.reshape(-1, count), self.b.reshape(-1, count), self.allowed.reshape(-1, count)
        return _largest_beta(a, b, allowed).reshape(self.a.shape).astype(self.dtype, copy=False)


def _largest_beta(a: Floats, b: Floats, allowed: Bools) -> Any:
    """Return the probability of each action to have the largest of the Beta(a, b) draws."""
    mode, width = np.log(a) - np.log(b), np.sqrt(1 / a + 1 / b)
    # The density has exponential tails of rates a and b, and a bell between them.
    left = -40 / a[..., np.newaxis] * _LOGISTIC_KNOTS[::-1] - 2 * width[..., np.newaxis]
    right = 40 / b[..., np.newaxis] * _LOGISTIC_KNOTS + 2 * width[..., np.newaxis]
    knots = mode[..., np.newaxis] + np.sort(
        np.concatenate([left, width[..., np.newaxis] * _NORMAL_KNOTS, right], axis=-1), axis=-1
    )
    # For large a and b the gamma functions cancel, so only the remainders of Stirling's formula are added.
    peak = 0.5 * np.log(a / (a + b) * b / (2 * np.pi)) - _stirling(a) - _stirling(b) + _stirling(a + b)

    def density(y: Floats, rows: NDArray[np.intp]) -> Any:
        first, second = a[rows][:, np.newaxis], b[rows][:, np.newaxis]
        total = first + second
        t = y - mode[rows][:, np.newaxis]
        near = np.log1p(first / total * np.expm1(np.clip(t, -1.0, 1.0)))
        far = np.logaddexp(np.log(second / total), np.log(first / total) + t)
        return first * t - total * np.where(np.abs(t) < 1, near, far) + peak[rows][:, np.newaxis]

    return largest_probabilities(knots, allowed, density)


def _stirling(x: Floats) -> Floats:
    """Return log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), from x = 16 on by its series."""
    from scipy.special import gammaln

    small, large = np.minimum(x, _SERIES_FROM), np.maximum(x, _SERIES_FROM)
    exact = gammaln(small) - ((small - 0.5) * np.log(small) - small + 0.5 * np.log(2 * np.pi))
    square = large**-2.0
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / large
    return np.where(x < _SERIES_FROM, exact, series)
