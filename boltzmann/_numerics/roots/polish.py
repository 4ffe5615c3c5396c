"""Halley's step for a row whose beta is nearly known, as where its search begins with that of the step before.

It takes one more sum than ``moves``, s3 = sum w e d^3, and the second derivative of each rule. Laws of numbers, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from boltzmann._numerics.by_law import Maths
from boltzmann._numerics.roots.moves import RULES, moments, reached
from boltzmann.arrays import Array

Sums = tuple[Array, Array, Array, Array]
"""The sums of w e times the powers 0 to 3 of d."""
_NEAR = 0.25
"""Halley's step counts below this part of beta, if the curvature changes Newton's step by no more than this part."""
_CLOSE = 2.0**-4
"""Times the cube root of the spacing of floats: the cube of a step so short is far below rounding."""


def polish(m: Maths, kind: str, sums: Sums, beta: Array, n: Array, target: Any) -> tuple[Any, Any]:
    """Return the next beta, and whether a further step would be rounding alone.

    Near the root the step converges cubically (Traub, "Iterative methods for the solution of equations", 1964).
    Elsewhere it is Newton's, which here at most doubles or halves beta. No bracket makes it safe, so a row that does
    not come close in a few steps has to begin again.
    """
    # No rule reads the number of allowed actions.
    f, slope = RULES[kind][0](m, *sums[:3], beta, n, n, target)
    curve = _CURVES[kind](m, sums, beta, n, target, slope)
    inverse = 1.0 / m.minimum(slope, -m.tiny)
    change = -f * inverse
    bend = -0.5 * change * curve * inverse
    near = (m.abs(change) < _NEAR * beta) & (m.abs(bend) < _NEAR)
    change = change / (1.0 - m.where(near, bend, 0.0))
    close = near & (m.abs(change) <= _CLOSE * m.eps ** (1 / 3) * beta)
    return beta + m.maximum(m.minimum(change, beta), -0.5 * beta), close


def _probability(m: Maths, sums: Sums, beta: Array, n: Array, target: Array, slope: Array) -> Any:
    """Return the variance of d off the maximisers."""
    s0, _, s2, _ = sums
    return s2 / m.maximum(s0, m.tiny) - slope * slope


def _loss(m: Maths, sums: Sums, beta: Array, n: Array, target: Array, slope: Array) -> Any:
    s0, s1, s2, _ = sums
    mean, rest = (m.maximum(part, m.tiny) for part in (moments(s0, s1, s2, n)[0], (n + (s0 - s1)) / (n + s0)))
    return _third_moment(sums, n) / (mean * rest) + slope * slope * (mean - rest)


def _entropy(m: Maths, sums: Sums, beta: Array, n: Array, target: tuple[Array, Array], slope: Array) -> Any:
    s0, s1, s2, _ = sums
    mean, variance = moments(s0, s1, s2, n)
    cold, found = reached(m, s0, mean, beta, n, target)
    curve, square = (beta * _third_moment(sums, n) - variance) / found, slope * slope
    return m.where(cold, curve - square, curve + square)


def _third_moment(sums: Sums, n: Array) -> Any:
    """Return the mean of (d - mean)^3, of which few digits matter; the variance falls at this rate."""
    s0, s1, s2, s3 = sums
    inverse = 1.0 / (n + s0)
    mean, square = s1 * inverse, s2 * inverse
    return s3 * inverse - mean * (3.0 * square - 2.0 * (mean * mean))


_CURVES: dict[str, Callable[..., Any]] = {"probability": _probability, "loss": _loss, "entropy": _entropy}
"""The second derivative of each rule."""
