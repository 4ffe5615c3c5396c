"""Paired differences as a forest plot: who is better than whom, by how much, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.figures.style import LETTER, LINE, label_metric, look, put_caption
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.statistics import Judgement, TaskJudgement, with_ends
from boltzmann.experiments.store import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_WIDTH, _MARGINS = 4.6, 1.15
_NUMBERS = 22
"""The number of letters of the numbers beside a row."""
_BEST, _OTHER = "#0173b2", "#404040"


def draw_differences(
    results: Results, metric: JudgedKey | None = None, *, baseline: str | None = None, confidence: float = 0.95
) -> Figure:
    """Draw each agent's paired difference to the best, or to a baseline, a panel for each task, the best at the top.

    Dots are mean differences in the final value, bars their intervals, each for its pair alone. A dot is hollow where
    the two do not differ significantly with all tests of the task counted (Holm). The line at 0 is the agent they are
    compared with.

    Parameters
    ----------
    results, metric, baseline, confidence
        As for ``leaderboard``, which has the errors and the warning too.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return differences_of(Judgement(results, metric, baseline, confidence))


def differences_of(judgement: Judgement) -> Figure:
    """Draw the differences of results that are judged already; see :func:`draw_differences`."""
    from matplotlib.figure import Figure

    tasks, confidence = judgement.tasks, judgement.confidence
    heights = [LINE * 1.25 * len(judged.rows) + _MARGINS for judged in tasks]
    longest = max(len(label) for judged in tasks for label in judged.labels)
    with look():
        figure = Figure(figsize=(_WIDTH + LETTER * (longest + _NUMBERS), sum(heights)), layout="constrained")
        panels = figure.subplots(len(tasks), 1, squeeze=False, height_ratios=heights)[:, 0]
        for panel, judged in zip(panels, tasks, strict=True):
            _draw_task(panel, judged, confidence)
        note = (
            f"Final values of {judgement.results.plan.samples_text}, paired; bars: {100 * confidence:g} % confidence "
            "intervals of each pair alone. Hollow: not significantly different from 0 with all tests counted (Holm)."
        )
        put_caption(figure, note, metrics=[judged.metric.key for judged in tasks])
    return figure


def _draw_task(panel: Axes, judged: TaskJudgement, confidence: float) -> None:
    metric = judged.metric
    panel.axvline(0.0, color=_BEST, linewidth=1.2)
    for index, row in enumerate(judged.rows):
        if index == judged.reference:
            panel.plot(0.0, index, marker="D", color=_BEST, markersize=5)
            _write_beside(panel, index, "the others are compared with this one")
            continue
        ends = np.array([[row["difference_low"], row["difference_high"]]])
        if np.isfinite(ends).all():
            panel.plot(ends[0], [index, index], color=_OTHER, linewidth=1.6, solid_capstyle="butt")
        fill = _OTHER if row["p_value"] <= 1 - confidence else "white"
        panel.plot(row["difference"], index, marker="o", markersize=4, color=_OTHER, markerfacecolor=fill)
        _write_beside(panel, index, _in_numbers(row, 100.0 if metric.is_fraction else 1.0))
    panel.set_yticks(range(len(judged.labels)), judged.labels)
    panel.set_ylim(len(judged.labels) - 0.4, -0.6)
    panel.grid(axis="y", visible=False)
    label_metric(panel, metric.key, "x")
    sides = "← better   worse →" if metric.smaller_is_better else "← worse   better →"
    panel.set_xlabel(f"difference in {metric.name}   ({sides})")
    panel.set_title(judged.task, loc="left", fontweight="bold")


def _write_beside(panel: Axes, index: int, text: str) -> None:
    panel.text(1.02, index, text, transform=panel.get_yaxis_transform(), va="center", fontsize="small")


def _in_numbers(row: dict[str, Any], scale: float) -> str:
    text = with_ends(*(scale * float(row[name]) for name in ("difference", "difference_low", "difference_high")))
    return f"{text}{' %' if scale > 1 and text != 'no value' else ''}".replace("-", "\N{MINUS SIGN}")
