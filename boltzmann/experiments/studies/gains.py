"""The gains of annealing as a forest plot: a row for each family, a colour for each speed, a panel for each task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from boltzmann.experiments.figures import (
    LETTER,
    LINE,
    LONGEST,
    line_style,
    look,
    marker_of,
    new_figure,
    plain,
    put_caption,
    shown_labels,
    use_decades,
)
from boltzmann.experiments.metrics import BY_KEY
from boltzmann.experiments.studies.annealing import Gain
from boltzmann.experiments.wording import in_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_ROW, _MARGINS, _COLUMN = 0.27, 0.85, 4.1
_TITLE = 50
"""The most letters in a line of a panel's title."""
_WIDE = 30.0
"""The axis is linear around 0 alone where the largest difference is more than so many times the median one."""


def draw_gains(gains: Sequence[Gain]) -> Figure:
    """Draw the paired difference of every schedule to the best constant temperature, a row of panels for each task.

    Marks are mean differences, to the right where the schedule is better, bars their 95 % intervals, each for its pair
    alone; a mark is hollow where the two do not differ significantly with all tests of the panel counted (Holm).

    Parameters
    ----------
    gains : sequence of Gain
        As ``run_annealing`` returns them, at least one.

    Returns
    -------
    matplotlib.figure.Figure
    """
    tasks, periods = (list(dict.fromkeys(getattr(gain, name) for gain in gains)) for name in ("task", "period"))
    families, speeds = (list(dict.fromkeys(getattr(gain, name) for gain in gains)) for name in ("family", "speed"))
    same = len({gain.metric for gain in gains}) == 1
    with look():
        width = len(periods) * (_COLUMN + LETTER * min(LONGEST, max(map(len, families))))
        height = len(tasks) * (_ROW * len(families) + _MARGINS) + 0.7 + LINE * len(speeds)
        figure = new_figure(width, height)
        panels = figure.subplots(len(tasks), len(periods), squeeze=False, sharey=True)
        for row, task in zip(panels, tasks, strict=True):
            for panel, period in zip(row, periods, strict=True):
                here = [gain for gain in gains if (gain.task, gain.period) == (task, period)]
                _draw_panel(panel, here, families, speeds)
                against = in_lines(plain(f"{period}, against {here[0].constant}"), _TITLE, 2)
                title = "\n".join(line.rstrip() for line in [*in_lines(plain(task), _TITLE, 2), *against])
                panel.set_title(title, loc="left", fontsize="small")
                if task == tasks[-1] or not same:
                    panel.set_xlabel(f"difference in {BY_KEY[here[0].metric].name}   (← loses   gains →)")
        handles = [
            figure.axes[0].plot(
                [],
                [],
                color=line_style(index)["color"],
                marker=marker_of(index),
                linestyle="none",
                label=f"down after {100 * speed:g} % of the steps",
            )[0]
            for index, speed in enumerate(speeds)
        ]
        figure.legend(handles=handles, loc="outside upper left", frameon=False)
        note = (
            "Paired differences to the best constant temperature, which other seeds chose; bars: 95 % intervals, each "
            "for its pair alone. Hollow: not significantly different from 0 with all tests of the panel counted (Holm)."
        )
        put_caption(figure, note, metrics=())
    return figure


def _draw_panel(panel: Axes, gains: Sequence[Gain], families: Sequence[str], speeds: Sequence[float]) -> None:
    panel.axvline(0.0, color="0.4", linewidth=1.0)
    for gain in gains:
        speed = speeds.index(gain.speed)
        height = families.index(gain.family) + (speed - (len(speeds) - 1) / 2) * 0.6 / len(speeds)
        colour = line_style(speed)["color"]
        panel.plot([gain.low, gain.high], [height, height], color=colour, linewidth=1.3, solid_capstyle="butt")
        fill = "white" if gain.verdict == "not significant" else colour
        panel.plot(gain.value, height, marker_of(speed), color=colour, markersize=4, markerfacecolor=fill)
    sizes = np.array([abs(gain.value) for gain in gains if gain.value])
    if len(sizes) and sizes.max() > _WIDE * np.median(sizes):
        use_decades(panel, "x", "symlog", linthresh=float(np.median(sizes)))
    panel.set_yticks(range(len(families)), shown_labels(dict(zip(families, families, strict=True))).values())
    panel.set_ylim(len(families) - 0.4, -0.6)
    # Each panel names the families: on a narrow screen it stands alone.
    panel.tick_params(labelleft=True)
    panel.grid(axis="y", visible=False)
