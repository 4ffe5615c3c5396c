"""Axes, lines, panels, rows and charts: numbers and words alone, which a page draws."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from boltzmann.experiments.metrics import Floats

Form = Literal["line", "steps", "level", "marks", "dashes"]
"""Points connected by lines, values that hold until the next point, one value for all x, marks alone, a dashed law."""


_WRITTEN_OUT = 3
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def decade(value: float) -> str:
    """Write a tick of a logarithmic axis.

    Examples
    --------
    >>> decade(0.01), decade(1e-7), decade(-1e12), decade(0.0), decade(2e6)
    ('0.01', '10⁻⁷', '−10¹²', '0', '2e6')
    """
    text = f"{value:zg}"
    exponent = round(math.log10(abs(value))) if value else 0
    if abs(exponent) > _WRITTEN_OUT and math.isclose(abs(value), 10.0**exponent):
        text = f"{'-' if value < 0 else ''}10{str(exponent).translate(_SUPERSCRIPTS)}"
    return re.sub(r"e\+?(-?)0*", r"e\1", text).replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class Axis:
    """An axis of a panel.

    Parameters
    ----------
    label : str
        The quantity with its unit.
    is_log : bool
        Whether it is logarithmic.
    is_fraction : bool
        Whether numbers are shown in per cent, and the axis reaches from 0 to 1.
    can_switch : bool
        Whether readers may change between linear and logarithmic.
    ticks : sequence of (number, str)
        Labels of its own at these numbers, instead of round numbers.
    breaks : sequence of float
        Where the axis is broken, since what lies beyond stands apart.
    limits : pair of floats, optional
        Where it begins and ends; by default with the numbers.
    """

    label: str
    is_log: bool = False
    is_fraction: bool = False
    can_switch: bool = False
    ticks: Sequence[tuple[float, str]] = ()
    breaks: Sequence[float] = ()
    limits: tuple[float, float] | None = None


@dataclass(frozen=True)
class Line:
    """A line of a panel, with its band.

    Parameters
    ----------
    name : str
        What the legend says; lines of one name are switched together, on the whole page.
    style : int
        The index of its colour, dashes and mark, of at least 0; one for each name.
    x, y : arrays of shape (N,)
        Its points; a point whose y is not finite is left out.
    band : pair of arrays of shape (N,), optional
        Its lower and its upper end.
    form : str
        How the points are drawn; a "level" has one y and no x.
    is_faint : bool
        Whether it is drawn thinner than the others.

    Raises
    ------
    ValueError
        For arrays of different lengths, and a negative style.
    """

    name: str
    style: int
    x: Floats
    y: Floats
    band: tuple[Floats, Floats] | None = None
    form: Form = "line"
    is_faint: bool = False

    def __post_init__(self) -> None:
        if self.style < 0:
            raise ValueError(f"style must be at least 0, got {self.style}")
        lengths = {len(numbers) for numbers in (self.y, *(self.band or ()))}
        if self.form != "level":
            lengths.add(len(self.x))
        if len(lengths) != 1:
            raise ValueError(f"x, y and band must have one length, got {sorted(lengths)}")


@dataclass(frozen=True)
class LinePanel:
    """Lines over two axes; ``shaded`` are ranges of x that a grey area marks."""

    title: str
    x: Axis
    y: Axis
    lines: Sequence[Line]
    shaded: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class Row:
    """A number with its interval, a row of a panel.

    Parameters
    ----------
    name : str
        Whose number it is.
    style : int
        The index of its colour and mark, of at least 0.
    value, low, high : float
        The number and the ends of its interval; NaN where they are not known.
    text : str
        What stands beside it, usually the same in figures.
    is_hollow : bool
        Whether the mark is an outline alone: it is not significantly different from the line.
    about : str
        A second word on the row, in another column.
    """

    name: str
    style: int
    value: float
    low: float
    high: float
    text: str
    is_hollow: bool = False
    about: str = ""


@dataclass(frozen=True)
class RowPanel:
    """Rows of intervals over one axis; ``line`` is the number that a vertical line marks, None for no line."""

    title: str
    label: str
    rows: Sequence[Row]
    line: float | None = 0.0

    @property
    def reach(self) -> tuple[float, float]:
        """The least and the largest number that the axis encloses; they differ."""
        numbers = np.array([number for row in self.rows for number in (row.value, row.low, row.high)])
        known = [*numbers[np.isfinite(numbers)], *([] if self.line is None else [self.line])] or [0.0]
        apart = 0.0 if max(known) > min(known) else 0.5
        return float(min(known) - apart), float(max(known) + apart)


@dataclass(frozen=True)
class Chart:
    """Panels that stand side by side and belong together.

    Parameters
    ----------
    alternative : str
        What it shows, for those who do not see it.
    panels : sequence of LinePanel or RowPanel
        At least one.
    heading : str
        What is above the panels, such as the task.
    caption : str
        How to read it.

    Raises
    ------
    ValueError
        For an empty alternative, and for no panels.
    """

    alternative: str
    panels: Sequence[LinePanel | RowPanel]
    heading: str = ""
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.alternative.strip():
            raise ValueError("alternative must say what the chart shows, got nothing")
        if not self.panels:
            raise ValueError("panels must hold at least one panel, got none")
