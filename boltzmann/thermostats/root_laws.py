"""The thermostats of targets as laws: Newton's method in passes over a row, by the rules of ``roots``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann._numerics import roots
from boltzmann.laws import Functions, Named, Number, Pass, Results, StepNumber, TemperatureLaw

_MOST_STEPS = 60
_WARM_STEPS = 4
"""From the number of the step before; a row that needs more begins again, in a bracket."""
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
    """Keep the gap of an action in units of the range, and count the actions with and without one.

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
    }


def _spread(m: Functions, action: Named, row: Named) -> Results:
    """Add up the sums at beta = 0."""
    gap = action.gap
    return {"s1": gap, "s2": gap * gap, "nearest": m.where(gap > 0.0, -gap, -np.inf)}


def _powers(m: Functions, action: Named, row: Named) -> Results:
    """Add up the three sums at the present beta."""
    weight = m.where(action.gap > 0.0, m.exp(-(row.beta * action.gap)), 0.0)
    first = weight * action.gap
    return {"s0": weight, "s1": first, "s2": first * action.gap}


def _four_powers(m: Functions, action: Named, row: Named) -> Results:
    sums = _powers(m, action, row)
    return {**sums, "s3": sums["s2"] * action.gap}


def _nothing(m: Functions, action: Named, row: Named) -> Results:
    return {}


def root_law(
    quantity: str, number: StepNumber, wanted: Callable[[Any, Any], Any], before: tuple[Pass, ...] = ()
) -> TemperatureLaw:
    """Return the law of the temperature at which a quantity of ``roots.goals`` has a wanted value.

    ``wanted(m, row)`` is that value; ``row.wanted`` is the number of the step. The passes ``before`` may prepare it.
    """
    rule, start = roots.RULES[roots.RULE_OF[quantity]]
    step: Any = roots.step
    polish: Any = roots.polish

    def target_of(row: Named) -> tuple[Number, Number] | Number:
        return (row.sought_above, row.sought_under) if roots.RULE_OF[quantity] == "entropy" else row.sought_above

    def begin(m: Functions, row: Named) -> Results:
        n, k = row.best, row.best + row.others
        goal = roots.GOALS[quantity](m, row.others, row.s1, n, k, m.log(n), wanted(m, row))
        above, under = goal.target if roots.RULE_OF[quantity] == "entropy" else (goal.target, 0.0)
        ended = goal.cold | goal.hot
        target = {"sought_above": m.where(ended, 1.0, above), "sought_under": m.where(ended, 1.0, under)}
        end = {"is_cold": goal.cold, "is_hot": goal.hot & ~goal.cold, "is_found": ended}
        return {**target, **end, "k": k, "beta": 1.0}

    def go_on(m: Functions, row: Named) -> Results:
        sums = (row.s0, row.s1, row.s2, row.s3)
        beta, close = polish(m, roots.RULE_OF[quantity], sums, row.beta, row.best, target_of(row))
        done = row.is_found > 0.0
        return {"beta": m.where(done, row.beta, beta), "is_found": done | close}

    def start_again(m: Functions, row: Named) -> Results:
        sums = (row.others, row.s1, row.s2, -row.nearest)
        beta, low, high = start(m, *sums, row.best, row.k, target_of(row))
        return {"beta": m.where(row.is_found > 0.0, row.beta, beta), "low": low, "high": high}

    def move(m: Functions, row: Named) -> Results:
        f, slope = rule(m, row.s0, row.s1, row.s2, row.beta, row.best, row.k, target_of(row))
        beta, low, high, close = step(m, f, slope, row.beta, row.low, row.high)
        # A row that stands still is frozen, so that its number does not depend on the other rows.
        done = row.is_found > 0.0
        moved = {"beta": beta, "low": low, "high": high}
        frozen = {name: m.where(done, getattr(row, name), result) for name, result in moved.items()}
        return {**frozen, "is_found": done | close}

    def temperature(m: Functions, row: Named) -> Results:
        inside = row.unit * (2.0 / row.beta)
        return {"temperature": m.where(row.is_cold > 0.0, 0.0, m.where(row.is_hot > 0.0, np.inf, inside))}

    passes = (
        Pass(_least, _unit, largest=("least",)),
        Pass(_gaps, keeps=("gap",)),
        *before,
        Pass(_nothing, begin, guess="beta"),
        Pass(_four_powers, go_on, times=_WARM_STEPS, until="is_found", from_guess=True),
        Pass(_spread, start_again, largest=("nearest",), until="is_found"),
        Pass(_powers, move, times=_MOST_STEPS, until="is_found"),
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
        # log1p where the mean is near 1, with one logarithm for both: that of the rounded sum, and what it has lost.
        near = excess > -0.5
        mean = m.where(near, 1.0 + excess, m.maximum(row.mass / k, m.tiny))
        lost = m.where(near, excess - (mean - 1.0), 0.0)
        # It is above 0, so that equal values, which lose nothing at any temperature, count as T = inf.
        return {"loss": m.maximum(-(m.log(mean) + lost / mean) / m.maximum(row.omega, m.tiny), m.tiny)}

    def units(m: Functions, row: Named) -> Results:
        return {"omega": m.minimum(row.wanted * row.unit * 2.0, _HIGHEST)}

    def limits(m: Functions, row: Named) -> Results:
        # For tiny omega times range beta is omega / 2, and the loss differs from uniform's by rounding alone.
        near = m.where(row.omega < _FIRST_ORDER, 2.0 / row.wanted, row.temperature)
        return {"temperature": m.where(row.wanted == np.inf, 0.0, m.where(row.wanted == 0.0, np.inf, near))}

    before = (Pass(_nothing, units), Pass(adds, loss))
    law = root_law("mellowmax", omega, lambda m, row: row.loss, before)
    return TemperatureLaw((*law.passes, Pass(_nothing, limits)), law.numbers)
