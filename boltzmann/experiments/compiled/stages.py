"""The stages of a compiled step, each a loop over a block of rows that the compiler makes vector code of.

Learning uses the operations of the lockstep learners in their order, to the bit; only the exponentials differ from
NumPy's, by an ulp, and sums of backups may. ``tests/experiments/test_compiled.py`` ties both engines, action by action.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from boltzmann.experiments.compiled.records import Sums

__all__ = ["back_up", "choose", "distribute", "exact", "exponentials", "keep", "learn", "read_rows"]

# Adding 1.5 * 2^52 rounds to a whole number, which then stands in the last bits.
_MAGIC = 6755399441055744.0
_MAGIC_BITS = int(np.float64(_MAGIC).view(np.int64))
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10

Function = TypeVar("Function", bound=Callable[..., Any])


def exact(function: Function) -> Function:
    """Compile with the operations as they stand; kept on disk."""
    compiled: Any = njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast(Function, compiled)


def contracted(function: Function) -> Function:
    """Compile with products and sums fused where the processor can; kept on disk."""
    compiled: Any = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})(function)
    return cast(Function, compiled)


@contracted
def exponentials(x: Any, n: int, rounded: Any, bits: Any, scale: Any) -> None:
    """Put exp(x) in the place of x in [-inf, 0]; 0 below -708. ``bits`` and ``scale`` are one memory.

    Cody & Waite's reduction in two parts ("Software manual for the elementary functions", 1980), and Taylor's
    polynomial of degree 12 on [-log(2) / 2, log(2) / 2].
    """
    whole = rounded.view(np.int64)
    for i in range(n):
        rounded[i] = max(x[i], -745.0) * _LOG2_E + _MAGIC
    for i in range(n):
        bits[i] = (whole[i] - _MAGIC_BITS + 1023) << 52
    for i in range(n):
        y = max(x[i], -745.0)
        k = rounded[i] - _MAGIC
        r = (y - k * _LN2_HIGH) - k * _LN2_LOW
        p = (1 / 479001600.0) * r + 1 / 39916800.0
        p = ((p * r + 1 / 3628800.0) * r + 1 / 362880.0) * r + 1 / 40320.0
        p = ((p * r + 1 / 5040.0) * r + 1 / 720.0) * r + 1 / 120.0
        p = (((p * r + 1 / 24.0) * r + 1 / 6.0) * r + 0.5) * r + 1.0
        x[i] = (p * r + 1.0) * scale[i] if y > -708.0 else 0.0


@exact
def softmax_weights(q: Any, n: int, heat: float, top: Any, weights: Any, rounded: Any, bits: Any, scale: Any) -> None:
    """exp((q - top) / T), both ends of T by value; q is -inf for what is not allowed."""
    for a in range(len(q)):
        row, values = weights[a], q[a]
        if heat == 0.0:
            for i in range(n):
                row[i] = 1.0 if values[i] == top[i] else 0.0
        elif heat == np.inf:
            for i in range(n):
                row[i] = 1.0 if values[i] > -np.inf else 0.0
        else:
            for i in range(n):
                row[i] = (values[i] - top[i]) / heat
            exponentials(row, n, rounded, bits, scale)


@exact
def add_up(weights: Any, n: int, total: Any) -> None:
    """Sum over the actions."""
    for i in range(n):
        total[i] = weights[0, i]
    for a in range(1, len(weights)):
        for i in range(n):
            total[i] += weights[a, i]


@exact
def largest(q: Any, n: int, top: Any) -> None:
    """Take the maximum over the actions."""
    for i in range(n):
        top[i] = q[0, i]
    for a in range(1, len(q)):
        for i in range(n):
            top[i] = max(top[i], q[a, i])


# Arrays are handed on one by one: a tuple that is handed on, or looked into, counts references at every call.


@exact
def distribute(
    mixed: bool,
    epsilon: float,
    exploring: float,
    exploiting: float,
    n: int,
    q: Any,
    top: Any,
    weights: Any,
    other: Any,
    total: Any,
    rounded: Any,
    bits: Any,
    scale: Any,
) -> None:
    """Put the policy's weights of the rows of q into ``weights``, and the largest values into ``top``."""
    largest(q, n, top)
    softmax_weights(q, n, exploiting, top, weights, rounded, bits, scale)
    if mixed:
        add_up(weights, n, total)
        for a in range(len(q)):
            for i in range(n):
                weights[a, i] = (1 - epsilon) * (weights[a, i] / total[i])
        softmax_weights(q, n, exploring, top, other, rounded, bits, scale)
        add_up(other, n, total)
        for a in range(len(q)):
            for i in range(n):
                weights[a, i] += epsilon * (other[a, i] / total[i])


