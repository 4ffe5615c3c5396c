"""The quantities of a Gibbs distribution, each a formula over its scores, for every array library alike.

Rows keep the axis of the actions (see ``boltzmann._numerics.scores``). If a limit differs from the formula, the
temperature's value selects the limit. No infinity reaches the arithmetic, so that derivatives stay free of NaN.
"""

from __future__ import annotations

import numpy as np

from boltzmann._numerics.exponents import mean_score, rare_weights, roots_of_weights, weighted
from boltzmann._numerics.scores import Scores
from boltzmann._numerics.shared import relative_excess
from boltzmann.arrays import LARGEST, NUMPY, Array

_LEAST_EXPM1 = -0.5
"""Above this value of expm1, log1p of it is more accurate than the log of the exponential."""
_MOST_EXPM1 = 0.5
"""Above this exponent its exponential less 1 loses no digit."""
_HUGE = 2.0**-26
"""Above this fraction of the largest float T log Z may overflow although the soft value is moderate."""


def probs(scores: Scores) -> Array:
    """Probabilities, shape (..., K), in [0, 1]; equal among the maximisers at T = 0, the prior at T = inf."""
    if scores.xp is NUMPY:
        return scores.normalised_weights() if scores.equal else scores.quietly_normalised_weights()
    # `total` is one more than `rest`; asking for `rest` saves two calls here.
    return scores.weights / (1.0 + scores.rest)


def log_probs(scores: Scores) -> Array:
    """Log-probabilities, shape (..., K), in [-inf, 0]; accurate where a probability underflows or is near 1."""
    return scores.scores - scores.xp.log1p(scores.rest)


def log_partition(scores: Scores) -> Array:
    """Log Z = log sum_a prior(a) exp(Q(a) / T), shape (...).

    As T goes to 0, log Z goes to the sign of max Q times inf, or for max Q = 0 to the log of the maximisers' prior
    mass. At T = inf it is the log of the prior mass of the allowed actions.
    """
    if not scores.ends:
        return scores.likeliest / scores.temperature + scores.log_mass
    xp, temperature = scores.xp, _temperatures(scores)
    cold, hot = temperature == 0, xp.isinf(temperature)
    scaled = scores.likeliest / xp.where(cold | hot, 1.0, temperature)
    endless = xp.where(scores.peak > 0, xp.full_like(scores.peak, np.inf), -np.inf)
    scaled = xp.where(hot, 0.0 * scores.peak, xp.where(cold & (scores.peak != 0), endless, scaled))
    mass = scores.log_mass if scores.prior is None else xp.where(hot, _log_prior_mass(scores), scores.log_mass)
    return xp.where(xp.isinf(scores.maximum), scores.maximum, scaled + mass)


def mellowmax(scores: Scores) -> Array:
    """T log(Z / sum of priors), shape (...): max Q at T = 0, the prior mean of Q at T = inf.

    Asadi & Littman, "An alternative softmax operator for reinforcement learning", 2017, with omega = 1 / T.
    """
    xp, weights = scores.xp, _live_prior(scores)
    mass = scores.sum(weights)
    logs = _log_mean(scores, weights, mass)
    rounding = float(xp.finfo(scores.peak.dtype).eps) ** 2
    if xp is NUMPY and not scores.ends and np.min(np.abs(logs), initial=1.0) > rounding:
        return _above_likeliest(scores, logs)
    # If T is so much larger than the range, quotients may underflow, and the prior mean is exact to rounding.
    ranges = -xp.min(scores.centred, axis=scores.axis, keepdims=True)
    hot = ranges < _temperatures(scores) * rounding * scores.scale
    prior_mean = (scores.likeliest * scores.scale + scores.sum(weights / mass * scores.around)) / scores.scale
    return _above_likeliest(scores, logs, hot, prior_mean)


def mellowmax_loss(scores: Scores) -> Array:
    """Max Q - mellowmax to full relative accuracy, for 0 < T < inf."""
    weights = _live_prior(scores)
    above = scores.peak - scores.likeliest
    return above - scores.temperature * _log_mean(scores, weights, scores.sum(weights))


