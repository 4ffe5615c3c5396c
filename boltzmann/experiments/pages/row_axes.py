"""The axis below rows of intervals: round numbers that enclose all marks, and those of them that have room as labels.

A page does not know how wide its reader's screen is, and these rows need no script. So an axis has its labels once for
each of ``WIDTHS``, and the style sheet shows the most that fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from boltzmann.experiments.charts import decade

WIDTHS = (5, 9, 12, 16, 20)
"""The least width of an axis, in rem, at which each set of labels is shown; ``tables.css`` has the same numbers."""
_SMALL = 1 / 1.2
"""The size of these letters, in rem."""
_LETTERS = {"\N{MINUS SIGN}": 0.84, ".": 0.32}
_DIGIT, _GAP = 0.64, 0.4
"""Widths in em, those of a wide typeface; the gap is between two labels."""
_STEPS, _ROUND, _COUNT = (1.0, 2.0, 5.0, 10.0), 1e-9, 5
_MARGIN = 0.04
"""How far the axis goes on behind its first and last tick, as a share of what is between them."""


@dataclass(frozen=True)
class RowAxis:
    """Ticks at multiples of a step, from ``first`` to ``last`` times the step.

    Examples
    --------
    >>> axis = row_axis(-0.883, 0.0)
    >>> axis.ticks, [axis.text(tick) for tick in axis.labelled(9)]
    ([-5, -4, -3, -2, -1, 0], ['−1', '0'])
    """

    step: float
    first: int
    last: int

    @property
    def ticks(self) -> list[int]:
        """All ticks, each as its multiple of the step."""
        return list(range(self.first, self.last + 1))

    def share(self, number: float) -> float:
        """Return the place of a number, 0 at the left end of the axis and 1 at the right one."""
        size = self.last - self.first
        return (number / self.step - self.first + _MARGIN * size) / (size * (1 + 2 * _MARGIN))

    def text(self, tick: int) -> str:
        """Write the number at a tick."""
        return decade(tick * self.step)

    def labelled(self, width: float) -> list[int]:
        """Return the ticks whose labels stand beside each other in so many rem.

        They are every tick, every second one, or every third one and so on, as many as fit. The tick that is farthest
        from 0 is among them, and 0, where the axis has it. The other end has a label where there is room.
        """
        far, near = sorted((self.first, self.last), key=abs, reverse=True)
        for stride in range(1, len(self.ticks) + 1):
            kept = [tick for tick in self.ticks if (tick - far) % stride == 0]
            if (0 in kept or 0 not in self.ticks) and self._fit(kept, width):
                both = sorted({*kept, near})
                return both if self._fit(both, width) else kept
        return [far]

    def shift(self, tick: int, width: float) -> float:
        """Return which share of a label is to the left of its tick: half of it, unless it would leave the axis."""
        place, wide = width * self.share(tick * self.step), self._width(tick)
        return min(max(0.5, 1 - (width - place) / wide), place / wide)

    def _width(self, tick: int) -> float:
        return _SMALL * sum(_LETTERS.get(letter, _DIGIT) for letter in self.text(tick))

    def _fit(self, ticks: list[int], width: float) -> bool:
        starts = [width * self.share(tick * self.step) - self._width(tick) * self.shift(tick, width) for tick in ticks]
        ends = [start + self._width(tick) for start, tick in zip(starts, ticks, strict=True)]
        return all(end + _GAP * _SMALL <= start for end, start in zip(ends, starts[1:], strict=False))


def row_axis(low: float, high: float) -> RowAxis:
    """Return an axis of about five steps, each 1, 2 or 5 times a power of ten, that encloses two different numbers."""
    rough = (high - low) / _COUNT
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(times for times in _STEPS if times * unit >= rough * (1 - _ROUND))
    return RowAxis(step, math.floor(low / step + _ROUND), math.ceil(high / step - _ROUND))
