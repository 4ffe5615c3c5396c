"""The thermostats of targets as laws: Newton's method in passes over a row, by the rules of ``roots``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann._numerics import roots
from boltzmann.laws import Functions, Named, Number, Pass, Results, StepNumber, TemperatureLaw

_MOST_STEPS = 60
_HIGHEST = 1e300
_FIRST_ORDER = 1e-8
"""Below this product of the range and omega, beta is omega / 2 to rounding."""


def _least(m: Functions, action: Named, row: Named) -> Results:
    return {"least": m.where(action.q > -np.inf, -(action.q / 2), -np.inf)}


def _unit(m: Functions, row: Named) -> Results:
    """Return half the range of a row, which may itself overflow; 1 for equal values."""
    half = row.top / 2 + row.least
    return {"half": half, "unit": m.where(half > 0, half, 1.0)}


def _gaps(m: Functions, action: Named, row: Named) -> Results:
    """Add up the sums at beta = 0, and keep the gap of an action in units of the range.

    It is 0 for masked actions and for the best ones, which are those that no gap above 0 tells apart.
    """
    allowed = action.q > -np.inf
    gap = m.where(allowed, (row.top / 2 - action.q / 2) / row.unit, 0.0)
    below = gap > 0.0
    return {
        "gap": gap,
        "best": m.where(allowed, m.where(below, 0.0, 1.0), 0.0),
        "others": m.where(below, 1.0, 0.0),
        "s1": gap,
        "s2": gap * gap,
        "nearest": m.where(below, -gap, -np.inf),
    }


def _powers(m: Functions, action: Named, row: Named) -> Results:
    """Add up the three sums at the present beta."""
    weight = m.where(action.gap > 0.0, m.exp(-(row.beta * action.gap)), 0.0)
    first = weight * action.gap
    return {"s0": weight, "s1": first, "s2": first * action.gap}


def _nothing(m: Functions, action: Named, row: Named) -> Results:
    return {}


def root_law(
    quantity: str, number: StepNumber, wanted: Callable[[Any, Any], Any], before: tuple[Pass, ...] = ()
) -> TemperatureLaw:
    """Return the law of the temperature at which a quantity of ``roots.goals`` has a wanted value.

    ``wanted(m, row)`` is that value; ``row.wanted`` is the number of the step. The passes ``before`` may prepare it.
    """
    rule, start = roots.RULES[roots.RULE_OF[quantity]]
    advance: Any = roots.step

    def target_of(row: Named) -> tuple[Number, Number] | Number:
        return (row.above, row.under) if roots.RULE_OF[quantity] == "entropy" else row.above

    def begin(m: Functions, row: Named) -> Results:
        n, k = row.best, row.best + row.others
        goal = roots.GOALS[quantity](m, row.others, row.s1, n, k, m.log(n), wanted(m, row))
        above, under = goal.target if roots.RULE_OF[quantity] == "entropy" else (goal.target, 0.0)
        target = (above, under) if roots.RULE_OF[quantity] == "entropy" else above
        beta, low, high = start(m, row.others, row.s1, row.s2, -row.nearest, n, k, target)
        ended = goal.cold | goal.hot
        found = {"above": above, "under": under, "beta": beta, "low": low, "high": high}
        end = {"is_cold": goal.cold, "is_hot": goal.hot & ~goal.cold, "is_done": ended}
        return {**{name: m.where(ended, 1.0, result) for name, result in found.items()}, **end, "k": k}

    def move(m: Functions, row: Named) -> Results:
        f, slope = rule(m, row.s0, row.s1, row.s2, row.beta, row.best, row.k, target_of(row))
        beta, low, high, close = advance(m, f, slope, row.beta, row.low, row.high)
        # A row that stands still is frozen, so that its number does not depend on the other rows.
        done = row.is_done > 0.0
        moved = {"beta": beta, "low": low, "high": high}
        frozen = {name: m.where(done, getattr(row, name), result) for name, result in moved.items()}
        return {**frozen, "is_done": done | close}

    def temperature(m: Functions, row: Named) -> Results:
        inside = row.unit * (2.0 / row.beta)
        return {"temperature": m.where(row.is_cold > 0.0, 0.0, m.where(row.is_hot > 0.0, np.inf, inside))}

    passes = (
        Pass(_least, _unit, largest=("least",)),
        Pass(_gaps, keeps=("gap",), largest=("nearest",)),
        *before,
        Pass(_nothing, begin, guess="beta"),
        Pass(_powers, move, times=_MOST_STEPS, until="is_done"),
        Pass(_nothing, temperature),
    )
    return TemperatureLaw(passes, {"wanted": number})


def mellowmax_law(omega: StepNumber) -> TemperatureLaw:
    """Return the law of the temperature at which the expected value is the mellowmax."""

    def adds(m: Functions, action: Named, row: Named) -> Results:
        exponent, allowed = -(row.omega * action.gap), action.q > -np.inf
        return {
            "excess": m.where(allowed, m.expm1(exponent), 0.0),
            "mass": m.where(allowed, m.exp(exponent), 0.0),
        }

    def loss(m: Functions, row: Named) -> Results:
        k = row.best + row.others
        excess = row.excess / k
        log_mean = m.where(excess > -0.5, m.log1p(m.maximum(excess, -0.5)), m.log(m.maximum(row.mass / k, m.tiny)))
        return {"loss": -log_mean / m.maximum(row.omega, m.tiny)}

    def units(m: Functions, row: Named) -> Results:
        return {"omega": m.minimum(row.wanted * row.unit * 2.0, _HIGHEST)}

    def limits(m: Functions, row: Named) -> Results:
        # For tiny omega times range beta is omega / 2, and the loss differs from uniform's by rounding alone.
        near = m.where(row.omega < _FIRST_ORDER, 2.0 / row.wanted, row.temperature)
        return {"temperature": m.where(row.wanted == np.inf, 0.0, m.where(row.wanted == 0.0, np.inf, near))}

    before = (Pass(_nothing, units), Pass(adds, loss))
    law = root_law("mellowmax", omega, lambda m, row: row.loss, before)
    return TemperatureLaw((*law.passes, Pass(_nothing, limits)), law.numbers)
