"""Rows whose gaps, priors or targets differ by hundreds of powers of ten: sums of logarithms, and a bisection in log T.

The inverse temperature of such a row, or a sum over its actions, may be beyond the range of floats in any unit. Its
logarithm is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann._numerics.roots.newton import NEARLY_UNIFORM
from boltzmann._numerics.roots.rows import SHRUNK, Rows
from boltzmann.arrays import LARGEST, Bools, Floats

FAR = 1e-200
"""A number so small, beside the largest of its kind, makes a row extreme."""
_HALVINGS = 64
_HOTTEST, _COLDEST = -100.0, 10.0
"""Of log beta, in units of the largest gap and of the smallest one."""
_SERIES = -30.0


def are_extreme(kind: str, rows: Rows, at_0: Any, target: Any) -> Bools:
    """Return which rows need logarithms, if the root is at neither end."""
    s0, s1, _ = at_0
    far = (rows.nearest < FAR) | (rows.n < FAR * rows.k) | (s0 < FAR * rows.k)
    if kind == "entropy":
        # Nothing underflows in the sum that finds a small divergence from the prior.
        return np.asarray((far & (target[1] >= NEARLY_UNIFORM * (target[0] + target[1]))) | (target[0] < FAR))
    return np.asarray(far | (target < np.log(FAR)) | (s1 < FAR * rows.k))


def temperature_by_logarithms(kind: str, values: Floats, prior: Floats, target: float) -> float:
    """Return the temperature of one row of finite values, all of a prior above 0.

    ``target`` is the log-odds of a probability, the log of a loss in the units of the values, or the entropy beyond the
    ties.
    """
    factor = SHRUNK if np.abs(values).max() > LARGEST / 4 else 1.0
    differences, logs = values.max() * factor - values * factor, np.log(prior)
    below, unit = differences > 0, differences.max()
    # In units of the range log beta is small, and keeps its digits.
    ties, logs, gaps = np.logaddexp.reduce(logs[~below]), logs[below], np.log(differences[below]) - np.log(unit)
    if kind == "loss":
        target = target - np.log(unit) + np.log(factor)

    def is_left(x: float) -> bool:
        weights = logs - np.exp(x + gaps)
        odds = np.logaddexp.reduce(weights) - ties
        if kind == "probability":
            return bool(odds > target)
        mean = np.logaddexp.reduce(weights + gaps) - ties - np.logaddexp(0.0, odds)
        if kind == "loss":
            return bool(mean > target)
        # log of log1p of the odds, which are their own log1p where they are small
        beyond = odds if odds < _SERIES else np.log(np.logaddexp(0.0, odds))
        return bool(np.logaddexp(beyond, x + mean) > np.log(target))

    low, high = _HOTTEST, _COLDEST - gaps.min()
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_left(middle) else (low, middle)
    # The temperature in units of the range may itself underflow.
    root = np.exp(-(low + high) / 4)
    return float(root * (root * unit) / factor)
