"""Colours, dashes and marks: one style for each policy, the same on a page and in a figure's file.

A style is a number of at least 0. Its colour, dashes and mark follow from it; the first 32 all differ.
"""

from __future__ import annotations

COLOURS = ("#0b62b0", "#b85300", "#007a56", "#a1307a", "#4c535c", "#776500", "#007e96", "#b3261e")
"""On white; each has a contrast of at least 4.5 with it."""
COLOURS_BY_NIGHT = ("#63b3f2", "#f5a04c", "#38c79d", "#e795c9", "#c3c8cf", "#e3d44e", "#62d6e8", "#ff8f85")
"""On the dark page, in the same order."""
DASHES: tuple[tuple[float, ...], ...] = ((), (8, 3), (2, 3), (9, 3, 2, 3))
"""Lengths of strokes and holes, where a line is 2 wide; none for an unbroken line."""
MARKS = ("circle", "square", "triangle", "diamond", "cross")


def dashes_of(style: int) -> tuple[float, ...]:
    """Return the dashes of a style.

    Examples
    --------
    >>> dashes_of(0), dashes_of(1), dashes_of(8)
    ((), (8, 3), (8, 3))
    """
    return DASHES[(style + style // len(COLOURS)) % len(DASHES)]


def mark_of(style: int) -> str:
    """Return the mark of a style.

    Examples
    --------
    >>> mark_of(0), mark_of(1), mark_of(8)
    ('circle', 'square', 'cross')
    """
    return MARKS[(style + style // len(COLOURS)) % len(MARKS)]
