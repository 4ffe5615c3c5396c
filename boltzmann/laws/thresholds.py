"""Sparsemax and entmax as laws: the threshold by passes over the row."""

from __future__ import annotations

import numpy as np

from boltzmann.laws.numbers_in_laws import Functions, Named, Number
from boltzmann.laws.passes import Pass, PolicyLaw, Results, StepNumber, TemperatureLaw

_MOST_STEPS = 100
_ROUNDING = 4.0
_WHOLE_POWERS = frozenset({2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0})
"""Powers that are products, which take a tenth of the time."""


def _score(m: Functions, action: Named, row: Named) -> Number:
    """Return (q - top) / T, with both ends of T selected by value; -inf for what is never in the support."""
    hot = m.where(action.q > -np.inf, 0.0, -np.inf)
    cold = m.where(action.q == row.top, 0.0, -np.inf)
    score = (action.q - row.top) / row.temperature
    return m.where(row.temperature == np.inf, hot, m.where(row.temperature == 0.0, cold, score))


def sparsemax_law(law: TemperatureLaw) -> PolicyLaw:
    """Return sparsemax: the support shrinks until the threshold stands still (Michelot's algorithm, 1986)."""

    def adds(m: Functions, action: Named, row: Named) -> Results:
        inside = action.score > row.tau
        return {"size": m.where(inside, 1.0, 0.0), "sum": m.where(inside, action.score, 0.0)}

    def moves(m: Functions, row: Named) -> Results:
        tau = (row.sum - 1.0) / row.size
        return {"is_done": tau <= row.tau, "tau": m.maximum(tau, row.tau)}

    passes = (
        Pass(lambda m, action, row: {"score": _score(m, action, row)}, lambda m, row: {"tau": -1.0}, keeps=("score",)),
        Pass(adds, moves, times=_MOST_STEPS, until="is_done"),
    )
    return PolicyLaw(
        lambda m, action, row: m.maximum(action.score - row.tau, 0.0), (*law.passes, *passes), law.numbers, law.inputs
    )


def entmax_law(law: TemperatureLaw, alpha: float) -> PolicyLaw:
    """Return entmax for alpha in (1, 2]: Newton's method on the threshold, from below, where the sum is convex."""
    power = 1.0 / (alpha - 1.0)

    def base(m: Functions, action: Named, row: Named) -> Number:
        return m.maximum((row.alpha - 1.0) * action.score - row.tau, 0.0)

    def powers(m: Functions, action: Named, row: Named) -> tuple[Number, Number]:
        x = base(m, action, row)
        if power in _WHOLE_POWERS:
            less = x
            for _ in range(int(power) - 2):
                less = less * x
            return x * less, less
        less = m.where(x > 0.0, x ** (row.power - 1.0), 0.0)
        return x * less, less

    def adds(m: Functions, action: Named, row: Named) -> Results:
        mass, slope = powers(m, action, row)
        return {"mass": mass, "slope": slope}

    def moves(m: Functions, row: Named) -> Results:
        tau = row.tau + (row.mass - 1.0) / (row.power * row.slope)
        return {"is_done": tau <= row.tau + _ROUNDING * m.eps * m.abs(row.tau), "tau": m.maximum(tau, row.tau)}

    passes = (
        Pass(lambda m, action, row: {"score": _score(m, action, row)}, lambda m, row: {"tau": -1.0}, keeps=("score",)),
        Pass(adds, moves, times=_MOST_STEPS, until="is_done"),
    )
    numbers = {**law.numbers, "alpha": StepNumber(alpha), "power": StepNumber(power)}
    return PolicyLaw(lambda m, action, row: powers(m, action, row)[0], (*law.passes, *passes), numbers, law.inputs)
