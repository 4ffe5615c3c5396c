"""What annealing gains, as a forest plot: families down, speeds by colour, tasks below one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.figures import LETTER, agent_styles, look, put_caption
from boltzmann.experiments.statistics import METRIC_NAMES
from boltzmann.experiments.studies.annealing import Gain, StepMetric

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_ROW, _MARGINS, _COLUMN = 0.27, 0.85, 4.1
_MARKERS = "osD^vPX"
_WIDE = 30.0
"""Where the largest difference is so many times the middle one, the axis is linear about 0 alone."""


def draw_gains(gains: Sequence[Gain], metric: StepMetric = "gap") -> Figure:
    """Draw the paired difference of every schedule to the best constant temperature, a row of panels a task.

    Marks are mean differences, to the right where the schedule is better, bars their 95 % intervals, each for itself
    alone; a mark is hollow where the two cannot be told apart with all tests of the panel counted (Holm).

    Parameters
    ----------
    gains : sequence of Gain
        As ``run_annealing`` gives them, at least one.
    metric : {"gap", "reward", "optimal"}
        What was judged.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    tasks, periods = (list(dict.fromkeys(getattr(gain, name) for gain in gains)) for name in ("task", "period"))
    families, speeds = (list(dict.fromkeys(getattr(gain, name) for gain in gains)) for name in ("family", "speed"))
    styles = agent_styles([f"down after {100 * speed:g} % of the steps" for speed in speeds])
    with look():
        width = len(periods) * _COLUMN + LETTER * max(map(len, families))
        height = len(tasks) * (_ROW * len(families) + _MARGINS) + 0.9
        figure = Figure(figsize=(width, height), layout="constrained")
        panels = figure.subplots(len(tasks), len(periods), squeeze=False, sharey=True)
        for row, task in zip(panels, tasks, strict=True):
            for panel, period in zip(row, periods, strict=True):
                here = [gain for gain in gains if (gain.task, gain.period) == (task, period)]
                _draw_panel(panel, here, families, speeds, list(styles.values()))
                panel.set_title(f"{task}\n{period}, against {here[0].constant}", loc="left", fontsize="small")
        for panel in panels[-1]:
            panel.set_xlabel(f"difference in {METRIC_NAMES[metric]}   (← loses   gains →)")
        handles = [
            figure.axes[0].plot([], [], color=style["color"], marker=_MARKERS[place], linestyle="none", label=label)[0]
            for place, (label, style) in enumerate(styles.items())
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
        note = (
            "Paired differences to the best constant temperature, which other seeds chose; bars: 95 % intervals, each "
            "for itself alone. Hollow: cannot be told from 0 with all tests of the panel counted (Holm)."
        )
        put_caption(figure, note, metrics=())
    return figure


def _draw_panel(
    panel: Axes, gains: Sequence[Gain], families: Sequence[str], speeds: Sequence[float], styles: Sequence[Any]
) -> None:
    panel.axvline(0.0, color="0.4", linewidth=1.0)
    for gain in gains:
        turn = speeds.index(gain.speed)
        place = families.index(gain.family) + (turn - (len(speeds) - 1) / 2) * 0.6 / len(speeds)
        colour = styles[turn]["color"]
        panel.plot([gain.low, gain.high], [place, place], color=colour, linewidth=1.3, solid_capstyle="butt")
        told = gain.verdict != "cannot be told"
        marker = _MARKERS[turn % len(_MARKERS)]
        panel.plot(gain.value, place, marker, color=colour, markersize=4, markerfacecolor=colour if told else "white")
    sizes = np.array([abs(gain.value) for gain in gains if gain.value])
    if len(sizes) and sizes.max() > _WIDE * np.median(sizes):
        panel.set_xscale("symlog", linthresh=float(np.median(sizes)))
    panel.set_yticks(range(len(families)), families)
    panel.set_ylim(len(families) - 0.4, -0.6)
    panel.grid(axis="y", visible=False)
