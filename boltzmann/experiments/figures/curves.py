"""Learning curves: metrics along the steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.figures.labels import label_ends, legend_beside, width_beside
from boltzmann.experiments.figures.style import (
    LETTER,
    LINE,
    MANY,
    agent_styles,
    bands_note,
    best_first,
    label_metric,
    look,
    number_of_runs,
    put_caption,
    strengths,
)
from boltzmann.experiments.results import Cell, Results
from boltzmann.experiments.statistics import METRIC_NAMES, CurveMetric, Metric, curve, interval, usual_metric
from boltzmann.experiments.statistics.metrics import has_metric, is_judged, tasks_showing, tasks_with

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_learning_curves"]

_PANEL = (4.6, 3.4)
_BESIDE = 0.95
_WIDE = 50.0


def draw_learning_curves(results: Results, metric: CurveMetric | Sequence[CurveMetric] | None = None) -> Figure:
    """Draw the learning curves of every task: a row a task, a panel a metric.

    Lines are means over replicates, bands their 95 % intervals (Student's t). Up to ten agents are named where their
    lines end in the last panel, more of them in a legend, the best final value first and the best five drawn stronger.
    Everything is aligned on steps: a return stands where its episode ended, and a window's return is the mean over the
    replicates in which one ended.

    Parameters
    ----------
    results : Results
        Of a finished run.
    metric : str or sequence of them, optional
        Of ``"reward"``, ``"return"``, ``"regret"``, ``"gap"``, ``"optimal"``, ``"greedy"``, ``"entropy"`` and
        ``"temperature"``. By default the return per episode where every replicate ended one in the last tenth of the
        steps, else the reward per step. Beside a single one of these stands the rate of optimal actions where the
        environment knows it; a sequence is drawn as it is.

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to any window; ``savefig`` writes it.

    Raises
    ------
    RefusedError
        For a metric that there is not, or that no task has.
    """
    from matplotlib.figure import Figure

    single: list[CurveMetric] = [metric] if isinstance(metric, str) else list(metric or [])
    tasks = tasks_showing(results, single) if single else tasks_with(results, None)
    shown: dict[str, list[CurveMetric]] = {}
    for task, cells in tasks.items():
        wanted = single or [usual_metric(cells)]
        if (metric is None or isinstance(metric, str)) and wanted[0] in ("reward", "return", "gap", "regret"):
            wanted = [*wanted, "optimal"]
        shown[task] = [one for one in wanted if has_metric(cells, one)]
    columns = max(len(metrics) for metrics in shown.values())
    longest = max(width_beside(cells) for cells in tasks.values())
    heights = [max(_PANEL[1], LINE * (len(cells) + 2)) for cells in tasks.values()]
    with look():
        size = (columns * _PANEL[0] + _BESIDE + LETTER * longest, sum(heights))
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(len(tasks), columns, squeeze=False, height_ratios=heights)
        everything = {one for metrics in shown.values() for one in metrics}
        put_caption(figure, _note(results), metrics=everything)
        for row, (task, cells), height in zip(panels, tasks.items(), heights, strict=True):
            _draw_task(row, task, cells, shown[task], height)
    return figure


def _note(results: Results) -> str:
    count, agents = results.layout.replicates, max(len(task.agents) for task in results.layout.tasks)
    bands = f", bands: 95 % confidence intervals{bands_note(agents)}" if count > 1 else ""
    return f"Lines: means over {number_of_runs(count)}{bands}."


def _judged_by(cells: dict[str, Cell], metrics: Sequence[CurveMetric]) -> Metric:
    """Choose what agents are ranked by: the first metric shown that can rank, else the usual one."""
    ranking: list[CurveMetric] = ["gap" if metric == "regret" else metric for metric in metrics]
    judges = [metric for metric in ranking if is_judged(metric)]
    return judges[0] if judges else usual_metric(cells)


def _draw_task(panels: Any, task: str, cells: dict[str, Cell], metrics: list[CurveMetric], height: float) -> None:
    styles, judge = agent_styles(cells), _judged_by(cells, metrics)
    ranked = best_first(cells, judge)
    for label, (width, shade) in strengths(ranked).items():
        styles[label] |= {"linewidth": width, "alpha": shade}
    for panel, shown in zip(panels, metrics, strict=False):
        ends = {label: _draw_curve(panel, cells[label], shown, label, styles[label]) for label in ranked}
        panel.locator_params(axis="x", nbins=6)
        panel.set(xlabel="step", xlim=(0, next(iter(cells.values())).steps[-1]))
        label_metric(panel, shown, "y")
        _choose_scale(panel, shown)
    for panel in panels[len(metrics) :]:
        panel.set_visible(False)
    panels[0].set_title(task, loc="left", fontweight="bold")
    if len(cells) > MANY:
        legend_beside(panels[len(metrics) - 1], f"best final {METRIC_NAMES[judge]} first")
    else:
        label_ends(panels[len(metrics) - 1], ends, styles, height)


def _choose_scale(panel: Axes, metric: CurveMetric) -> None:
    if metric in ("optimal", "greedy"):
        panel.set_ylim(-0.02, 1.02)
    if metric == "temperature":
        drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=np.float64) for line in panel.get_lines()])
        drawn = drawn[np.isfinite(drawn)]
        # Annealing runs over decades; a temperature of 0 has no place on their axis.
        if len(drawn) and 0 < drawn.min() * _WIDE < drawn.max():
            panel.set_yscale("log")


def _draw_curve(panel: Axes, cell: Cell, metric: CurveMetric, label: str, style: dict[str, Any]) -> float:
    """Draw a line with its band and give the value that it ends with, NaN without any."""
    values = curve(cell, metric)
    # An infinite temperature has no place on any axis.
    mean, half_width = interval(np.where(np.isfinite(values), values, np.nan))
    # A window's value stands at its middle, a sum at its end.
    places = cell.steps - (0 if metric == "regret" else cell.lengths / 2)
    shade, line = style["alpha"], {name: value for name, value in style.items() if name != "alpha"}
    # A single point makes no line.
    panel.plot(places, mean, label=label, marker="o" if len(places) == 1 else None, **line)
    if shade and not np.isnan(half_width).all():
        panel.fill_between(places, mean - half_width, mean + half_width, color=style["color"], alpha=shade, linewidth=0)
    known = mean[np.isfinite(mean)]
    return float(known[-1]) if len(known) else float("nan")
