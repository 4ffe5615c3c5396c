"""A chart on a page: numbers that the page's own script draws as lines, and rows of intervals as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from boltzmann.experiments.charts import COLOURS, Axis, Chart, Line, LinePanel, Row, RowPanel, mark_of
from boltzmann.experiments.metrics import Floats
from boltzmann.experiments.pages.drawings import breakable, escape, figures, prose
from boltzmann.experiments.wording import printable

_DIGITS = 6
"""Digits of a number on the page; no screen and no reader has use for more."""
_OUTLINES = {
    "circle": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z",
    "square": "M-4-4H4V4H-4Z",
    "triangle": "M0-4.5L4.5 4H-4.5Z",
    "diamond": "M0-5L5 0L0 5L-5 0Z",
    "cross": "M-4-4L4 4M-4 4L4-4",
}
_END = 0.1
"""So near to an end of an axis a number that stood in the middle of its tick would leave the panel."""
_STEPS, _ROUND, _TICKS = (1.0, 2.0, 5.0, 10.0), 1e-9, 5


def chart_of(name: str, chart: Chart) -> str:
    """Return the HTML of a chart; ``name`` is its identity on the page."""
    heading = f"<h3>{breakable(chart.heading)}</h3>\n" if chart.heading else ""
    caption = f"\n<figcaption>{prose(chart.caption)}</figcaption>" if chart.caption else ""
    lines = [panel for panel in chart.panels if isinstance(panel, LinePanel)]
    data, tools, kind = "", "", " of-rows"
    if lines:
        data = f' data-chart="{escape(json.dumps(_numbers(lines), ensure_ascii=True, separators=(",", ":")))}"'
        tools, kind = '<div class="tools"></div>\n', ""
        tools += "<noscript><p>This picture needs JavaScript; the tables do not.</p></noscript>\n"
    panels = "\n".join(_rows_of(panel) if isinstance(panel, RowPanel) else _place_of(panel) for panel in chart.panels)
    label = f'role="group" aria-label="{escape(chart.alternative)}"'
    inside = f'{heading}{tools}<div class="panels{kind}">\n{panels}\n</div>{caption}'
    return f'<figure class="chart" id="{name}" {label}{data}>\n{inside}\n</figure>'


def _place_of(panel: LinePanel) -> str:
    label = f"{printable(panel.title)}. Arrow keys read the values."
    unit = f'<p class="upwards">{escape(panel.y.label)}</p>\n' if panel.y.label != panel.title else ""
    return (
        f'<div class="panel">\n<h4>{breakable(panel.title)}</h4>\n{unit}'
        f'<div class="plot" tabindex="0" role="group" aria-label="{escape(label)}">'
        f'<div class="readout" role="status" hidden></div></div>\n<p class="along">{prose(panel.x.label)}</p>\n</div>'
    )


def _numbers(panels: Sequence[LinePanel]) -> dict[str, Any]:
    """Return what the script reads; lines that share their x hold it once."""
    names: dict[str, int] = {}
    arrays: dict[str, int] = {}
    written = []
    for panel in panels:
        lines = []
        for line in panel.lines:
            names.setdefault(line.name, line.style)
            lines.append(_line(line, list(names).index(line.name), arrays))
        written.append(
            {
                "label": f"{printable(panel.title)}: {panel.y.label} against {panel.x.label}",
                "x": _axis(panel.x),
                "y": _axis(panel.y),
                "lines": lines,
                **({"shaded": [_rounded(pair) for pair in panel.shaded]} if panel.shaded else {}),
            }
        )
    return {
        "names": [printable(name) for name in names],
        "styles": list(names.values()),
        "arrays": [json.loads(text) for text in arrays],
        "panels": written,
    }


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "label": printable(axis.label),
        **({"log": True} if axis.is_log else {}),
        **({"percent": True} if axis.is_fraction else {}),
        **({"switches": True} if axis.can_switch else {}),
        **({"exponents": True} if axis.ticks else {}),
        **({"ticks": [[_rounded([number])[0], text] for number, text in axis.ticks]} if axis.ticks else {}),
        **({"breaks": _rounded(axis.breaks)} if axis.breaks else {}),
        **({"limits": _rounded(axis.limits)} if axis.limits else {}),
    }


def _line(line: Line, name: int, arrays: dict[str, int]) -> dict[str, Any]:
    known = np.isfinite(line.y)
    level = line.form == "level"
    x = json.dumps(_rounded(line.x if level else line.x[known]))
    written: dict[str, Any] = {"name": name, "x": arrays.setdefault(x, len(arrays)), "y": _rounded(line.y[known])}
    if line.band is not None:
        written |= {end: _rounded(numbers[known]) for end, numbers in zip(("low", "high"), line.band, strict=True)}
    if line.form != "line":
        written["form"] = line.form
    return written | ({"faint": True} if line.is_faint else {})


def _rounded(numbers: Sequence[float] | Floats) -> list[float | int | None]:
    """Write numbers with so many digits, NaN as nothing, whole ones without a point."""
    rounded = (float(f"{number:.{_DIGITS}g}") if math.isfinite(number) else None for number in map(float, numbers))
    return [int(number) if number is not None and number.is_integer() else number for number in rounded]


def _rows_of(panel: RowPanel) -> str:
    low, high = panel.reach

    def place(number: float) -> str:
        return f"{100 * (number - low) / (high - low):.2f}%"

    ticks = _round_numbers(low, high)
    lines = "".join(f'<span class="tick" style="left:{place(number)}"></span>' for number in ticks)
    if panel.line is not None:
        lines += f'<span class="zero" style="left:{place(panel.line)}"></span>'
    rows = "\n".join(_row(row, lines, low, high) for row in panel.rows)
    scale = "".join(
        f'<span style="left:{place(number)};transform:translateX({_shift((number - low) / (high - low))})">'
        f"{_short(number)}</span>"
        for number in ticks
    )
    return (
        f'<div class="panel">\n<table class="intervals">\n<caption class="title">{breakable(panel.title)}</caption>\n'
        f"<tbody>\n{rows}\n</tbody>\n<tfoot><tr><td></td>"
        f'<td class="track-cell"><div class="scale" aria-hidden="true">{scale}</div></td>'
        f'<td></td></tr><tr><td class="along" colspan="3">{prose(panel.label)}</td></tr></tfoot>\n</table>\n</div>'
    )


def _row(row: Row, lines: str, low: float, high: float) -> str:
    marks = lines
    if math.isfinite(row.low) and math.isfinite(row.high):
        left, width = 100 * (row.low - low) / (high - low), 100 * (row.high - row.low) / (high - low)
        marks += f'<span class="bar" style="left:{left:.2f}%;width:{width:.2f}%"></span>'
    if math.isfinite(row.value):
        path = _OUTLINES[mark_of(row.style)]
        left = 100 * (row.value - low) / (high - low)
        kind = "dot hollow" if row.is_hollow else "dot"
        marks += f'<svg class="{kind}" viewBox="-7 -7 14 14" style="left:{left:.2f}%"><path d="{path}"/></svg>'
    about = f" {prose(row.about)}" if row.about else ""
    name = f'<th scope="row" data-style="{row.style}"><code>{breakable(row.name)}</code>{about}</th>'
    track = f'<div class="track colour-{row.style % len(COLOURS)}" aria-hidden="true">{marks}</div>'
    return (
        f'<tr data-series="{escape(row.name)}">{name}<td class="track-cell">{track}</td>'
        f'<td class="number">{figures(row.text)}</td></tr>'
    )


def _shift(share: float) -> str:
    """Return by how much of its width a number moves to the left: half, and less or more at the ends of the axis."""
    inside = min(share / _END, (1 - share) / _END, 1.0)
    return f"{-50 * (inside if share < 1 / 2 else 2 - inside):.0f}%"


def _round_numbers(low: float, high: float) -> list[float]:
    """Return round numbers between two ends, about five."""
    rough = (high - low) / _TICKS
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(times for times in _STEPS if times * unit >= rough * (1 - _ROUND))
    first, last = math.ceil(low / step - _ROUND), math.floor(high / step + _ROUND)
    return [number * step for number in range(first, last + 1)]


def _short(number: float) -> str:
    return f"{number:z.4g}".replace("-", "\N{MINUS SIGN}")
