"""The stages of a compiled step, each a loop over a block of rows that the compiler vectorises.

Learning performs the operations of the lockstep learners in the same order, so values agree to the bit. Exponentials
differ from NumPy's by an ulp, and sums in backups may differ. ``tests/experiments/engine/test_compiled.py`` compares
both engines action by action.

``n`` rows pass through a stage: those of the block, and padding that fills the processor's last vector. The padding's
results are never used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.compiling import contracted, staged
from boltzmann.experiments.engine.compiled.records import (
    BOLTZMANN_EXPECTATION,
    MAXIMUM,
    MELLOWMAX,
    POLICY_EXPECTATION,
    SOFT_VALUE,
)

# Adding 1.5 * 2^52 rounds a number to an integer and puts the integer into the last bits.
_ROUNDER = 6755399441055744.0
_ROUNDER_BITS = int(np.float64(_ROUNDER).view(np.int64))
_EXPONENT_BIAS, _MANTISSA_BITS = 1023, 52
_LOWEST, _LOWEST_NORMAL = -745.0, -708.0
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10


@contracted
def exponential(x: float) -> Any:
    """Return exp(x) for x in [-inf, 0]; 0 below -708.

    Cody & Waite's reduction in two parts ("Software manual for the elementary functions", 1980), and Taylor's
    polynomial of degree 12 on [-log(2) / 2, log(2) / 2].
    """
    y = max(x, _LOWEST)
    rounded = y * _LOG2_E + _ROUNDER
    k = rounded - _ROUNDER
    scale = np.int64((np.float64(rounded).view(np.int64) - _ROUNDER_BITS + _EXPONENT_BIAS) << _MANTISSA_BITS).view(
        np.float64
    )
    r = (y - k * _LN2_HIGH) - k * _LN2_LOW
    p = (1 / 479001600.0) * r + 1 / 39916800.0
    p = ((p * r + 1 / 3628800.0) * r + 1 / 362880.0) * r + 1 / 40320.0
    p = ((p * r + 1 / 5040.0) * r + 1 / 720.0) * r + 1 / 120.0
    p = (((p * r + 1 / 24.0) * r + 1 / 6.0) * r + 0.5) * r + 1.0
    return (p * r + 1.0) * scale if y > _LOWEST_NORMAL else 0.0


@staged
def draw_uniforms(rng: Any, count: int, numbers: Any) -> None:
    """Draw ``count`` uniforms in [0, 1)."""
    for i in range(count):
        numbers[i] = rng.random()


@staged
def draw_normals(rng: Any, count: int, numbers: Any) -> None:
    """Draw ``count`` standard normals."""
    for i in range(count):
        numbers[i] = rng.standard_normal()


@staged
def softmax_weights(q: Any, n: int, temperature: float, top: Any, weights: Any) -> None:
    """Compute exp((q - top) / T), with both ends of T selected by value; q is -inf for masked actions."""
    for a in range(len(q)):
        if temperature == 0.0:
            for i in range(n):
                weights[a, i] = 1.0 if q[a, i] == top[i] else 0.0
        elif temperature == np.inf:
            for i in range(n):
                weights[a, i] = 1.0 if q[a, i] > -np.inf else 0.0
        else:
            for i in range(n):
                weights[a, i] = exponential((q[a, i] - top[i]) / temperature)


@staged
def add_up(weights: Any, n: int, total: Any) -> None:
    """Sum the weights over the actions."""
    for i in range(n):
        total[i] = weights[0, i]
    for a in range(1, len(weights)):
        for i in range(n):
            total[i] += weights[a, i]


@staged
def largest(q: Any, n: int, top: Any) -> None:
    """Find the maximum over the actions."""
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
    exploring_weights: Any,
    total: Any,
) -> None:
    """Write the policy's weights for the rows of q into ``weights``, and the largest values into ``top``."""
    largest(q, n, top)
    softmax_weights(q, n, exploiting, top, weights)
    if mixed:
        add_up(weights, n, total)
        for a in range(len(q)):
            for i in range(n):
                weights[a, i] = (1 - epsilon) * (weights[a, i] / total[i])
        softmax_weights(q, n, exploring, top, exploring_weights)
        add_up(exploring_weights, n, total)
        for a in range(len(q)):
            for i in range(n):
                weights[a, i] += epsilon * (exploring_weights[a, i] / total[i])


