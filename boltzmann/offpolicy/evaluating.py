"""What another policy would have earned, with an interval and with how much of it the log does not cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.arrays import Floats
from boltzmann.offpolicy.estimate import Estimate, made_estimate
from boltzmann.offpolicy.estimators import ESTIMATORS, Columns, columns_of, combined
from boltzmann.offpolicy.finite_sample import FINITE_SAMPLE, value_within
from boltzmann.offpolicy.log import Log
from boltzmann.offpolicy.log_checks import checked_interval, require_rewards_within
from boltzmann.offpolicy.reward_model import reward_model
from boltzmann.offpolicy.weighing import Target, Weighing, weigh

EstimatorName = Literal["ips", "snips", "dr", "sndr", "switch", "dros", "dm"]
"""The names of the estimators that ``evaluate`` takes."""
IntervalName = Literal["normal", "bootstrap", "bernstein", "hoeffding", "betting", "drifting"]
INTERVALS = ("normal", "bootstrap", *FINITE_SAMPLE)


def evaluate(
    log: Log,
    policy: Target,
    *,
    estimator: EstimatorName = "snips",
    clip: float | None = None,
    rewards: ArrayLike | None = None,
    bounds: Sequence[float] | None = None,
    interval: IntervalName = "normal",
    confidence: float = 0.95,
    one_step: bool = False,
    rng: np.random.Generator | int = 0,
    resamples: int = 2000,
) -> Estimate:
    """Estimate what another policy would have earned in the place of the one that was logged.

    The question is about *one step*: the same values, another temperature or policy. A learning agent would have learnt
    other values had it acted otherwise, and no log of its own actions says which. Compare whole runs for that
    (``boltzmann.experiments``).

    Weights are w = exp(log p'(a) - log p(a)), in one step. The estimators are the mean of w r (IPS; Horvitz & Thompson,
    1952), sum w r / sum w (SNIPS; Swaminathan & Joachims, "The self-normalized estimator for counterfactual learning",
    2015), a model of the rewards corrected by weighted errors (DR; Dudik, Langford & Li, "Doubly robust policy
    evaluation and learning", 2011), the same with normalised weights (SNDR), SWITCH, which corrects where w <= tau
    (Wang, Agarwal & Dudik, "Optimal and adaptive off-policy evaluation in contextual bandits", 2017), DRos with weights
    lambda w / (w^2 + lambda) (Su et al., "Doubly robust off-policy evaluation with shrinkage", 2020), and the model
    alone (DM).

    Parameters
    ----------
    log : Log
        The log.
    policy : Policy, float or array
        A policy that reads values alone; a number is ``Boltzmann`` at this temperature, in [0, inf]: 0 is greedy, inf
        uniform. Or the policy's log-probabilities in the form of the log's tables. A schedule is read at step 0.
    estimator : {"snips", "ips", "dr", "sndr", "switch", "dros", "dm"}
        The estimator.
    clip : float, optional
        In (0, inf]. The largest weight of IPS, SNIPS, DR and SNDR, by default none; tau of SWITCH, by default sqrt(n);
        lambda of DRos, by default n. The left-over mass and finite-sample intervals are those of weights cut here, or
        at sqrt(n) by default and with DRos.
    rewards : array of shape (K,), or in the form of the log's tables, optional
        A model's predictions of each action's reward. By default one is fitted to the other rows: ridge regression of
        the features, or averages of each action in each context.
    bounds : pair of float, optional
        The least and the largest reward that there can be, known beforehand; by default those of the log. Finite-sample
        intervals need them.
    interval : {"normal", "bootstrap", "bernstein", "hoeffding", "betting", "drifting"}
        "normal" and "bootstrap" are intervals of the estimate: they hold for many rows where the policy is covered.
        The ratio of SNIPS and SNDR is linearised, or numerator and denominator are resampled together; the normal
        interval of SNIPS is corrected for few effective rows where the bounds are known. The others
        hold for any number of rows and for any policy, covered or not: the least the policy can have earned is the mean
        of min(w, c) r with the left-over mass at the least reward, the most has it at the largest reward. Bernstein and
        Hoeffding need independent rows. Betting reads the log in its order, and holds for a logger that learns, if the
        value of ``policy`` stays the same meanwhile; drifting holds where it does not, as with values that are learnt,
        and is about the average over the rows.
    confidence : float
        In (0, 1).
    one_step : bool
        A log of episodes with several steps is refused unless this is True: each row is then a step of its own, in the
        states that the logged policy has visited.
    rng : numpy.random.Generator or int
        What the bootstrap draws with, or its seed.
    resamples : int
        How many draws the bootstrap takes, at least 1.

    Returns
    -------
    Estimate
        The estimate with its interval, sizes, weights and left-over mass.

    Raises
    ------
    ValueError, TypeError
        For arguments out of bounds or of another shape; for a finite-sample interval without ``bounds``; for a policy
        that reads visits; and for a log of several steps.

    Examples
    --------
    >>> import math
    >>> log = Log([1, 0], [-math.log(2)] * 2, [1.0, 0.0], [[0.0, 1.0]] * 2, math.inf, bounds=(0.0, 1.0))
    >>> [evaluate(log, temperature).value for temperature in (math.inf, 0.0)]
    [0.5, 1.0]
    >>> evaluate(log, 0.0, clip=1.5).left_over
    0.25
    >>> evaluate(log, 0.0, interval="betting").high
    1.0
    """
    checks.one_of("estimator", estimator, tuple(ESTIMATORS))
    checks.one_of("interval", interval, INTERVALS)
    confidence = checks.number_in("confidence", confidence, "(0, 1)")
    limit = None if clip is None else checks.number_in("clip", clip, "(0, inf]")
    known = checked_bounds(log, bounds)
    if interval in FINITE_SAMPLE and known is None:
        raise ValueError(
            f"bounds must be given for the {interval} interval: the least and the largest reward that there can be, "
            "which no sample tells"
        )
    require_one_step(log, one_step)
    cut = float(np.sqrt(log.n)) if limit is None or estimator == "dros" else limit
    model = reward_model(log, rewards) if ESTIMATORS[estimator].has_model else None
    weighing = weigh(log, policy, cut, model)
    columns = columns_of(estimator, weighing, log.rewards, usual_clip(estimator, log.n) if limit is None else limit)
    if known is not None and interval in FINITE_SAMPLE:
        low, high = value_within(
            np.minimum(weighing.weights, cut), min(cut, weighing.largest), log.rewards, known, interval, confidence
        )
    elif interval == "bootstrap":
        low, high = _bootstrap(columns, confidence, rng, resamples)
    else:
        low, high = normal_interval(estimator, columns, weighing, known, confidence)
    return made_estimate(columns.value, low, high, weighing)


def checked_bounds(log: Log, bounds: Sequence[float] | None) -> tuple[float, float] | None:
    """Return the bounds of the rewards, those of the log by default; None where nobody knows them."""
    if bounds is None:
        return log.bounds
    known = checked_interval("bounds", bounds)
    require_rewards_within(log.rewards, known)
    return known


def require_one_step(log: Log, one_step: bool) -> None:
    """Refuse a log of episodes with several steps unless the caller knows it."""
    if log.has_several_steps and not one_step:
        raise ValueError(
            "log must be of single steps, got episodes of several: another policy would have come to other states, "
            "which no weight of one step tells; one_step=True asks about each step in the states that were logged"
        )


def usual_clip(estimator: str, count: int) -> float:
    """Return the default of ``clip``."""
    return {"switch": float(np.sqrt(count)), "dros": float(count)}.get(estimator, np.inf)


def normal_interval(
    estimator: str, columns: Columns, weighing: Weighing, bounds: tuple[float, float] | None, confidence: float
) -> tuple[float, float]:
    """Return the normal interval; that of SNIPS is corrected for few effective rows where bounds are known.

    It counts a reward more at each bound, and a variance of weights no smaller than expected. Over 3000 cold logs
    (T = 0.1, n = 3000) the interval at T' = 0.2 covers 92 % without the second correction and 94 % with it.
    """
    if bounds is None or estimator != "snips":
        return columns.interval(confidence)
    return columns.with_reward_at_each(bounds).interval(confidence, weighing.missing_squares)


def _bootstrap(
    columns: Columns, confidence: float, rng: np.random.Generator | int, resamples: int
) -> tuple[float, float]:
    """Resample rows, so that a numerator and its denominator stay together."""
    from boltzmann.experiments.statistics import bootstrap

    def statistic(rows: Floats, axis: int) -> Floats:
        return combined(rows.mean(axis=axis))

    made = bootstrap(np.stack(columns, axis=1), statistic, rng=rng, confidence=confidence, resamples=resamples)
    return float(made.low), float(made.high)
