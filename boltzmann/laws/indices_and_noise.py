"""Laws of the policies that read visits: indices, and the largest of noisy scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from boltzmann.laws.numbers_in_laws import Functions, Named, Number
from boltzmann.laws.passes import Pass, PolicyLaw, Results, StepNumber

LEAST_WIDTH = 1e-300
"""The least width of a noise, in units of a row, so that no width is 0."""
FARTHEST = -1e300
"""The lowest centre, in units of a row, of an action that noise is added to; those below are never chosen."""


def _visits(m: Functions, action: Named, row: Named) -> Results:
    allowed = action.q > -np.inf
    untaken = m.where(allowed & (action.visits == 0), 1.0, 0.0)
    return {"is_untaken": untaken, "waiting": untaken, "total": m.where(allowed, action.visits, 0.0)}


def _logarithm(m: Functions, row: Named) -> Results:
    return {"log_total": m.log(m.maximum(row.total, 1.0))}


UNTAKEN = Pass(_visits, keeps=("is_untaken",))
"""The pass after which a row has its ``total`` of visits and the number of actions ``waiting`` for their first one."""
_VISITS = replace(UNTAKEN, moves=_logarithm)
"""The same, and ``log_total``."""


def width(m: Functions, action: Named, row: Named) -> Number:
    """Return log(n) / N(a), a law after a pass that has the logarithm."""
    return row.log_total / m.maximum(action.visits, 1.0)


def greedy_law(index: Callable[[Any, Any, Any], Any], inputs: set[str], numbers: Mapping[str, StepNumber]) -> PolicyLaw:
    """Return the law of the choice of an untaken action, or else of a largest index, ties shared equally."""

    def adds(m: Functions, action: Named, row: Named) -> Results:
        allowed = m.where(action.q > -np.inf, index(m, action, row), -np.inf)
        first = m.where(action.is_untaken > 0, np.inf, allowed)
        return {"index": first, "best": first}

    passes = (_VISITS, Pass(adds, keeps=("index",), largest=("best",)))
    return PolicyLaw(
        lambda m, action, row: m.where(action.index == row.best, 1.0, 0.0), passes, numbers, frozenset(inputs)
    )


def noise_law(
    mean: Callable[[Any, Any, Any], Any],
    scale: Callable[[Any, Any, Any], Any],
    noise: Literal["exponential", "normal"],
    numbers: Mapping[str, StepNumber],
    *,
    untaken_first: bool = True,
) -> PolicyLaw:
    """Return the law of the largest of means + scales Z; Z is normal, or Gumbel from exponential noise.

    In rows with untaken actions these alone draw, if they come first. Each row has its own unit.
    """

    def waiting(m: Functions, row: Named) -> Number:
        return (row.waiting > 0) if untaken_first else (row.waiting < 0)

    def drawing(m: Functions, action: Named, row: Named) -> Number:
        return (action.q > -np.inf) & m.where(waiting(m, row), action.is_untaken > 0, True)

    def adds(m: Functions, action: Named, row: Named) -> Results:
        draws, equal = drawing(m, action, row), waiting(m, row)
        half, own = m.where(equal, 0.0, mean(m, action, row) / 2), m.where(equal, 1.0, scale(m, action, row))
        kept = {"half": half, "scale": own, "is_drawing": m.where(draws, 1.0, 0.0)}
        return {**kept, "unit": m.where(draws, own, 0.0), "highest": m.where(draws, half, -np.inf)}

    def unit(m: Functions, row: Named) -> Results:
        return {"unit": m.where(row.unit > 0, row.unit, 1.0)}

    def score(m: Functions, action: Named, row: Named) -> Number:
        z = action.noise if noise == "normal" else -m.log(m.maximum(action.noise, m.tiny))
        centre = 2 * ((action.half - row.highest) / row.unit)
        drawn = centre + m.maximum(action.scale / row.unit, LEAST_WIDTH) * z
        # No noise lifts the others to the largest draw.
        return m.where((action.is_drawing > 0) & (centre >= FARTHEST), drawn, -np.inf)

    kept = Pass(adds, unit, keeps=("half", "scale", "is_drawing"), largest=("unit", "highest"))
    return PolicyLaw(score, (UNTAKEN, kept), numbers, frozenset({"visits"}), noise)
