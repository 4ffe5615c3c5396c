"""Which temperature a log recommends: the best one that it covers and that differs significantly from staying."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from boltzmann import checks
from boltzmann.arrays import QUIET
from boltzmann.offpolicy.candidates import Candidate, TemperatureChoice
from boltzmann.offpolicy.estimate import Estimate, made_estimate
from boltzmann.offpolicy.estimators import Columns, columns_of
from boltzmann.offpolicy.evaluating import checked_bounds, normal_interval, require_one_step
from boltzmann.offpolicy.finite_sample import value_within
from boltzmann.offpolicy.log import Log
from boltzmann.offpolicy.weighing import Target, weigh
from boltzmann.policies import Policy

MOST_LEFT_OVER = 0.01
"""A policy of which the log leaves more than this uncovered is not chosen."""


def pick_temperature(
    log: Log,
    candidates: Sequence[float | Policy],
    *,
    most_left_over: float = MOST_LEFT_OVER,
    bounds: Sequence[float] | None = None,
    confidence: float = 0.95,
    one_step: bool = False,
) -> TemperatureChoice:
    """Compare temperatures or policies by a log, and pick the best that it can be trusted about.

    Each candidate is estimated by SNIPS. A candidate is left aside where the log covers too little of it: where the
    left-over mass at clip sqrt(n) is above ``most_left_over``. Of the others the one with the largest value is taken
    if it earns significantly more than the logged policy, else staying is the answer. Differences are paired by rows,
    linearised, and their intervals hold for all covered candidates at once (Bonferroni), since the log that ranks them
    also tests them.

    The answer is about one step: the same values, another temperature. An agent that learns with another temperature
    learns other values, which ``boltzmann sweep`` measures by running it.

    Parameters
    ----------
    log : Log
        The log.
    candidates : sequence of float or Policy
        Temperatures in [0, inf], or policies that read values alone; at least one.
    most_left_over : float
        In [0, 1].
    bounds : pair of float, optional
        The least and the largest reward that there can be; by default those of the log. With them the table has the
        drifting interval of each candidate, covered or not.
    confidence : float
        In (0, 1).
    one_step : bool
        As for :func:`evaluate`.

    Returns
    -------
    TemperatureChoice
        The table, the best candidate, and the answer in words.

    Raises
    ------
    ValueError, TypeError
        As for :func:`evaluate`, and for no candidates.

    Examples
    --------
    >>> import math
    >>> actions, rewards = np.array([0, 1] * 50), np.array([0.0, 1.0] * 50)
    >>> log = Log(actions, np.full(100, -math.log(2)), rewards, np.array([[0.0, 1.0]] * 100), math.inf)
    >>> choice = pick_temperature(log, [0.0, 0.5, math.inf])
    >>> choice.best.label
    'T = 0'
    >>> pick_temperature(log, [math.inf]).answer
    'Stay with the logged policy: no covered candidate earns significantly more.'
    """
    if not isinstance(candidates, list | tuple | np.ndarray) or len(candidates) == 0:
        raise TypeError(f"candidates must be a list of at least one temperature or policy, got {candidates!r}")
    most = checks.number_in("most_left_over", most_left_over, "[0, 1]")
    confidence = checks.number_in("confidence", confidence, "(0, 1)")
    known = checked_bounds(log, bounds)
    require_one_step(log, one_step)
    clip = float(np.sqrt(log.n))
    weighed = [weigh(log, one, clip) for one in candidates]
    covered = [bool(weighing.left_over.mean() <= most) for weighing in weighed]
    level = 1 - (1 - confidence) / max(sum(covered), 1)
    made = []
    for policy, weighing, trusted in zip(candidates, weighed, covered, strict=True):
        columns = columns_of("snips", weighing, log.rewards, np.inf)
        interval = normal_interval("snips", columns, weighing, known, confidence)
        within = None
        if known is not None:
            weights, reach = np.minimum(weighing.weights, clip), min(clip, weighing.largest)
            within = value_within(weights, reach, log.rewards, known, "drifting", confidence)
        made.append(
            Candidate(
                _plain(policy),
                made_estimate(columns.value, *interval, weighing),
                within,
                *_difference(columns, log, level),
                trusted,
            )
        )
    return TemperatureChoice(tuple(made), _staying(log, confidence), _best(made), confidence)


def _plain(policy: Target) -> Policy | float:
    return float(policy) if isinstance(policy, int | float | np.number) else policy  # type: ignore[return-value]


def _best(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the largest value that is covered and significantly above staying; None where there is none."""
    better = [one for one in candidates if one.covered and one.difference_low > 0]
    return max(better, key=lambda one: one.estimate.value, default=None)


def _staying(log: Log, confidence: float) -> Estimate:
    """Return the value of the logged policy, whose weights are 1."""
    columns = Columns(np.zeros(log.n), log.rewards, np.ones(log.n))
    return Estimate(columns.value, *columns.interval(confidence), log.n, log.n, 1.0, 1.0, 0.0, log.n)


@QUIET
def _difference(columns: Columns, log: Log, level: float) -> tuple[float, float, float]:
    """Return the value less the mean reward of the log, and its interval, from the paired influence of each row."""
    mean = float(log.rewards.mean())
    paired = columns.influence - (log.rewards - mean)
    difference = columns.value - mean
    half = _quantile(level) * float(np.sqrt((paired**2).sum())) / log.n
    return difference, difference - half, difference + half


def _quantile(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))