def _log_mean(scores: Scores, weights: Array, mass: Array) -> Array:
    """Log of the prior mean of exp((Q - Q(likeliest)) / T); rows."""
    xp, exponents = scores.xp, _prior_free(scores)
    above = exponents > _MOST_EXPM1
    excess = weights * xp.expm1(xp.where(above, 0.0, exponents))
    if scores.prior is not None:
        # A large exponential may overflow, but not its product with the prior, at most the likeliest action's prior.
        excess = xp.where(above, scores.weights * scores.its_prior - weights, excess)
    # If the mean of the exponentials is near 1, take 1 + mean of expm1 for it; else the mean itself is accurate.
    shortfall = scores.sum(xp.where(scores.weights > 0, excess, -weights)) / mass
    near = shortfall > _LEAST_EXPM1
    return xp.where(near, xp.log1p(xp.where(near, shortfall, 0.0)), scores.log_mass - xp.log(mass))


def soft_value(scores: Scores) -> Array:
    """T log Z, shape (...), in the units of the values.

    As T goes to 0 it tends to max Q. As T goes to inf it tends to the sign of log(sum of priors) times inf. If the
    priors sum to 1 (within K units in the last place), it tends to the prior mean of Q instead.
    """
    xp = scores.xp
    if scores.prior is None:
        if not scores.ends:
            return _above_likeliest(scores, scores.log_mass)
        several = scores.sum(xp.astype(scores.live, scores.peak.dtype)) > 1
        hot = xp.isinf(_temperatures(scores))
        return _above_likeliest(scores, scores.log_mass, hot, xp.where(several, np.inf, scores.peak))
    log_mass = _log_prior_mass(scores)
    # For a normalised prior, T log(mass) is 0 at every T, inf included.
    unnormalised = log_mass != 0
    half = _halving(scores)
    added = xp.where(unnormalised, xp.where(unnormalised, _temperatures(scores) * half, 1.0) * log_mass, 0.0)
    return xp.where(xp.isinf(scores.maximum), scores.maximum, (mellowmax(scores) * half + added) / half)


def _log_prior_mass(scores: Scores) -> Array:
    """Log of the sum of the live actions' priors, 0 if the sum is 1 but for rounding; rows."""
    xp, prior = scores.xp, _live_prior(scores)
    mass = scores.sum(prior)
    rounding = prior.shape[scores.axis] * float(xp.finfo(scores.peak.dtype).eps)
    return xp.where(xp.abs(mass - 1) <= rounding, 0.0, xp.log(mass))


def _above_likeliest(scores: Scores, logs: Array, hot: Array | None = None, hot_value: Array | float = 0.0) -> Array:
    """Q(likeliest) + T logs: max Q at T = 0, the given value where ``hot``, and +inf if the maximum is."""
    xp, temperature = scores.xp, scores.temperature
    if hot is None and xp is NUMPY:
        largest = temperature if isinstance(temperature, float) else np.max(temperature, initial=0.0)
        if largest <= LARGEST * _HUGE:
            return scores.likeliest + temperature * logs
    hot = xp.zeros_like(logs, dtype=xp.bool) if hot is None else hot
    factor = scores.scale * _halving(scores)
    above = (scores.likeliest * factor + xp.where(hot, 1.0, _temperatures(scores)) * (factor * logs)) / factor
    return xp.where(xp.isinf(scores.maximum), scores.maximum, xp.where(hot, hot_value, above))


def _halving(scores: Scores) -> Array:
    """Return 1/2 where T log Z may overflow although its sum with a value is moderate, else 1; rows."""
    xp, temperature = scores.xp, _temperatures(scores)
    return xp.where(temperature > float(xp.finfo(scores.peak.dtype).max) * _HUGE, 0.5, xp.ones_like(temperature))


def entropy(scores: Scores) -> Array:
    """-sum_a p(a) log p(a) in nats, shape (...), from 0 to log K.

    At T = 0 it is the entropy of the prior over the maximisers (0 for a single one), at T = inf of the prior.
    Small entropies keep full relative accuracy.
    """
    # In log(total) - sum p score no term is negative, so nothing cancels.
    return scores.xp.log1p(scores.rest) - mean_score(scores)


def mean(scores: Scores) -> Array:
    """E[Q] under the distribution, shape (...): max Q at T = 0, the prior mean at T = inf."""
    xp, above = scores.xp, scores.sum(weighted(scores, scores.around))
    result = (scores.likeliest * scores.scale + above) / scores.scale
    return xp.where(xp.isinf(scores.maximum), scores.maximum, result)