@staged
def choose(n: int, uniforms: Any, first: int, weights: Any, threshold: Any, actions: Any) -> None:
    """Draw one action for each row by inverting the cumulative sum of its weights, which replaces the weights."""
    last = len(weights) - 1
    for a in range(1, len(weights)):
        for i in range(n):
            weights[a, i] += weights[a - 1, i]
    for i in range(n):
        threshold[i] = uniforms[first + i] * weights[last, i]
        actions[i] = 0
    for a in range(last):  # the action indexes tables, so no weights may move it beyond the last one
        for i in range(n):
            actions[i] += 1 if weights[a, i] <= threshold[i] else 0


@staged
def log_mean(temperature: float, i: int, q: Any, total: Any, top: Any) -> float:
    """Return the log of the mean of exp((q - top) / T) over the allowed actions."""
    count, shortfall = 0.0, 0.0
    for a in range(len(q)):
        if q[a, i] > -np.inf:
            count += 1.0
            shortfall += np.expm1((q[a, i] - top[i]) / temperature)
    shortfall /= count
    # A mean near 1 loses its digits in the exponentials, and a large T multiplies that loss: use expm1 and log1p there.
    return float(np.log1p(shortfall) if shortfall > -0.5 else np.log(total[i] / count))


@staged
def soften(backup: int, temperature: float, n: int, q: Any, weights: Any, total: Any, top: Any, backed_up: Any) -> None:
    """Compute a soft value, a mellowmax or an expectation from weights that are not normalised."""
    add_up(weights, n, total)
    for i in range(n):
        if backup >= BOLTZMANN_EXPECTATION or (backup == MELLOWMAX and temperature == np.inf):
            mean = 0.0
            for a in range(len(q)):
                mean += weights[a, i] * q[a, i] if q[a, i] > -np.inf else 0.0
            backed_up[i] = mean / total[i]
        elif temperature == 0.0:
            backed_up[i] = top[i]
        elif backup == SOFT_VALUE:
            backed_up[i] = top[i] + temperature * np.log(total[i])
        else:
            backed_up[i] = top[i] + temperature * log_mean(temperature, i, q, total, top)


@staged
def back_up(
    backup: int,
    temperature: float,
    mixed: bool,
    epsilon: float,
    exploring: float,
    exploiting: float,
    n: int,
    q: Any,
    top: Any,
    weights: Any,
    exploring_weights: Any,
    total: Any,
    backed_up: Any,
) -> None:
    """Write the backups of the rows of q into ``backed_up``, by an index in ``BACKUPS`` and at its own temperature."""
    if backup == MAXIMUM:
        largest(q, n, backed_up)
        return
    if backup == POLICY_EXPECTATION:
        distribute(mixed, epsilon, exploring, exploiting, n, q, top, weights, exploring_weights, total)
    else:
        largest(q, n, top)
        softmax_weights(q, n, temperature, top, weights)
    soften(backup, temperature, n, q, weights, total, top, backed_up)


@staged
def learn(
    values: Any,
    visits: Any,
    index: int,
    target: float,
    averages: bool,
    extra_count: float,
    step_size: float,
    rates: Any,
) -> Any:
    """Move one value towards its target, count the visit, and return the new value."""
    value, count = values[index], visits[index] + 1
    if averages:
        value = value + (target - value) / (count + extra_count)
    elif len(rates) > 0:
        value = value + rates[count - 1] * (target - value)
    else:
        value = value + step_size * (target - value)
    visits[index] = count
    values[index] = value
    return value
