"""Mixtures of two distributions: with probability epsilon one of them, otherwise the other.

All mixtures here contain a Gibbs distribution, so the scores of one suffice. The other part has equal shares, of the
allowed actions or of the maximisers, and needs only their number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann._numerics import Scores, beside, formulas, libraries, scored, standardise_traceably, tensors
from boltzmann.arrays import NUMPY, Array, Floats, Mask, Namespace, Values, varies
from boltzmann.categorical import Categorical
from boltzmann.schedules import UNIT_INTERVAL, Schedule


def epsilon_at(epsilon: float | Schedule, step: int | None) -> float:
    """Read an epsilon, a number that is checked already or a schedule."""
    return UNIT_INTERVAL.read("epsilon", epsilon, step) if callable(epsilon) else epsilon


def uniform_or_gibbs(
    values: Values, epsilon: float | Floats, temperature: Values, where: Mask, *, has_temperature: bool = True
) -> Categorical:
    """Explore uniformly with probability epsilon, otherwise choose by a Gibbs distribution.

    The distribution shows the temperature if it ``has_temperature`` as a parameter of its policy.
    """
    if isinstance(epsilon, float):
        scores, _ = scored(values, temperature, where, None)
    else:
        scores = _scores_beside(epsilon, values, temperature, where)
    if scores.mask is None:
        shares: Any = 1.0 / scores.values.shape[scores.axis]
    else:
        shares = _equal_shares(scores, scores.allowed())
    return _mixed(scores.xp, scores, epsilon, shares, None, temperature if has_temperature else None)


def gibbs_or_greedy(values: Values, epsilon: float | Floats, temperature: Values, where: Mask) -> Categorical:
    """Choose by a Gibbs distribution with probability epsilon, otherwise choose a largest value."""
    if isinstance(epsilon, float):
        scores, _ = scored(values, temperature, where, None)
    else:
        scores = _scores_beside(epsilon, values, temperature, where)
    return _mixed(scores.xp, scores, epsilon, None, _equal_shares(scores, scores.maximisers), temperature)


def _scores_beside(epsilon: Floats, values: Values, temperature: Values, where: Mask) -> Scores:
    """Reduce values to scores in a library that keeps the derivative of epsilon, if it has one."""
    _require_one_a_row(values, epsilon)
    values = beside(values, epsilon)
    if varies(epsilon):
        return standardise_traceably(values, temperature, where, None)
    return scored(values, temperature, where, None)[0]


def _equal_shares(scores: Scores, marked: Array) -> Array:
    """Return 1 / (number of marked actions) for marked actions, 0 for others; shape (..., K)."""
    ones = scores.xp.astype(marked, scores.peak.dtype)
    return ones / scores.sum(ones)


def _require_one_a_row(values: Values, epsilon: Floats) -> None:
    rows = tuple(values.shape[:-1]) if hasattr(values, "shape") else np.shape(values)[:-1]
    if np.shape(epsilon) not in ((), rows):
        raise ValueError(f"epsilons must be one or one a row, got shape {np.shape(epsilon)}")


@libraries.quietly
def _mixed(
    xp: Namespace,
    scores: Scores,
    epsilon: float | Floats,
    exploring: Any,
    exploiting: Any,
    temperature: Values | None,
) -> Categorical:
    """Mix two distributions; the Gibbs distribution of the scores is the one that is None."""
    exploring = formulas.probs(scores) if exploring is None else exploring
    exploiting = formulas.probs(scores) if exploiting is None else exploiting
    rates: Any = epsilon
    if xp is NUMPY:
        if not isinstance(epsilon, float):
            rates = scores.from_rows(np.asarray(epsilon, dtype=np.float64))
    elif not isinstance(epsilon, float):
        given = np.asarray(epsilon) if libraries.is_native(epsilon) else epsilon
        rates = libraries.to_float(xp, "epsilons", given, like=exploiting)[..., None]
    probs = scores.action_answer((1 - rates) * exploiting + rates * exploring)
    if scores.tensors is None:
        return Categorical.computed(probs, scores.xp, temperature, scores)
    return Categorical.computed(tensors.as_tensor(probs, scores.tensors), scores.answer_xp, temperature, scores)
