"""One quantity over the steps, as a line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from boltzmann.pictures.frame import safe

_WIDTH, _HEIGHT, _LEFT, _TOP = 420, 96, 64, 8
_LINE = "#4c86c6"
_LOW = 0.2
"""Positive numbers have a logarithmic axis where more than half of them are below this part of the largest."""


def line(steps: Sequence[float], numbers: Sequence[float], name: str) -> str:
    """Return a drawing of numbers over steps; infinity lies on the upper edge, with dashes.

    The axis of the numbers is logarithmic where they are positive and most of them are small.

    Parameters
    ----------
    steps : sequence of float
        Increasing, at least two.
    numbers : sequence of float
        In [0, inf], one for each step.
    name : str
        What the numbers are, for the reader of a screen.

    Examples
    --------
    >>> "log scale" in line([0, 1, 2], [9.0, 1.0, 0.1], "T"), "log scale" in line([0, 1], [0.0, 1.0], "T")
    (True, False)
    """
    finite = [number for number in numbers if math.isfinite(number)]
    most, least = max(finite, default=1.0), min(finite, default=0.0)
    logarithmic = least > 0 and 2 * sum(number < _LOW * most for number in finite) > len(finite)
    bottom = least if logarithmic else 0.0

    def height(number: float) -> float:
        if number == math.inf:
            return 1.08
        if logarithmic:
            return math.log(number / bottom) / math.log(most / bottom)
        return number / most if most > 0 else 0.0

    first, last = steps[0], steps[-1]
    points = [
        (_LEFT + _WIDTH * (step - first) / (last - first), _TOP + _HEIGHT * (1 - height(number)), number == math.inf)
        for step, number in zip(steps, numbers, strict=True)
    ]
    curve = "".join(
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y, _ in part)}" fill="none" stroke="{_LINE}" '
        f'stroke-width="2"{dashes}/>'
        for part, dashes in _parts(points)
    )
    top = "∞" if len(finite) < len(numbers) else f"{most:.4g}"
    told = f"{safe(name)} by step{', log scale' if logarithmic else ''}"
    return (
        f'<svg role="img" aria-label="{safe(name)} over {last - first:g} steps" width="{_LEFT + _WIDTH + 8}" '
        f'height="{_HEIGHT + 36}" viewBox="0 0 {_LEFT + _WIDTH + 8} {_HEIGHT + 36}" style="max-width:100%" '
        f'font-size="11" fill="currentColor">'
        f'<path d="M{_LEFT} {_TOP}V{_TOP + _HEIGHT}H{_LEFT + _WIDTH}" fill="none" stroke="currentColor" opacity="0.4"/>'
        f'<text x="{_LEFT - 6}" y="{_TOP + 6}" text-anchor="end">{top}</text>'
        f'<text x="{_LEFT - 6}" y="{_TOP + _HEIGHT}" text-anchor="end">{bottom:.4g}</text>'
        f'<text x="{_LEFT}" y="{_TOP + _HEIGHT + 16}">{first:g}</text>'
        f'<text x="{_LEFT + _WIDTH / 2}" y="{_TOP + _HEIGHT + 16}" text-anchor="middle">{told}</text>'
        f'<text x="{_LEFT + _WIDTH}" y="{_TOP + _HEIGHT + 16}" text-anchor="end">{last:,.0f}</text>{curve}</svg>'
    )


def _parts(points: list[tuple[float, float, bool]]) -> list[tuple[list[tuple[float, float, bool]], str]]:
    """Split a curve where it becomes infinite or finite; the infinite parts have dashes."""
    parts: list[tuple[list[tuple[float, float, bool]], str]] = []
    for point in points:
        dashes = ' stroke-dasharray="5 4"' if point[2] else ""
        if parts and parts[-1][1] == dashes:
            parts[-1][0].append(point)
        else:
            parts.append(([point], dashes))
    return parts
