"""Derivatives of the quantities, for NumPy: from the derivative of a loss by a quantity to those by values and T.

Each function takes scores at 0 < T < inf without a prior and ``g``, the derivative by the quantity in the inner form of
``scores``. It returns the derivative by the values in that form, and a function that returns the one by the
temperature, as rows. With d = (Q - E[Q]) / T and any f(Q, T), d E[f] / d Q(a) = p(a) (f(a) - E[f]) / T + E[df / dQ(a)]
and d E[f] / d T = -Cov(f, Q) / T^2 + E[df / dT].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann._numerics import formulas
from boltzmann._numerics.exponents import mean_score
from boltzmann._numerics.scores import Scores

Slopes = tuple[Any, Callable[[], Any]]


def soft_value(scores: Scores, g: Any) -> Slopes:
    """Its derivatives are the probabilities and the entropy."""
    return g * _probs(scores), lambda: g * formulas.entropy(scores)


def mellowmax(scores: Scores, g: Any) -> Slopes:
    """Its derivatives are the probabilities, and the entropy less its largest value."""
    size = scores.sum(scores.live * 1.0)
    return g * _probs(scores), lambda: g * (formulas.entropy(scores) - np.log(size))


def log_partition(scores: Scores, g: Any) -> Slopes:
    """Its derivatives are p / T and -E[Q] / T^2."""
    T: Any = scores.temperature
    return g / T * _probs(scores), lambda: -g / T * (scores.peak / T + mean_score(scores))


def mean(scores: Scores, g: Any) -> Slopes:
    """Its derivatives are p (1 + d) and -E[d^2]."""
    p, d = _probs(scores), _deviations(scores)
    return g * p * (1.0 + d), lambda: -g * scores.sum(p * d**2)


def entropy(scores: Scores, g: Any) -> Slopes:
    """Its derivatives are -p d / T and E[d^2] / T."""
    p, d, T = _probs(scores), _deviations(scores), scores.temperature
    return -g / T * p * d, lambda: g / T * scores.sum(p * d**2)


def variance(scores: Scores, g: Any) -> Slopes:
    """Its derivatives are T p (d^2 - E[d^2] + 2 d) and -T E[d^3]."""
    p, d = _probs(scores), _deviations(scores)
    T: Any = scores.temperature
    return g * T * p * (d**2 - scores.sum(p * d**2) + 2.0 * d), lambda: -g * T * scores.sum(p * d**3)


def heat_capacity(scores: Scores, g: Any) -> Slopes:
    """Its derivatives are p (d^2 - E[d^2] + 2 d) / T and -(E[d^3] + 2 E[d^2]) / T."""
    p, d, T = _probs(scores), _deviations(scores), scores.temperature
    second = scores.sum(p * d**2)
    return g / T * p * (d**2 - second + 2.0 * d), lambda: -g / T * (scores.sum(p * d**3) + 2.0 * second)


def probs(scores: Scores, g: Any) -> Slopes:
    """``g`` is one number for each action; the derivatives are p (g - E[g]) / T and -E[g d] / T."""
    p, g = _probs(scores), np.where(scores.weights > 0, g, 0.0)
    slope: Any = p * (g - scores.sum(p * g)) / scores.temperature
    return slope, lambda: -scores.sum(slope * _drawn_scores(scores))


def log_probs(scores: Scores, g: Any) -> Slopes:
    """``g`` is one number for each action; the derivatives are (g - p sum g) / T and -sum g d / T."""
    # The logarithm of a masked action's probability is constant.
    p, g = _probs(scores), np.where(scores.live, g, 0.0)
    slope: Any = (g - p * scores.sum(g)) / scores.temperature
    return slope, lambda: -scores.sum(slope * np.where(scores.live, scores.scores, 0.0))


def greedy_probability(scores: Scores, g: Any) -> Slopes:
    """Differentiate the sum of some probabilities."""
    return probs(scores, np.where(scores.maximisers, g, 0.0))


def exploration_probability(scores: Scores, g: Any) -> Slopes:
    """Differentiate the sum of the other probabilities."""
    return probs(scores, np.where(scores.maximisers, 0.0, g))


def _probs(scores: Scores) -> Any:
    return scores.weights / scores.total


def _drawn_scores(scores: Scores) -> Any:
    return np.where(scores.weights > 0, scores.scores, 0.0)


def _deviations(scores: Scores) -> Any:
    """(Q - E[Q]) / T for actions with weight, else 0."""
    return np.where(scores.weights > 0, scores.scores - mean_score(scores), 0.0)
