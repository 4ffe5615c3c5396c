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


_FIRST_TRY = {
    "inside": 0.0,
    "inside_share": 0.0,
    "outside": np.inf,
    "outside_share": 1.0,
    "tried": 0.0,
    "tried_share": 0.0,
}
_NEXT = {f"{side}_{name}": side for side in ("higher", "lower") for name in ("below", "share")}


def sparser_law(law: TemperatureLaw, alpha: float) -> PolicyLaw:
    """Return entmax for alpha above 2: the support by bisection, then Newton's method on its least probability.

    The threshold itself has not the digits that small probabilities need. An action is in the support if the better
    ones sum to less than 1 at the threshold where it enters.
    """
    passes = (
        Pass(lambda m, action, row: {"score": _score(m, action, row)}, keeps=("score",)),
        Pass(_share, lambda m, row: {**_FIRST_TRY, "is_found": False}, keeps=("below", "share")),
        Pass(_enter, _narrow, largest=("higher", "lower"), first=_NEXT, times=_MOST_STEPS, until="is_found"),
        Pass(_count, lambda m, row: {"least": 1.0 / row.size, "is_done": False}, keeps=("above",)),
        Pass(_add_terms, _move_least, times=_MOST_STEPS, until="is_done"),
    )
    numbers = {**law.numbers, "alpha": StepNumber(alpha), "power": StepNumber(1.0 / (alpha - 1.0))}
    return PolicyLaw(_term, (*law.passes, *passes), numbers, law.inputs)


def _share(m: Functions, action: Named, row: Named) -> Results:
    """Keep how far below the best an action is, and about which share of the probability that is."""
    below = -(row.alpha - 1.0) * action.score
    return {"below": below, "share": m.where(below < np.inf, below**row.power, np.inf)}


def _enter(m: Functions, action: Named, row: Named) -> Results:
    """Add up the probability above the threshold that is tried, and find the next ones to try on both sides of it."""
    entering = m.where(action.below < row.tried, (row.tried - action.below) ** row.power, 0.0)
    higher = _nearest(m, action, (row.tried, row.outside), (row.tried_share + row.outside_share) / 2)
    lower = _nearest(m, action, (row.inside, row.tried), (row.inside_share + row.tried_share) / 2)
    others = {"higher_below": action.below, "higher_share": action.share}
    others |= {"lower_below": action.below, "lower_share": action.share}
    return {"entering": entering, "higher": higher, "lower": lower, **others}


def _narrow(m: Functions, row: Named) -> Results:
    """Keep the side of the threshold on which the support ends."""
    enters = row.entering < 1.0
    done = (row.is_found > 0.0) | (m.where(enters, row.higher, row.lower) == -np.inf)
    moved = {
        "inside": m.where(enters, row.tried, row.inside),
        "inside_share": m.where(enters, row.tried_share, row.inside_share),
        "outside": m.where(enters, row.outside, row.tried),
        "outside_share": m.where(enters, row.outside_share, row.tried_share),
        "tried": m.where(enters, row.higher_below, row.lower_below),
        "tried_share": m.where(enters, row.higher_share, row.lower_share),
    }
    found = row.is_found > 0.0
    return {
        **{name: m.where(found, getattr(row, name), number) for name, number in moved.items()},
        "is_found": done,
    }


def _count(m: Functions, action: Named, row: Named) -> Results:
    """Count the support, and keep how far an action is above its last one; -1 outside."""
    inside = m.where(action.below <= row.inside, 1.0, 0.0)
    return {"above": m.where(inside > 0.0, row.inside - action.below, -1.0), "size": inside}


def _term(m: Functions, action: Named, row: Named) -> Number:
    """Return the probability of an action, from the least one of the support."""
    lifted = (row.least ** (row.alpha - 1.0) + m.maximum(action.above, 0.0)) ** row.power
    return m.where(action.above < 0.0, 0.0, m.where(action.above == 0.0, row.least, lifted))


def _add_terms(m: Functions, action: Named, row: Named) -> Results:
    """Add up the probabilities and their derivatives."""
    mass = _term(m, action, row)
    falling = (row.least / m.where(mass > 0.0, mass, 1.0)) ** (row.alpha - 2.0)
    slope = m.where(action.above < 0.0, 0.0, m.where(action.above == 0.0, 1.0, falling))
    return {"mass": mass, "slope": slope}


def _move_least(m: Functions, row: Named) -> Results:
    """Take a step of Newton's method from the right, where the sum is convex, so that none passes the root."""
    moved = m.minimum(m.maximum(row.least - (row.mass - 1.0) / row.slope, 0.0), row.least)
    done = row.is_done > 0.0
    close = row.least - moved <= m.eps * row.least
    return {"is_done": done | close, "least": m.where(done, row.least, moved)}


def _nearest(m: Functions, action: Named, between: tuple[Number, Number], middle: Number) -> Number:
    """Return a number that is the largest for the last action up to the middle, else for the first beyond it."""
    undecided = (action.below > between[0]) & (action.below < between[1])
    beyond = action.share - middle
    return m.where(undecided, m.where(beyond <= 0.0, beyond, -2.0 - beyond), -np.inf)
