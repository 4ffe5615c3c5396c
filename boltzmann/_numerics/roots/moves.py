"""Newton's method for the inverse temperature of a row: what one pass over the actions adds up, and the next step.

A row stands in units of its range: ``d = (max Q - Q) / range`` is in [0, 1] and ``beta = range / T``. One pass adds up

    s0 = sum w e,    s1 = sum w e d,    s2 = sum w e d^2,    e = exp(-beta d),

over the actions below the maximum; w is the prior, 1 by default. ``n`` is the prior mass of the maximisers, ``k`` of
all allowed actions: without a prior these are counts. ``nearest`` is the smallest positive d.

Each kind of target is a function F of beta that falls through 0 at the root, on scales where F is nearly straight. A
rule returns F and its derivative. A start returns the first beta and a bracket, from the sums at beta = 0. All are laws
of numbers, for arrays of any library and for single floats: they call the namespace ``m`` alone, which has ``exp``,
``log``, ``log1p``, ``sqrt``, ``abs``, ``where``, ``maximum``, ``minimum``, and two numbers: ``tiny``, the smallest
normal float, and ``eps``, the spacing of floats at 1. No rule divides by 0: sums that underflow count as ``tiny``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from boltzmann._numerics.by_law import Maths
from boltzmann.arrays import Array

_STEEPEST = 50.0
"""No step multiplies beta by more than exp of it."""
_CLOSE = 2.0**-6
"""Times the root of the spacing of floats: a step so short, squared, is less than rounding."""
_LOOSE = 0.99
"""Brackets are a little wider than they need to be, for a root at one end that rounding moves outside."""
_ROUNDING = 32.0
"""So many spacings of floats may be rounding in F, a difference of logarithms."""


def probability(
    m: Maths, s0: Array, s1: Array, s2: Array, beta: Array, n: Array, k: Array, target: Array
) -> tuple[Array, Array]:
    """Log-odds of the mass off the maximisers, less ``target``, the log-odds wanted; convex in beta."""
    mass = m.maximum(s0, m.tiny)
    return m.log(mass / n) - target, -s1 / mass


def loss(
    m: Maths, s0: Array, s1: Array, s2: Array, beta: Array, n: Array, k: Array, target: Array
) -> tuple[Array, Array]:
    """Log-odds of the mean of d, less ``target``, the log-odds of the loss wanted in units of the range."""
    mean, variance = moments(s0, s1, s2, n)
    mean, rest = m.maximum(mean, m.tiny), m.maximum((n + (s0 - s1)) / (n + s0), m.tiny)
    return m.log(mean / rest) - target, -variance / (mean * rest)


def moments(s0: Array, s1: Array, s2: Array, n: Array) -> tuple[Array, Array]:
    """Return the mean and the variance of d; no digit is lost if all actions but the maximisers have one value."""
    inverse = 1.0 / (n + s0)
    mean, square = s1 * inverse, s2 * inverse
    return mean, n * inverse * square + (s0 * inverse * square - mean * mean)


def entropy(
    m: Maths, s0: Array, s1: Array, s2: Array, beta: Array, n: Array, k: Array, target: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Compare log z / n + beta E[d], the entropy beyond the log n of the ties, with what is wanted.

    ``target`` is a pair: how far the entropy is to stand above its value at T = 0, and how far below that at T = inf.
    Their sum is log k / n. With a prior the second is the divergence from it. The smaller of both is compared.
    """
    mean, variance = moments(s0, s1, s2, n)
    cold, found = reached(m, s0, mean, beta, n, target)
    f = m.log(found / m.where(cold, *target))
    return m.where(cold, f, -f), -beta * variance / found


def reached(m: Maths, s0: Array, mean: Array, beta: Array, n: Array, target: tuple[Array, Array]) -> tuple[Any, Any]:
    """Return whether the entropy is compared from below, and how far it stands from that end."""
    above, below = target
    beyond = m.log1p(s0 / n) + beta * mean
    cold = above <= below
    return cold, m.maximum(m.where(cold, beyond, above + below - beyond), m.tiny)


def start_probability(
    m: Maths, s0: Array, s1: Array, s2: Array, nearest: Array, n: Array, k: Array, target: Array
) -> tuple[Array, Array, Array]:
    """Return the first beta and a bracket: Jensen's inequality bounds it from the left."""
    fall = m.maximum(m.log(s0) - m.log(n) - target, 0.0)
    low = fall * (s0 / m.maximum(s1, m.tiny))
    return low, _LOOSE * low, fall / nearest / _LOOSE


def start_loss(
    m: Maths, s0: Array, s1: Array, s2: Array, nearest: Array, n: Array, k: Array, target: Array
) -> tuple[Array, Array, Array]:
    """Return Newton's step from beta = 0, and a bracket, as F falls at most as fast as beta grows."""
    f, slope = loss(m, s0, s1, s2, 0.0 * s0, n, k, target)
    # 1 - E[d] may be rounding alone.
    low = m.maximum(m.log(s1 / (n + (s0 - s1) + _ROUNDING * m.eps * k)) - target, 0.0)
    # E[d] is at most s0 nearest / n exp(-beta nearest) from beta = 1 / nearest on.
    wanted = m.maximum(-target, 0.0) + m.log1p(m.exp(m.minimum(target, -target)))
    high = m.maximum(m.log(s0) + m.log(nearest) - m.log(n) + wanted, 1.0) / nearest
    first = m.maximum(f, low) / m.maximum(-slope, m.tiny)
    return m.minimum(m.maximum(first, low), high), _LOOSE * low, high / _LOOSE


def start_entropy(
    m: Maths, s0: Array, s1: Array, s2: Array, nearest: Array, n: Array, k: Array, target: tuple[Array, Array]
) -> tuple[Array, Array, Array]:
    """Return the root for small beta, where the divergence is beta^2 var / 2, and a bracket."""
    above, below = target
    mean = s1 / k
    # Hoeffding's lemma bounds the divergence by beta^2 / 8.
    low = m.sqrt(8.0 * below)
    # log1p(x) + beta E[d] is at most x (1 + b) exp(-b) with b = beta nearest, from b = 1 on.
    far = m.maximum(m.log(s0) - m.log(m.maximum(n, m.tiny)) - m.log(above), 0.0)
    high = (far + 2.0 * m.log1p(far) + 2.0) / nearest
    first = m.sqrt(2.0 * below / m.maximum(s2 / k - mean * mean, m.tiny))
    return m.minimum(m.maximum(first, low), high), _LOOSE * low, high / _LOOSE


def step(m: Maths, f: Array, slope: Array, beta: Array, low: Array, high: Array) -> tuple[Any, Any, Any, Any]:
    """Return the next beta, the narrower bracket, and whether a further step would be rounding alone.

    From the left of the root Newton's step is taken in log beta, from the right in beta. A step that leaves the bracket
    becomes its geometric mean.
    """
    left = f > 0.0
    low, high = m.where(left, beta, low), m.where(left, high, beta)
    change = f / m.minimum(slope, -m.tiny)
    moved = m.where(left, beta * m.exp(m.minimum(-change / beta, _STEEPEST)), beta - change)
    moved = m.where((moved >= low) & (moved <= high), moved, m.sqrt(low) * m.sqrt(high))
    close = m.abs(moved - beta) <= _CLOSE * m.eps**0.5 * beta
    return moved, low, high, close | (m.abs(f) <= _ROUNDING * m.eps)


RULES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "probability": (probability, start_probability),
    "loss": (loss, start_loss),
    "entropy": (entropy, start_entropy),
}
"""The rule and the start of each kind of target."""