@exact
def choose(rng: Any, n: int, weights: Any, level: Any, actions: Any) -> None:
    """Draw one action a row by inverting the cumulative sum at one uniform; the weights become that sum."""
    for a in range(1, len(weights)):
        for i in range(n):
            weights[a, i] += weights[a - 1, i]
    for i in range(n):
        level[i] = rng.random()
    for i in range(n):
        level[i] *= weights[len(weights) - 1, i]
        actions[i] = 0
    for a in range(len(weights)):
        for i in range(n):
            actions[i] += 1 if weights[a, i] <= level[i] else 0


@exact
def read_rows(values: Any, seen: Any, mask: Any, states: Any, first: int, n: int, q: Any) -> None:
    """Read the values of a state of each row; a mask that has been seen adds its 0 or -inf."""
    if len(mask) == 0:
        for i in range(n):
            r, s = first + i, states[i]
            for a in range(len(q)):
                q[a, i] = values[r, s, a]
    else:
        for i in range(n):
            r, s = first + i, states[i]
            # The last row of the mask forbids nothing.
            place = s if seen[r, s] else len(mask) - 1
            for a in range(len(q)):
                q[a, i] = values[r, s, a] + mask[place, a]


@exact
def soften(backup: int, heat: float, n: int, q: Any, weights: Any, total: Any, top: Any, best: Any) -> None:
    """Make soft value (2), mellowmax (3) or an expectation (4, 5) of weights that are not normalised."""
    add_up(weights, n, total)
    for i in range(n):
        if backup >= 4 or (backup == 3 and heat == np.inf):
            mean = 0.0
            for a in range(len(q)):
                mean += weights[a, i] * q[a, i] if q[a, i] > -np.inf else 0.0
            best[i] = mean / total[i]
        elif heat == 0.0:
            best[i] = top[i]
        else:
            count = 0.0
            for a in range(len(q)):
                count += 1.0 if q[a, i] > -np.inf else 0.0
            best[i] = top[i] + heat * np.log(total[i] / count if backup == 3 else total[i])


@exact
def back_up(
    backup: int,
    heat: float,
    mixed: bool,
    epsilon: float,
    exploring: float,
    exploiting: float,
    n: int,
    q: Any,
    top: Any,
    weights: Any,
    other: Any,
    total: Any,
    rounded: Any,
    bits: Any,
    scale: Any,
    best: Any,
) -> None:
    """Put what the rows of q are worth into ``best``: by a place in ``BACKUPS``, at its own temperature ``heat``."""
    if backup == 1:
        largest(q, n, best)
        return
    if backup == 5:
        distribute(mixed, epsilon, exploring, exploiting, n, q, top, weights, other, total, rounded, bits, scale)
    else:
        largest(q, n, top)
        softmax_weights(q, n, heat, top, weights, rounded, bits, scale)
    soften(backup, heat, n, q, weights, total, top, best)


@exact
def learn(values: Any, visits: Any, r: int, s: int, a: int, target: float, averages: bool, by: float) -> None:
    """Move one value towards its target and count the visit; ``by`` is a step size, or added to the count."""
    value, count = values[r, s, a], visits[r, s, a] + 1
    visits[r, s, a] = count
    if averages:
        values[r, s, a] = value + (target - value) / (count + by)
    else:
        values[r, s, a] = value + by * (target - value)


@exact
def keep(values: Any, visits: Any, states: Any, mask: Any, window: int, sums: Sums) -> None:
    """Keep what the last step of a window is decided on."""
    last_values, last_visits, last_allowed = sums.last_values, sums.last_visits, sums.last_allowed
    for r in range(len(values)):
        for a in range(values.shape[2]):
            last_values[window, r, a] = values[r, states[r], a]
            last_visits[window, r, a] = visits[r, states[r], a]
            last_allowed[window, r, a] = len(mask) == 0 or mask[states[r], a] == 0.0
