"""Paired differences as a forest plot: who is better than whom, by how much, how surely."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.figures.style import LETTER, LINE, label_metric, look, put_caption
from boltzmann.experiments.statistics import METRIC_NAMES, Metric, decimals, leaderboard
from boltzmann.experiments.store import Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_WIDTH, _MARGINS = 4.6, 1.15
_BEST, _OTHER = "#0173b2", "#404040"


def draw_differences(
    results: Results, metric: Metric | None = None, *, baseline: str | None = None, confidence: float = 0.95
) -> Figure:
    """Draw each agent's paired difference to the best, or to a baseline, a panel a task, the best at the top.

    Dots are mean differences in the final value, bars their intervals, each for its pair alone; a dot is hollow where
    the two cannot be told apart with all tests of the task counted (Holm). The line at 0 is the agent they are
    compared with.

    Parameters
    ----------
    results, metric, baseline, confidence
        As for ``leaderboard``, which has the errors and the warning too.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    board = leaderboard(results, metric, baseline=baseline, confidence=confidence)
    tasks = [(str(task), rows) for task, rows in board.groupby("task", sort=False)]
    heights = [LINE * 1.25 * len(rows) + _MARGINS for _, rows in tasks]
    longest = max(len(label) for label in board["agent"])
    with look():
        figure = Figure(figsize=(_WIDTH + LETTER * (longest + 22), sum(heights)), layout="constrained")
        panels = figure.subplots(len(tasks), 1, squeeze=False, height_ratios=heights)[:, 0]
        for panel, (task, rows) in zip(panels, tasks, strict=True):
            _draw_task(panel, task, rows, confidence)
        note = (
            f"Final values of {results.plan.samples_text}, paired; bars: {100 * confidence:g} % "
            "confidence intervals of each pair alone. Hollow: cannot be told from 0 with all tests counted (Holm)."
        )
        put_caption(figure, note, metrics=set(board["metric"]))
    return figure


def _draw_task(panel: Axes, task: str, rows: pd.DataFrame, confidence: float) -> None:
    metric, reference = str(rows["metric"].iloc[0]), str(rows["compared_with"].iloc[0])
    scale = 100.0 if metric == "optimal" else 1.0
    panel.axvline(0.0, color=_BEST, linewidth=1.2)
    for place, row in enumerate(rows.to_dict("records")):
        if row["agent"] == reference:
            panel.plot(0.0, place, marker="D", color=_BEST, markersize=5)
            _write_beside(panel, place, "what the others are compared with")
            continue
        ends = np.array([[row["difference_low"], row["difference_high"]]])
        if np.isfinite(ends).all():
            panel.plot(ends[0], [place, place], color=_OTHER, linewidth=1.6, solid_capstyle="butt")
        fill = _OTHER if row["p_value"] <= 1 - confidence else "white"
        panel.plot(row["difference"], place, marker="o", markersize=4, color=_OTHER, markerfacecolor=fill)
        _write_beside(panel, place, _in_numbers(row, scale))
    panel.set_yticks(range(len(rows)), list(rows["agent"]))
    panel.set_ylim(len(rows) - 0.4, -0.6)
    panel.grid(axis="y", visible=False)
    label_metric(panel, metric, "x")
    sides = "← better   worse →" if metric == "gap" else "← worse   better →"
    panel.set_xlabel(f"difference in {METRIC_NAMES[metric]}   ({sides})")
    panel.set_title(task, loc="left", fontweight="bold")


def _write_beside(panel: Axes, place: int, text: str) -> None:
    panel.text(1.02, place, text, transform=panel.get_yaxis_transform(), va="center", fontsize="small")


def _in_numbers(row: dict[Hashable, Any], scale: float) -> str:
    value, low, high = (scale * float(row[name]) for name in ("difference", "difference_low", "difference_high"))
    if not np.isfinite(value):
        return "no value"
    digits = decimals((high - low) / 2)
    ends = f" [{low:+.{digits}f}, {high:+.{digits}f}]" if np.isfinite(low) else ""
    return f"{value:+.{digits}f}{ends}{' %' if scale > 1 else ''}".replace("-", "\N{MINUS SIGN}")
