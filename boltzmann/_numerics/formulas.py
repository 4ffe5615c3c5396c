"""The quantities of a Gibbs distribution, each a formula over its scores, for every array library alike.

Rows keep the axis of the actions (see ``boltzmann._numerics.scores``). Where a limit differs from the formula it is
chosen by value, and no infinity reaches the arithmetic, so that derivatives stay free of NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann._numerics.scores import Scores
from boltzmann._numerics.shared import relative_excess

_LARGE = 2**16
"""From so many entries on, the memory decides."""


def probs(it: Scores) -> Any:
    """Probabilities, shape (..., K), in [0, 1]; equal among the maximisers at T = 0, the prior at T = inf."""
    if it.xp is not np or it.weights.size < _LARGE:
        return it.weights / it.total
    # A second large array would cost more than the division: the weights become the probabilities, in their place,
    # and are made again if anything asks for them.
    total = it.total
    it.normalised = it.__dict__.pop("weights")
    return np.divide(it.normalised, total, out=it.normalised)


def log_probs(it: Scores) -> Any:
    """Log-probabilities, shape (..., K), in [-inf, 0]; accurate where a probability underflows or is near 1."""
    return it.scores - it.xp.log1p(it.rest)


def log_partition(it: Scores) -> Any:
    """Log Z = log sum_a prior(a) exp(Q(a) / T), shape (...).

    As T goes to 0 it goes to the sign of max Q times inf, or to the log of the maximisers' prior mass where
    max Q = 0; at T = inf it is the log of the prior mass of what is allowed.
    """
    with np.errstate(over="ignore"):
        if not it.ends:
            return it.maximum / it.temperature + it.log_mass
        xp, heat = it.xp, _array(it.xp, it.temperature, it.peak)
        cold, hot = heat == 0, xp.isinf(heat)
        scaled = it.peak / xp.where(cold | hot, 1.0, heat)
        endless = xp.where(it.peak > 0, xp.asarray(np.inf, dtype=it.peak.dtype), -np.inf)
        scaled = xp.where(hot, 0.0 * it.peak, xp.where(cold & (it.peak != 0), endless, scaled))
        mass = it.log_mass if it.prior is None else xp.where(hot, _log_prior_mass(it), it.log_mass)
        return xp.where(xp.isinf(it.maximum), it.maximum, scaled + mass)


def mellowmax(it: Scores) -> Any:
    """T log(Z / sum of priors), shape (...): max Q at T = 0, the prior mean of Q at T = inf.

    Asadi & Littman, "An alternative softmax operator for reinforcement learning", 2017, with omega = 1 / T.
    """
    weights = _live_prior(it)
    mass = it.sum(weights)
    logs = _log_mean(it, weights, mass)
    if not it.ends:
        return _above_maximum(it, logs, 0.0)
    with np.errstate(over="ignore"):
        prior_mean = (it.peak * it.scale + it.sum(weights / mass * it.centred)) / it.scale
    return _above_maximum(it, logs, prior_mean)


def mellowmax_loss(it: Scores) -> Any:
    """Give max Q - mellowmax to full relative accuracy, for 0 < T < inf."""
    weights = _live_prior(it)
    return -it.temperature * _log_mean(it, weights, it.sum(weights))


def _log_mean(it: Scores, weights: Any, mass: Any) -> Any:
    """Log of the prior mean of exp((Q - max Q) / T); rows."""
    xp = it.xp
    # Near 1 the mean of the exponentials is 1 + mean of expm1, and far from 1 it is itself.
    shortfall = it.sum(weights * xp.where(it.weights > 0, xp.expm1(_prior_free(it)), -1.0)) / mass
    near = shortfall > -0.5
    return xp.where(near, xp.log1p(xp.where(near, shortfall, 0.0)), it.log_mass - xp.log(mass))


def soft_value(it: Scores) -> Any:
    """T log Z, shape (...), in the units of the values.

    It tends to max Q as T goes to 0. As T goes to inf it tends to the sign of log(sum of priors) times inf, and
    where the priors sum to 1 (within K units in the last place), to the prior mean of Q.
    """
    xp = it.xp
    if it.prior is None:
        if not it.ends:
            return _above_maximum(it, it.log_mass, 0.0)
        several = it.sum(xp.astype(it.live, it.peak.dtype)) > 1
        return _above_maximum(it, it.log_mass, xp.where(several, np.inf, it.peak))
    log_mass = _log_prior_mass(it)
    # T log(mass) of a normalised prior is 0 at every T, inf included.
    known = log_mass != 0
    heat = _array(xp, it.temperature, it.peak)
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = mellowmax(it) + xp.where(known, xp.where(known, heat, 1.0) * log_mass, 0.0)
        return xp.where(xp.isinf(it.maximum), it.maximum, shifted)


def _log_prior_mass(it: Scores) -> Any:
    """Log of the sum of the priors of what is live, 0 where that is 1 but for rounding; rows."""
    xp, mass = it.xp, it.sum(_live_prior(it))
    rounding = it.prior.shape[it.axis] * float(xp.finfo(it.peak.dtype).eps)
    return xp.where(xp.abs(mass - 1) <= rounding, 0.0, xp.log(mass))


def _above_maximum(it: Scores, logs: Any, hot_value: Any) -> Any:
    """Max Q + T logs, with max Q at T = 0, the given value at T = inf, and +inf where that is the maximum."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if not it.ends and it.xp is np and it.scale == 1.0:
            # The sum may be moderate where T logs overflows.
            half = 0.5 if np.max(it.temperature, initial=0.0) > 1e300 else 1.0
            return (it.peak * half + it.temperature * half * logs) / half
        xp = it.xp
        heat = _array(xp, it.temperature, it.peak)
        hot = xp.isinf(heat)
        above = (it.peak * it.scale + xp.where(hot, 1.0, heat) * it.scale * logs) / it.scale
        return xp.where(xp.isinf(it.maximum), it.maximum, xp.where(hot, hot_value, above))