def variance(scores: Scores) -> Array:
    """Variance of Q under the distribution, shape (...): 0 at T = 0, the prior's at T = inf."""
    xp = scores.xp
    deviations = scores.around - scores.sum(weighted(scores, scores.around))
    large = xp.abs(deviations) > float(xp.finfo(deviations.dtype).max) ** 0.5 * scores.scale / 2
    moderate = xp.where(large, 0.0, deviations)
    squares = _probs(scores) * (_where_drawn(scores, moderate) / scores.scale) ** 2
    rare = rare_weights(scores) | large & scores.live
    if xp is NUMPY and not np.any(rare):
        return scores.sum(squares)
    # The root of a probability times a deviation overflows only if the variance does.
    roots = roots_of_weights(scores, rare) / scores.total**0.5 * xp.where(rare, deviations, 0.0) / scores.scale
    return scores.sum(xp.where(rare, roots**2, squares))


def heat_capacity(scores: Scores) -> Array:
    """Variance / T^2 = -d E[Q] / dT, shape (...), dimensionless: 0 at both ends."""
    scaled = _prior_free(scores)
    deviations = _where_drawn(scores, scaled - scores.sum(_probs(scores) * scaled))
    return scores.sum(_probs(scores) * deviations**2)


def greedy_probability(scores: Scores) -> Array:
    """Mass on the maximisers, shape (...): 1 at T = 0, their share of the prior at T = inf."""
    return scores.sum(scores.xp.where(scores.maximisers, scores.weights, 0.0 * scores.weights)) / scores.total


def exploration_probability(scores: Scores) -> Array:
    """Mass off the maximisers, shape (...): 1 - greedy_probability without cancellation."""
    return scores.sum(scores.xp.where(scores.maximisers, 0.0 * scores.weights, scores.weights)) / scores.total


def temperature_derivative(scores: Scores) -> Array:
    """D p / d T, shape (..., K): 0 at both ends."""
    xp = scores.xp
    scaled = _prior_free(scores)
    slope = _probs(scores) * _where_drawn(scores, scores.sum(_probs(scores) * scaled) - scaled)
    if not scores.ends:
        return slope / scores.temperature
    temperature = _temperatures(scores)
    end = (temperature == 0) | xp.isinf(temperature)
    return xp.where(end, 0.0, slope / xp.where(end, 1.0, temperature))


def mode(scores: Scores) -> Array:
    """Most probable action, the first among equals; integers of shape (...)."""
    return scores.xp.argmax(scores.scores, axis=scores.axis)


def _live_prior(scores: Scores) -> Array:
    """Prior of live actions, 1 by default, and 0 for others."""
    if scores.prior is None:
        return scores.xp.astype(scores.live, scores.peak.dtype)
    return scores.xp.where(scores.live, scores.prior, 0.0)


def expected_loss(scores: Scores) -> Array:
    """Max Q - E[Q], shape (...): 0 at T = 0."""
    return -scores.sum(weighted(scores, scores.centred)) / scores.scale


def kl_to_prior(scores: Scores) -> Array:
    """KL(p || prior) in nats, shape (...), to full relative accuracy: 0 at T = inf.

    The divergence is the prior mean of e^y y - (e^y - 1) with e^y = p / prior. All terms are at least 0.
    """
    xp, weights = scores.xp, _live_prior(scores)
    mass = scores.sum(weights)
    y = _prior_free(scores) - _log_mean(scores, weights, mass)
    terms = xp.where(scores.weights > 0, relative_excess(xp, y), 1.0)
    return scores.sum(weights * terms) / mass


def _probs(scores: Scores) -> Array:
    return scores.weights / scores.total


def _where_drawn(scores: Scores, terms: Array) -> Array:
    """Replace the terms of actions of probability 0 by 0."""
    return scores.xp.where(scores.weights > 0, terms, 0.0)


def _prior_free(scores: Scores) -> Array:
    """(Q - Q(likeliest)) / T for actions with weight, 0 for others."""
    # Subtracting log(prior) from the scores again would lose all digits at large T.
    return scores.xp.where(scores.weights > 0, scores.exponents_around, 0.0)


def _temperatures(scores: Scores) -> Array:
    """Return the temperature as an array."""
    temperature = scores.temperature
    return scores.xp.asarray(temperature, dtype=scores.peak.dtype) if isinstance(temperature, float) else temperature
