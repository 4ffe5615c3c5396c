"""The stages of a compiled step, each a loop over a block of rows that the compiler makes vector code of.

Learning uses the operations of the lockstep learners in their order, to the bit; only the exponentials differ from
NumPy's, by an ulp, and sums of backups may. ``tests/experiments/test_compiled.py`` ties both engines, action by action.

``n`` is how many rows go through a stage: those of the block, and some more that fill the last vector of the processor.
What these hold is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

# Adding 1.5 * 2^52 rounds to a whole number, which then stands in the last bits.
_MAGIC = 6755399441055744.0
_MAGIC_BITS = int(np.float64(_MAGIC).view(np.int64))
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10

Function = TypeVar("Function", bound=Callable[..., Any])


# The loops allocate nothing, and whoever calls them holds all arrays: to count references, as numba does at every use
# of what came in a tuple, took three quarters of the time.
_USUAL: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def exact(function: Function) -> Function:
    """Compile with the operations as they stand; kept on disk, so that it has to take the ``revision``."""
    compiled: Any = njit(cache=True, **_USUAL)(function)
    return cast(Function, compiled)


def called(function: Function) -> Function:
    """Compile as ``exact``, and keep it with whatever calls it alone: a file of its own would outlive a change."""
    compiled: Any = njit(**_USUAL)(function)
    return cast(Function, compiled)


def staged(function: Function) -> Function:
    """Compile as ``exact``, into whatever calls it."""
    compiled: Any = njit(forceinline=True, **_USUAL)(function)
    return cast(Function, compiled)


def contracted(function: Function) -> Function:
    """Compile as ``staged``, with products and sums fused where the processor can."""
    compiled: Any = njit(forceinline=True, fastmath={"contract"}, **_USUAL)(function)
    return cast(Function, compiled)


@contracted
def exponential(x: float) -> Any:
    """Give exp(x) for x in [-inf, 0]; 0 below -708.

    Cody & Waite's reduction in two parts ("Software manual for the elementary functions", 1980), and Taylor's
    polynomial of degree 12 on [-log(2) / 2, log(2) / 2].
    """
    y = max(x, -745.0)
    rounded = y * _LOG2_E + _MAGIC
    k = rounded - _MAGIC
    scale = np.int64((np.float64(rounded).view(np.int64) - _MAGIC_BITS + 1023) << 52).view(np.float64)
    r = (y - k * _LN2_HIGH) - k * _LN2_LOW
    p = (1 / 479001600.0) * r + 1 / 39916800.0
    p = ((p * r + 1 / 3628800.0) * r + 1 / 362880.0) * r + 1 / 40320.0
    p = ((p * r + 1 / 5040.0) * r + 1 / 720.0) * r + 1 / 120.0
    p = (((p * r + 1 / 24.0) * r + 1 / 6.0) * r + 0.5) * r + 1.0
    return (p * r + 1.0) * scale if y > -708.0 else 0.0


@staged
def draw_uniforms(rng: Any, count: int, numbers: Any) -> None:
    """Draw so many uniforms in [0, 1)."""
    for i in range(count):
        numbers[i] = rng.random()


@staged
def draw_normals(rng: Any, count: int, numbers: Any) -> None:
    """Draw so many standard normals."""
    for i in range(count):
        numbers[i] = rng.standard_normal()


@staged
def softmax_weights(q: Any, n: int, heat: float, top: Any, weights: Any) -> None:
    """exp((q - top) / T), both ends of T by value; q is -inf for what is not allowed."""
    for a in range(len(q)):
        if heat == 0.0:
            for i in range(n):
                weights[a, i] = 1.0 if q[a, i] == top[i] else 0.0
        elif heat == np.inf:
            for i in range(n):
                weights[a, i] = 1.0 if q[a, i] > -np.inf else 0.0
        else:
            for i in range(n):
                weights[a, i] = exponential((q[a, i] - top[i]) / heat)


@staged
def add_up(weights: Any, n: int, total: Any) -> None:
    """Sum over the actions."""
    for i in range(n):
        total[i] = weights[0, i]
    for a in range(1, len(weights)):
        for i in range(n):
            total[i] += weights[a, i]


@staged
def largest(q: Any, n: int, top: Any) -> None:
    """Take the maximum over the actions."""
    for i in range(n):
        top[i] = q[0, i]
    for a in range(1, len(q)):
        for i in range(n):
            top[i] = max(top[i], q[a, i])


@staged
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
) -> None:
    """Put the policy's weights of the rows of q into ``weights``, and the largest values into ``top``."""
    largest(q, n, top)
    softmax_weights(q, n, exploiting, top, weights)
    if mixed:
        add_up(weights, n, total)
        for a in range(len(q)):
            for i in range(n):
                weights[a, i] = (1 - epsilon) * (weights[a, i] / total[i])
        softmax_weights(q, n, exploring, top, other)
        add_up(other, n, total)
        for a in range(len(q)):
            for i in range(n):
                weights[a, i] += epsilon * (other[a, i] / total[i])


@staged
def choose(n: int, uniforms: Any, first: int, weights: Any, level: Any, actions: Any) -> None:
    """Draw one action a row by inverting the cumulative sum at one uniform; the weights become that sum."""
    last = len(weights) - 1
    for a in range(1, len(weights)):
        for i in range(n):
            weights[a, i] += weights[a - 1, i]
    for i in range(n):
        level[i] = uniforms[first + i] * weights[last, i]
        actions[i] = 0
    for a in range(last):  # never beyond the last action, whatever the weights are: it is a place in the tables
        for i in range(n):
            actions[i] += 1 if weights[a, i] <= level[i] else 0


@staged
def log_mean(heat: float, i: int, q: Any, total: Any, top: Any) -> float:
    """Log of the mean of exp((q - top) / T) over what is allowed."""
    count, shortfall = 0.0, 0.0
    for a in range(len(q)):
        if q[a, i] > -np.inf:
            count += 1.0
            shortfall += np.expm1((q[a, i] - top[i]) / heat)
    shortfall /= count
    # Near 1 the mean is 1 + the mean of expm1: times a large T, what an exponential of nearly 1 has lost would be all.
    return float(np.log1p(shortfall) if shortfall > -0.5 else np.log(total[i] / count))


@staged
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
        elif backup == 2:
            best[i] = top[i] + heat * np.log(total[i])
        else:
            best[i] = top[i] + heat * log_mean(heat, i, q, total, top)


@staged
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
    best: Any,
) -> None:
    """Put what the rows of q are worth into ``best``: by a place in ``BACKUPS``, at its own temperature ``heat``."""
    if backup == 1:
        largest(q, n, best)
        return
    if backup == 5:
        distribute(mixed, epsilon, exploring, exploiting, n, q, top, weights, other, total)
    else:
        largest(q, n, top)
        softmax_weights(q, n, heat, top, weights)
    soften(backup, heat, n, q, weights, total, top, best)


@staged
def learn(values: Any, visits: Any, place: int, target: float, averages: bool, by: float, rates: Any) -> Any:
    """Move one value towards its target, count the visit, and give the value."""
    value, count = values[place], visits[place] + 1
    if averages:
        value = value + (target - value) / (count + by)
    elif len(rates) > 0:
        value = value + rates[count - 1] * (target - value)
    else:
        value = value + by * (target - value)
    visits[place] = count
    values[place] = value
    return value
