"""Paired differences as a forest plot: who is better than whom, by how much, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.charts import policy_styles
from boltzmann.experiments.figures.style import (
    LETTER,
    LINE,
    label_metric,
    line_style,
    look,
    marker_of,
    new_figure,
    plain,
    put_caption,
    put_title,
)
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.statistics import Judgement, TaskJudgement, with_ends
from boltzmann.experiments.store import Results
from boltzmann.experiments.wording import in_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_WIDTH, _MARGINS = 5.0, 1.15
_LETTERS = int(0.92 * _WIDTH / LETTER)
"""How many letters stand in a line above a bar: the agent's name, and the numbers at its right end."""
_BAR = 1.3
"""The height of a bar with the space around it, in lines."""
_ZERO = "0.4"
_REFERENCE = "compared with"


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
    tasks, confidence = judgement.tasks, judgement.confidence
    rows, policies = [_rows(judged) for judged in tasks], policy_styles(judgement)
    heights = [LINE * sum(len(lines) + _BAR for lines, _ in written) + _MARGINS for written in rows]
    with look():
        figure = new_figure(_WIDTH, sum(heights))
        panels = figure.subplots(len(tasks), 1, squeeze=False, height_ratios=heights)[:, 0]
        for panel, judged, written in zip(panels, tasks, rows, strict=True):
            _draw_task(panel, judged, written, confidence, [policies[label] for label in judged.labels])
        note = (
            f"Final values of {judgement.results.plan.samples_text}, paired; bars: {100 * confidence:g} % confidence "
            "intervals of each pair alone. Hollow: not significantly different from 0 with all tests counted (Holm)."
        )
        put_caption(figure, note, metrics=[judged.metric.key for judged in tasks])
    return figure


def _rows(judged: TaskJudgement) -> list[tuple[list[str], str]]:
    """Return for each agent the lines of its name, and the numbers that stand behind the first."""
    scale = 100.0 if judged.metric.is_fraction else 1.0
    rows = []
    for index, (label, row) in enumerate(zip(judged.labels, judged.rows, strict=True)):
        numbers = _REFERENCE if index == judged.reference else _in_numbers(row, scale)
        rows.append((in_lines(plain(label), _LETTERS - len(numbers)), numbers))
    return rows


def _draw_task(
    panel: Axes, judged: TaskJudgement, rows: list[tuple[list[str], str]], confidence: float, styles: list[int]
) -> None:
    metric, bottom = judged.metric, 0.0
    panel.axvline(0.0, color=_ZERO, linewidth=1.2)
    for index, (row, (lines, numbers)) in enumerate(zip(judged.rows, rows, strict=True)):
        height = bottom + len(lines) + 0.1
        _write(panel, bottom, "\n".join(line.rstrip() for line in lines), numbers)
        bottom += len(lines) + _BAR
        colour, marker = line_style(styles[index])["color"], marker_of(styles[index])
        if index == judged.reference:
            panel.plot(0.0, height, marker=marker, color=colour, markersize=5)
            continue
        ends = np.array([[row["difference_low"], row["difference_high"]]])
        if np.isfinite(ends).all():
            panel.plot(ends[0], [height, height], color=colour, linewidth=1.6, solid_capstyle="butt")
        fill = colour if row["p_value"] <= 1 - confidence else "white"
        panel.plot(row["difference"], height, marker=marker, markersize=5, color=colour, markerfacecolor=fill)
    panel.set_yticks([])
    panel.set_ylim(bottom, -0.3)
    label_metric(panel, metric.key, "x")
    sides = "← better   worse →" if metric.smaller_is_better else "← worse   better →"
    panel.set_xlabel(f"difference in {metric.name}   ({sides})")
    put_title(panel, judged.task, _WIDTH)


def _write(panel: Axes, height: float, label: str, numbers: str) -> None:
    """Write a name at the left and numbers at the right, above a bar, over whatever lines cross there."""
    style: dict[str, Any] = {"transform": panel.get_yaxis_transform(), "va": "top", "fontsize": "small"}
    style["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    panel.text(0.01, height, label, gid="agent", **style)
    panel.text(0.99, height, numbers, ha="right", **style)


def _in_numbers(row: dict[str, Any], scale: float) -> str:
    text = with_ends(*(scale * float(row[name]) for name in ("difference", "difference_low", "difference_high")))
    return f"{text}{' %' if scale > 1 and text != 'no value' else ''}".replace("-", "\N{MINUS SIGN}")
