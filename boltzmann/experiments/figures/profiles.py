"""Performance profiles: the distribution of a metric over replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.charts import best_first, styles_of
from boltzmann.experiments.figures.legends import LEGEND_TITLE, legend_beside
from boltzmann.experiments.figures.style import (
    LETTER,
    LINE,
    label_metric,
    line_style,
    look,
    new_figure,
    percent,
    put_caption,
    put_title,
    shown_labels,
    strengths,
)
from boltzmann.experiments.metrics import BY_KEY, JudgedKey
from boltzmann.experiments.statistics import Cells, Judgement, final, labels_of, performance_profile
from boltzmann.experiments.store import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_PANEL = (5.2, 3.4)
_BESIDE, _POINTS = 0.9, 301

_BANDS = 3
"""How many agents have bands, the best: those of more would cover each other, and are wide with few replicates."""


def draw_profiles(results: Results, metric: JudgedKey | None = None, *, confidence: float = 0.95) -> Figure:
    """Draw for each agent the fraction of its replicates that is better than tau, a panel for each task.

    A line further to the right is better (further to the left for the gap). Where lines cross, neither agent is better
    throughout. See ``performance_profile`` for the bands.

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
    return profiles_of(Judgement(results, metric, confidence=confidence))


def profiles_of(judgement: Judgement) -> Figure:
    """Draw the profiles of results that are judged already; see :func:`draw_profiles`."""
    tasks, metrics, plan = judgement.judged_cells, judgement.metrics, judgement.results.plan
    labels = [label for cells in tasks.values() for label in shown_labels(labels_of(cells)).values()]
    longest = max(LEGEND_TITLE, *map(len, labels))
    heights = [max(_PANEL[1], LINE * (len(cells) + 2)) for cells in tasks.values()]
    with look():
        figure = new_figure(_PANEL[0] + _BESIDE + LETTER * longest, sum(heights))
        panels = figure.subplots(len(tasks), 1, squeeze=False, height_ratios=heights)[:, 0]
        for panel, (task, cells) in zip(panels, tasks.items(), strict=True):
            styles = {agent: line_style(style) for agent, style in styles_of(judgement, cells).items()}
            _draw_task(panel, cells, metrics[task], judgement.confidence, plan.sample, styles)
            put_title(panel, task, _PANEL[0])
        which = " of the best three" if max(len(cells) for cells in tasks.values()) > _BANDS else ""
        note = (
            f"Each of {plan.samples_text} by its mean over the last tenth of the steps; bands{which}: "
            f"{100 * judgement.confidence:g} % confidence intervals, at each τ by itself."
        )
        put_caption(figure, note, metrics=metrics.values())
    return figure


def _draw_task(
    panel: Axes, cells: Cells, key: JudgedKey, confidence: float, sample: str, styles: dict[str, dict[str, Any]]
) -> None:
    metric, labels = BY_KEY[key], shown_labels(labels_of(cells))
    finals = {agent: final(cells[agent], key) for agent in best_first(cells, key)}
    finals = {agent: values[~np.isnan(values)] for agent, values in finals.items()}
    everything = np.concatenate(list(finals.values()))
    margin = 0.02 * float(np.ptp(everything)) or 0.5
    thresholds = np.linspace(everything.min() - margin, everything.max() + margin, _POINTS)
    strength = strengths(list(finals))
    for index, (agent, values) in enumerate(finals.items()):
        if len(values):
            width, shade = strength[agent]
            # The profile counts what lies above tau, so values of which less is better change their sign.
            profile = performance_profile(metric.sign * values, metric.sign * thresholds, confidence)
            panel.plot(thresholds, profile.value, label=labels[agent], linewidth=width, **styles[agent])
            if shade and index < _BANDS:
                band = {"color": styles[agent]["color"], "alpha": shade, "linewidth": 0}
                panel.fill_between(thresholds, profile.low, profile.high, **band)
    panel.set(ylim=(-0.02, 1.02), xlim=(thresholds[0], thresholds[-1]))
    label_metric(panel, key, "x", " τ")
    panel.set_ylabel(f"{sample}s {'below' if metric.smaller_is_better else 'above'} τ")
    panel.yaxis.set_major_formatter(lambda value, _: percent(value))
    legend_beside(panel, f"best mean {metric.name} first")
