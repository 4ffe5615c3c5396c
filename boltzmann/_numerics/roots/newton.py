"""Newton's method for many rows at once, in plain array operations: one code for NumPy, PyTorch and JAX."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann._numerics import libraries
from boltzmann._numerics.by_law import OF_FLOATS, Maths, maths_of
from boltzmann._numerics.roots.moves import RULES, step
from boltzmann._numerics.roots.rows import Rows
from boltzmann._numerics.shared import relative_excess
from boltzmann.arrays import NUMPY

TRACED_STEPS = 24
"""PyTorch takes so many steps where the numbers are unknown."""
MOST_STEPS = 60
NEARLY_UNIFORM = 2.0**-7
"""Below this share of its largest value, log k / n, a divergence from the prior is summed without cancellation."""
_LEAST_EXPM1 = -0.5
_FEW_LEFT = 0.5
_MOST_IN_FLOATS = 100
"""For so many numbers Python's floats are faster than an array library."""


def inverse_temperatures(kind: str, rows: Rows, target: Any, ended: Any) -> Any:
    """Return beta of each row, in units of its range; rows that have ``ended`` get any number.

    ``target`` has an axis for its numbers first where the rule of the kind takes a pair.
    """
    m = maths_of(rows.xp, rows.n.dtype)
    start = RULES[kind][1](m, *rows.sums(), rows.nearest, rows.n, rows.k, target)
    if kind != "entropy":
        return _solved(m, kind, rows, target, start, ended)
    uniform = target[1] < NEARLY_UNIFORM * (target[0] + target[1])
    beta = _solved(m, kind, rows, target, start, ended | uniform)
    near = _solved(m, "nearly uniform", rows, target, start, ended | (uniform ^ True))
    return rows.xp.where(uniform, near, beta)


def _evaluated(m: Maths, kind: str, rows: Rows, beta: Any, target: Any) -> tuple[Any, Any]:
    if kind == "nearly uniform":
        return _nearly_uniform(m, rows, beta, target)
    f, slope = RULES[kind][0](m, *rows.sums(rows.weights(beta)), beta, rows.n, rows.k, target)
    return f, slope


def _nearly_uniform(m: Maths, rows: Rows, beta: Any, target: Any) -> tuple[Any, Any]:
    """Compare the divergence itself with what is wanted: the prior mean of e^y y - (e^y - 1), y = log p / prior."""
    xp, share = rows.xp, rows.share * rows.spread(1.0 / rows.k)
    exponents = -rows.spread(beta) * rows.d
    excess = rows.total(share * xp.expm1(exponents))
    small = excess > _LEAST_EXPM1
    mass = m.maximum(rows.total(share * xp.exp(exponents)), m.tiny)
    log_mass = xp.where(small, xp.log1p(xp.where(small, excess, 0.0)), xp.log(mass))
    y: Any = exponents - rows.spread(log_mass)
    found = m.maximum(rows.total(share * relative_excess(xp, y)), m.tiny)
    p = share * xp.exp(y)
    deviations = rows.d - rows.spread(rows.total(p * rows.d))
    return m.log(target[1]) - m.log(found), -beta * rows.total(p * deviations**2) / found


def _solved(m: Maths, kind: str, rows: Rows, target: Any, start: tuple[Any, Any, Any], ended: Any) -> Any:
    """Take steps until every row stands still."""
    if rows.xp is NUMPY:
        return _of_the_rest(m, kind, rows, target, start, ended)

    def advanced(state: tuple[Any, ...]) -> tuple[Any, ...]:
        beta, low, high, done = state[:4]
        f, slope = _evaluated(m, kind, rows, beta, target)
        *moved, near = step(m, f, slope, beta, low, high)
        # A row that stands still is frozen, so that its number does not depend on the other rows.
        kept = (rows.xp.where(done, old, new) for old, new in zip((beta, low, high), moved, strict=True))
        return (*kept, done | near, *(count + 1 for count in state[4:]))

    if libraries.is_jax(rows.xp):
        lax = sys.modules["jax"].lax
        going = lambda state: (state[4] < MOST_STEPS) & ~rows.xp.all(state[3])  # noqa: E731
        return lax.while_loop(going, advanced, (*start, ended, 0))[0]
    state: tuple[Any, ...] = (*start, ended)
    for _ in range(TRACED_STEPS):
        state = advanced(state)
        if not libraries.is_traced(state[3]) and bool(rows.xp.all(state[3])):
            break
    return state[0]


def _of_the_rest(m: Maths, kind: str, rows: Rows, target: Any, start: Any, ended: Any) -> Any:
    """Take steps of the rows that still move, and leave the others out; NaN if a row moves to the end."""
    result = np.full(ended.shape, np.nan)
    index = np.flatnonzero(~ended)
    if not index.size:
        return result
    state = np.stack(start)
    if index.size < ended.size:
        rows, state, target = rows.chosen(index), state[:, index], target[..., index]
    beta, low, high = state
    moving = np.ones(len(index), dtype=bool)
    for _ in range(MOST_STEPS):
        f, slope = _evaluated(m, kind, rows, beta, target)
        beta, low, high, near = step(m, f, slope, beta, low, high)
        if near.any():
            stopped = near & moving
            result[index[stopped]] = beta[stopped]
            moving &= ~near
            left = np.count_nonzero(moving)
            if left == 0:
                break
            if left * rows.d.size <= _MOST_IN_FLOATS * len(moving) and kind in RULES:
                rest, at = rows.chosen(moving), index[moving]
                result[at] = _in_floats(kind, rest, target[..., moving], beta[moving], low[moving], high[moving])
                break
            if left < _FEW_LEFT * len(moving):
                rows, target, index = rows.chosen(moving), target[..., moving], index[moving]
                beta, low, high = beta[moving], low[moving], high[moving]
                moving = np.ones(left, dtype=bool)
    return result


def _in_floats(kind: str, rows: Rows, target: Any, *state: Any) -> list[float]:
    """Go on with a few rows in plain floats."""
    w, d = (part.T if rows.axis == 0 else part for part in (rows.powers[0], rows.d))
    numbers = (part.T.tolist() for part in (rows.n, rows.k, target, *state))
    return [one_inverse_temperature(kind, *row) for row in zip(w.tolist(), d.tolist(), *numbers, strict=True)]


def one_inverse_temperature(
    kind: str, w: list[float], d: list[float], n: float, k: float, target: Any, beta: float, low: float, high: float
) -> float:
    """Return beta of one row by floats, from a beta in a bracket; NaN if it moves to the end."""
    take: Callable[..., Any] = step
    m, exp, rule, actions = OF_FLOATS, math.exp, RULES[kind][0], list(zip(w, d, strict=True))
    for _ in range(MOST_STEPS):
        s0 = s1 = s2 = 0.0
        for weight, gap in actions:
            e = weight * exp(-beta * gap)
            s0 += e
            e *= gap
            s1 += e
            s2 += e * gap
        f, slope = rule(m, s0, s1, s2, beta, n, k, target)
        beta, low, high, near = take(m, f, slope, beta, low, high)
        if near:
            return beta
    return math.nan
