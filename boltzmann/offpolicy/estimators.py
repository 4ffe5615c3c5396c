"""Seven estimators of a policy's value, each a mean of rows, or such a mean plus a ratio of two.

Every estimate is mean(base) + mean(gain) / mean(share) of three columns; share is 1 unless the weights are normalised
by their own sum. In these columns w is the weight of a row, r its reward, m the model's prediction for the action
taken, and d = sum_a p'(a) m(a).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from boltzmann.arrays import QUIET, Floats
from boltzmann.offpolicy.weighing import Weighing

CutWeights = Callable[[Floats, float], Floats]


@dataclass(frozen=True)
class Estimator:
    """How an estimator treats weights, and whether it has a model and normalises.

    Attributes
    ----------
    cut : callable
        ``cut(weights, clip)`` returns the weights that it uses.
    has_model : bool
        Whether it starts from a model of the rewards.
    normalises : bool
        Whether it divides by the sum of the weights instead of n.
    """

    cut: CutWeights
    has_model: bool = False
    normalises: bool = False


def clipped(weights: Floats, clip: float) -> Floats:
    """Return min(w, c)."""
    return np.minimum(weights, clip)


def _switched(weights: Floats, clip: float) -> Floats:
    return np.where(weights <= clip, weights, 0.0)


def _shrunk(weights: Floats, clip: float) -> Floats:
    # Dividing by the weight first, w^2 cannot overflow.
    return weights if clip == np.inf else clip * weights / (weights * weights + clip)


def _none(weights: Floats, clip: float) -> Floats:
    return np.zeros_like(weights)


ESTIMATORS: dict[str, Estimator] = {
    "ips": Estimator(clipped),
    "snips": Estimator(clipped, normalises=True),
    "dr": Estimator(clipped, has_model=True),
    "sndr": Estimator(clipped, has_model=True, normalises=True),
    "switch": Estimator(_switched, has_model=True),
    "dros": Estimator(_shrunk, has_model=True),
    "dm": Estimator(_none, has_model=True),
}
"""The estimators by their names, with what ``clip`` means: the largest weight c; tau of SWITCH; lambda of DRos."""


class Columns(NamedTuple):
    """The three columns of an estimate, each of shape (n,)."""

    base: Floats
    gain: Floats
    share: Floats

    @property
    def value(self) -> float:
        """mean(base) + mean(gain) / mean(share); NaN where no row has a weight."""
        return float(combined(np.array([self.base.mean(), self.gain.mean(), self.share.mean()])))

    @property
    def influence(self) -> Floats:
        """Return what each row adds to n times the estimate, linearised, as deviations of mean 0."""
        share = self.share.mean()
        ratio = self.gain.mean() / share if share > 0 else np.nan
        return np.asarray(self.base - self.base.mean() + (self.gain - ratio * self.share) / share)

    @property
    def standard_error(self) -> float:
        """Return the standard error of the estimate, by linearisation where it is a ratio.

        The variance of a mean is divided by n - 1, that of a ratio by n (A. Owen, "Monte Carlo theory, methods and
        examples", equation 9.9).
        """
        count = len(self.gain)
        # A constant share is that of a plain mean.
        degrees = count if self.share.min() < self.share.max() else count - 1
        return float(np.sqrt((self.influence**2).sum() / degrees / count)) if degrees > 0 else float("nan")

    def interval(self, confidence: float, inflation: float = 1.0) -> tuple[float, float]:
        """Return the normal interval of the estimate, whose variance is multiplied by an inflation."""
        from scipy.special import ndtri

        half = float(ndtri(0.5 + confidence / 2)) * self.standard_error * float(np.sqrt(inflation))
        return self.value - half, self.value + half

    def with_reward_at_each(self, bounds: tuple[float, float]) -> Columns:
        """Return the columns of SNIPS with two rows more, one reward at each bound.

        Their weight is that of one effective row, sum w^2 / sum w. Without them the interval of rewards that are all
        alike has width 0, and that of rewards near a bound is too narrow: at T' = 0.02, 300 rows at T = 0.3 and an
        effective size of at least 100 it covers 91 %, with them 95 %. A. Agresti & B. Caffo ("Simple and effective
        confidence intervals for proportions", The American Statistician 54, 2000) add as much to each proportion.
        """
        total = float(self.share.sum())
        weight = float((self.share**2).sum()) / total if total > 0 else 0.0
        gain, share = np.append(self.gain, weight * np.array(bounds)), np.append(self.share, [weight, weight])
        return Columns(np.zeros_like(gain), gain, share)


@QUIET
def combined(means: Floats) -> Floats:
    """Return base + gain / share of means on the last axis."""
    return np.asarray(means[..., 0] + means[..., 1] / np.where(means[..., 2] > 0, means[..., 2], np.nan))


def columns_of(name: str, weighing: Weighing, rewards: Floats, clip: float) -> Columns:
    """Return the columns of an estimator."""
    estimator = ESTIMATORS[name]
    weights = estimator.cut(weighing.weights, clip)
    base, error = np.zeros_like(weights), rewards
    if estimator.has_model:
        assert weighing.expected is not None
        assert weighing.predicted is not None
        base, error = weighing.expected, rewards - weighing.predicted
    share = weights if estimator.normalises else np.ones_like(weights)
    return Columns(base, weights * error, share)
