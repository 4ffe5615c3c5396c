"""A chart on a page: numbers that the page's own script draws as lines, and rows of intervals as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from boltzmann.experiments.charts import COLOURS, Axis, Chart, Line, LinePanel, Row, RowPanel, mark_of
from boltzmann.experiments.metrics import Floats
from boltzmann.experiments.pages.drawings import breakable, escape, prose
from boltzmann.experiments.pages.row_axes import WIDTHS, RowAxis, row_axis
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
    axis = row_axis(*panel.reach)
    lines = "".join(f'<span class="tick" style="left:{_place(axis, tick * axis.step)}"></span>' for tick in axis.ticks)
    if panel.line is not None:
        lines += f'<span class="zero" style="left:{_place(axis, panel.line)}"></span>'
    rows = "\n".join(_row(row, lines, axis) for row in panel.rows)
    scales = "".join(f'<div class="scale rem-{width}">{_labels(axis, width)}</div>' for width in WIDTHS)
    return (
        f'<div class="panel">\n<table class="intervals">\n<caption class="title">{breakable(panel.title)}</caption>\n'
        f"<tbody>\n{rows}\n</tbody>\n<tfoot><tr><td></td>"
        f'<td class="track-cell"><div class="scales" aria-hidden="true">{scales}</div></td>'
        f'<td></td></tr><tr><td class="along" colspan="3">{prose(panel.label)}</td></tr></tfoot>\n</table>\n</div>'
    )


def _place(axis: RowAxis, number: float) -> str:
    return f"{100 * axis.share(number):.2f}%"


def _labels(axis: RowAxis, width: float) -> str:
    written = ""
    for tick in axis.labelled(width):
        place, shift = _place(axis, tick * axis.step), 100 * axis.shift(tick, width)
        written += f'<span style="left:{place};transform:translateX(-{shift:.0f}%)">{axis.text(tick)}</span>'
    return written


def _row(row: Row, lines: str, axis: RowAxis) -> str:
    marks = lines
    if math.isfinite(row.low) and math.isfinite(row.high):
        width = 100 * (axis.share(row.high) - axis.share(row.low))
        marks += f'<span class="bar" style="left:{_place(axis, row.low)};width:{width:.2f}%"></span>'
    if math.isfinite(row.value):
        path = _OUTLINES[mark_of(row.style)]
        kind = "dot hollow" if row.is_hollow else "dot"
        place = _place(axis, row.value)
        marks += f'<svg class="{kind}" viewBox="-7 -7 14 14" style="left:{place}"><path d="{path}"/></svg>'
    about = f" {prose(row.about)}" if row.about else ""
    name = f'<th scope="row" data-style="{row.style}"><code>{breakable(row.name)}</code>{about}</th>'
    track = f'<div class="track colour-{row.style % len(COLOURS)}" aria-hidden="true">{marks}</div>'
    return (
        f'<tr data-series="{escape(row.name)}">{name}<td class="track-cell">{track}</td>'
        f'<td class="number">{prose(row.text)}</td></tr>'
    )
