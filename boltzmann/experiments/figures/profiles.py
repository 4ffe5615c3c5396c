"""Performance profiles: how a metric is spread over replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from boltzmann.experiments.figures.legends import LEGEND_TITLE, legend_beside
from boltzmann.experiments.figures.style import (
    LETTER,
    LINE,
    agent_styles,
    best_first,
    label_metric,
    look,
    put_caption,
    strengths,
)
from boltzmann.experiments.statistics import (
    METRIC_NAMES,
    Metric,
    final,
    performance_profile,
    tasks_with,
    usual_metric,
)
from boltzmann.experiments.store import Cell, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_PANEL = (5.2, 3.4)
_BESIDE, _POINTS = 0.9, 301

_BANDS = 3
"""Of so many agents, the best, bands are drawn: those of more cover each other, and are wide with few replicates."""


def draw_profiles(results: Results, metric: Metric | None = None, *, confidence: float = 0.95) -> Figure:
    """Draw for each agent which fraction of its replicates does better than tau, a panel a task.

    A line further to the right is better (to the left for the gap, of which less is better); lines that cross are
    agents of which neither is better throughout. See ``performance_profile`` for the bands.

    Parameters
    ----------
    results, metric
        As for ``leaderboard``, which has the errors too.
    confidence : float
        Of the bands, in (0, 1).

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    tasks = tasks_with(results, metric)
    metrics = {task: metric or usual_metric(cells) for task, cells in tasks.items()}
    longest = max(LEGEND_TITLE, *(len(label) for cells in tasks.values() for label in cells))
    heights = [max(_PANEL[1], LINE * (len(cells) + 2)) for cells in tasks.values()]
    with look():
        size = (_PANEL[0] + _BESIDE + LETTER * longest, sum(heights))
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(len(tasks), 1, squeeze=False, height_ratios=heights)[:, 0]
        for panel, (task, cells) in zip(panels, tasks.items(), strict=True):
            _draw_task(panel, cells, metrics[task], confidence, results.plan.sample)
            panel.set_title(task, loc="left", fontweight="bold")
        which = " of the best three" if max(len(cells) for cells in tasks.values()) > _BANDS else ""
        note = (
            f"Each of {results.plan.samples_text} by its mean over the last tenth of the steps; bands{which}: "
            f"{100 * confidence:g} %, at each τ by itself."
        )
        put_caption(figure, note, metrics=metrics.values())
    return figure


def _draw_task(panel: Axes, cells: dict[str, Cell], metric: Metric, confidence: float, sample: str) -> None:
    styles = agent_styles(cells)
    # The profile counts what lies above; of the gap less is better.
    sign = -1.0 if metric == "gap" else 1.0
    values = {label: final(cells[label], metric) for label in best_first(cells, metric)}
    values = {label: found[~np.isnan(found)] for label, found in values.items()}
    everything = np.concatenate(list(values.values()))
    margin = 0.02 * float(np.ptp(everything)) or 0.5
    thresholds = np.linspace(everything.min() - margin, everything.max() + margin, _POINTS)
    strength = strengths(list(values))
    for place, (label, found) in enumerate(values.items()):
        if len(found):
            width, shade = strength[label]
            profile = performance_profile(sign * found, sign * thresholds, confidence)
            panel.plot(thresholds, profile.value, label=label, linewidth=width, **styles[label])
            if shade and place < _BANDS:
                band = {"color": styles[label]["color"], "alpha": shade, "linewidth": 0}
                panel.fill_between(thresholds, profile.low, profile.high, **band)
    panel.set(ylim=(-0.02, 1.02), xlim=(thresholds[0], thresholds[-1]))
    label_metric(panel, metric, "x", " τ")
    panel.set_ylabel(f"{sample}s {'below' if metric == 'gap' else 'above'} τ")
    panel.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    legend_beside(panel, f"best mean {METRIC_NAMES[metric]} first")
