"""The temperatures of a few rows in plain Python floats, for which the calls of an array library take longer."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics.by_law import OF_FLOATS
from boltzmann._numerics.roots import goals
from boltzmann._numerics.roots.extremes import FAR
from boltzmann._numerics.roots.moves import RULES
from boltzmann._numerics.roots.newton import NEARLY_UNIFORM, one_inverse_temperature

_MOST_NUMBERS = 40
_LARGE = 1e300


def few_temperatures(quantity: str, values: Any, wanted: float, where: Any) -> tuple[Any, Any] | None:
    """Return temperatures and whether they meet the target, in the shape of the rows.

    None if there are many numbers, or numbers that need a closer look: NumPy's checks and sums are for these.
    """
    if quantity == "mellowmax" or not 0 < values.size <= _MOST_NUMBERS:
        return None
    shape, found = values.shape, []
    rows = values.reshape(-1, shape[-1]).tolist()
    if where is not None:
        mask = where
        # Every form of a mask takes the same way, since another way may differ in the last bit.
        if type(where) is not np.ndarray or where.dtype != np.bool_:
            mask = checks.mask_array("where", where)
        try:
            mask = mask if mask.shape == shape else np.broadcast_to(mask, shape)
        except ValueError:
            return None
        masks = mask.reshape(-1, shape[-1]).tolist()
        rows = [list(itertools.compress(row, mask)) for row, mask in zip(rows, masks, strict=True)]
    for row in rows:
        one = _temperature(quantity, row, wanted)
        if one is None:
            return None
        found.append(one)
    temperatures, attainable = (np.array(part) for part in zip(*found, strict=True))
    if len(shape) == 2:
        return temperatures, attainable
    return temperatures.reshape(shape[:-1]), attainable.reshape(shape[:-1])


def _temperature(quantity: str, row: list[float], wanted: float) -> tuple[float, bool] | None:
    """Return the temperature of one row and whether it meets the target; None if the row needs a closer look."""
    m = OF_FLOATS
    if not row:
        return None
    peak = max(row)
    unit = peak - min(row)
    # A NaN among the values, an infinity or a difference that overflows is not between.
    if not (-_LARGE < sum(row) < _LARGE and unit < _LARGE):
        return None
    gaps = [(peak - value) / unit for value in row if value != peak]
    k = float(len(row))
    n = k - len(gaps)
    s0, s1 = k - n, sum(gaps)
    if quantity == "loss" and unit > 0:
        wanted = wanted / unit if wanted > FAR * unit or wanted == 0 else FAR
    cold, hot, attainable, target = goals.GOALS[quantity](m, s0, s1, n, k, math.log(n), wanted)
    if cold or hot:
        return (0.0 if cold else math.inf), attainable
    kind = goals.RULE_OF[quantity]
    nearest = min(gaps)
    if nearest < FAR or unit < m.tiny or _needs_care(kind, target):
        return None
    s2 = sum([d * d for d in gaps])
    start = RULES[kind][1](m, s0, s1, s2, nearest, n, k, target)
    beta = one_inverse_temperature(kind, [1.0] * len(gaps), gaps, n, k, target, *start)
    return None if beta != beta else (unit / beta, attainable)


def _needs_care(kind: str, target: Any) -> bool:
    if kind == "entropy":
        above, below = target
        return bool(below < NEARLY_UNIFORM * (above + below) or above < FAR)
    return bool(target < -400.0)