def entropy(it: Scores) -> Any:
    """-sum_a p(a) log p(a) in nats, shape (...), from 0 to log K.

    At T = 0 it is the entropy of the prior over the maximisers (0 for a single one), at T = inf of the prior.
    It keeps full relative accuracy where it is small.
    """
    # log(total) - sum p score: no term is negative, so nothing cancels.
    return it.xp.log1p(it.rest) - it.mean_score()


def mean(it: Scores) -> Any:
    """E[Q] under the distribution, shape (...): max Q at T = 0, the prior mean at T = inf."""
    below = it.sum(_probs(it) * _where_drawn(it, it.centred))
    with np.errstate(over="ignore"):
        return it.xp.where(it.xp.isinf(it.maximum), it.maximum, (it.peak * it.scale + below) / it.scale)


def variance(it: Scores) -> Any:
    """Variance of Q under the distribution, shape (...): 0 at T = 0, the prior's at T = inf."""
    with np.errstate(over="ignore"):
        deviations = it.centred - it.sum(_probs(it) * _where_drawn(it, it.centred))
        return it.sum(_probs(it) * (_where_drawn(it, deviations) / it.scale) ** 2)


def heat_capacity(it: Scores) -> Any:
    """Variance / T^2 = d E[Q] / dT, shape (...), without unit: 0 at both ends."""
    scaled = _prior_free(it)
    deviations = _where_drawn(it, scaled - it.sum(_probs(it) * scaled))
    return it.sum(_probs(it) * deviations**2)


def greedy_probability(it: Scores) -> Any:
    """Mass on the maximisers, shape (...): 1 at T = 0, their share of the prior at T = inf."""
    return it.sum(it.xp.where(_best(it), it.weights, 0.0 * it.weights)) / it.total


def exploration_probability(it: Scores) -> Any:
    """Mass off the maximisers, 1 - greedy_probability without its cancellation, shape (...)."""
    return it.sum(it.xp.where(_best(it), 0.0 * it.weights, it.weights)) / it.total


def temperature_derivative(it: Scores) -> Any:
    """D p / d T, every action; 0 at both ends."""
    xp = it.xp
    scaled = _prior_free(it)
    slope = _probs(it) * _where_drawn(it, it.sum(_probs(it) * scaled) - scaled)
    if not it.ends:
        return slope / it.temperature
    heat = _array(xp, it.temperature, it.peak)
    end = (heat == 0) | xp.isinf(heat)
    return xp.where(end, 0.0, slope / xp.where(end, 1.0, heat))


def mode(it: Scores) -> Any:
    """Give the most probable action, the first of equals, integers of shape (...)."""
    return it.xp.argmax(it.scores, axis=it.axis)


def _live_prior(it: Scores) -> Any:
    """Give the prior, 1 by default, of what is live, else 0."""
    if it.prior is None:
        return it.xp.astype(it.live, it.peak.dtype)
    return it.xp.where(it.live, it.prior, 0.0)


def expected_loss(it: Scores) -> Any:
    """Give max Q - E[Q], shape (...): 0 at T = 0."""
    with np.errstate(over="ignore"):
        return -it.sum(_probs(it) * _where_drawn(it, it.centred)) / it.scale


def kl_to_prior(it: Scores) -> Any:
    """Give KL(p || prior) in nats, shape (...), to full relative accuracy: 0 at T = inf.

    It is the prior mean of e^y y - (e^y - 1) with e^y = p / prior, whose terms are all at least 0.
    """
    xp, weights = it.xp, _live_prior(it)
    mass = it.sum(weights)
    y = _prior_free(it) - _log_mean(it, weights, mass)
    terms = xp.where(it.weights > 0, relative_excess(xp, y), 1.0)
    return it.sum(weights * terms) / mass


def _probs(it: Scores) -> Any:
    return it.weights / it.total


def _best(it: Scores) -> Any:
    return it.live & (it.centred == 0)


def _where_drawn(it: Scores, terms: Any) -> Any:
    """Put 0 where the probability is 0, whatever stands there."""
    return it.xp.where(it.weights > 0, terms, 0.0)


def _prior_free(it: Scores) -> Any:
    """(Q - max Q) / T where it has weight, 0 elsewhere."""
    # Never by taking the log of the prior off the scores again: at large T that rounds everything away.
    return it.xp.where(it.weights > 0, it.tempered, 0.0)


def _array(xp: Any, heat: Any, like: Any) -> Any:
    return xp.asarray(heat, dtype=like.dtype) if isinstance(heat, float) else heat
