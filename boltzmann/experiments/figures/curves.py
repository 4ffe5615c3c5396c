"""Learning curves: metrics along the steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.charts import MANY, best_first, curve_numbers, panels_beside, styles_of
from boltzmann.experiments.describe import Plan
from boltzmann.experiments.figures.legends import label_ends, legend_beside, width_beside
from boltzmann.experiments.figures.style import (
    LETTER,
    LINE,
    bands_note,
    label_metric,
    line_style,
    look,
    new_figure,
    put_caption,
    put_title,
    shown_labels,
    strengths,
    use_decades,
)
from boltzmann.experiments.metrics import BY_KEY, Bounds, JudgedKey, Metric, MetricKey
from boltzmann.experiments.statistics import (
    Cells,
    Judgement,
    bounds_of,
    curve,
    has_metric,
    labels_of,
    usual_metric,
)
from boltzmann.experiments.store import Cell, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_PANEL = (4.6, 3.4)
_BESIDE = 0.95
_WIDE = 50.0
"""An axis is logarithmic where the largest value is more than so many times the smallest."""
_WILD, _FLATTENED = 0.2, 2.0
"""The largest fraction of all bands that may leave a panel, where they would make it more than so many times as high.
"""


def draw_learning_curves(results: Results, metric: MetricKey | Sequence[MetricKey] | None = None) -> Figure:
    """Draw the learning curves of every task: a row for each task, a panel for each metric.

    Lines are means over replicates, bands their 95 % intervals (Student's t). They
    stay within the bounds of the metric. Up to ten agents are named where their
    lines end in the last panel, more of them in a legend, the best final value first and the best five drawn stronger.
    Everything is aligned on steps: a return stands where its episode ended, and a window's return is the mean over the
    replicates in which one ended.

    Parameters
    ----------
    results : Results
        Of a finished run.
    metric : str or sequence of them, optional
        Keys of ``METRICS``. By default what ``leaderboard`` judges each task by. Beside a single reward, return, gap or
        regret stands the rate of optimal actions where the environment knows it; a sequence is drawn as it is.

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to any window; ``savefig`` writes it.

    Raises
    ------
    RefusedError
        For a metric that does not exist, or that no task has.
    """
    return curves_of(Judgement(results), metric)


def curves_of(judgement: Judgement, metric: MetricKey | Sequence[MetricKey] | None = None) -> Figure:
    """Draw the curves of results that are judged already; see :func:`draw_learning_curves`."""
    wanted = [metric] if isinstance(metric, str) else list(metric or [])
    tasks = judgement.tasks_showing(wanted) if wanted else judgement.judged_cells
    shown = {
        task: [key for key in panels_beside(judgement, task, metric) if has_metric(cells, key)]
        for task, cells in tasks.items()
    }
    columns = max(len(metrics) for metrics in shown.values())
    longest = max(width_beside(shown_labels(labels_of(cells)).values()) for cells in tasks.values())
    heights = [max(_PANEL[1], LINE * (len(cells) + 2)) for cells in tasks.values()]
    with look():
        figure = new_figure(columns * _PANEL[0] + _BESIDE + LETTER * longest, sum(heights))
        grid = figure.add_gridspec(len(tasks), columns, height_ratios=heights)
        fewest = min(_fewest(cells, metrics) for cells, metrics in zip(tasks.values(), shown.values(), strict=True))
        note = _note(judgement.results.plan, fewest)
        put_caption(figure, note, metrics={key for metrics in shown.values() for key in metrics})
        for row, ((task, cells), height) in enumerate(zip(tasks.items(), heights, strict=True)):
            last = len(shown[task]) - 1
            # The last panel of a row takes the columns that only other rows fill.
            spans = [slice(column, columns if column == last else column + 1) for column in range(last + 1)]
            panels = [figure.add_subplot(grid[row, span]) for span in spans]
            styles = {agent: line_style(style) for agent, style in styles_of(judgement, cells).items()}
            _draw_task(panels, task, cells, shown[task], height, styles)
    return figure


def _fewest(cells: Cells, metrics: Sequence[MetricKey]) -> int:
    """Count the replicates behind the mean return of the last tenth of the windows that has the fewest."""
    counts = [cell.samples for cell in cells.values()]
    for metric in metrics:
        if BY_KEY[metric].per_episode:
            known = [np.isfinite(curve(cell, metric)).sum(axis=0) for cell in cells.values()]
            counts += [int(last[last > 0].min()) for one in known if (last := one[-(len(one) // 10 + 1) :]).any()]
    return min(counts)


def _note(plan: Plan, fewest: int) -> str:
    agents = max(len(task.agents) for task in plan.tasks)
    bands = f", bands: 95 % confidence intervals{bands_note(agents)}" if plan.samples > 1 else ""
    note = f"Lines: means over {plan.samples_text}{bands}."
    if fewest < plan.samples:
        note += (
            f" A window's return is the mean over the replicates that ended an episode in it, near the end as few as "
            f"{fewest}; those with long episodes are missing more often."
        )
    return note


def _judged_by(cells: Cells, metrics: Sequence[MetricKey]) -> JudgedKey:
    """Return the metric that ranks the agents: that of the first metric shown that has one, else the usual metric."""
    ranking = [BY_KEY[metric].ranked_by for metric in metrics if BY_KEY[metric].ranked_by]
    return ranking[0] if ranking else usual_metric(cells)


def _draw_task(
    panels: Any,
    task: str,
    cells: Cells,
    metrics: list[MetricKey],
    height: float,
    styles: dict[str, dict[str, Any]],
) -> None:
    labels, judge = shown_labels(labels_of(cells)), _judged_by(cells, metrics)
    ranked = best_first(cells, judge)
    for agent, (width, shade) in strengths(ranked).items():
        styles[agent] |= {"linewidth": width, "alpha": shade}
    for panel, shown in zip(panels, metrics, strict=True):
        bounds = bounds_of(cells, shown)
        ends = {
            agent: _draw_curve(panel, cells[agent], shown, bounds, labels[agent], styles[agent]) for agent in ranked
        }
        panel.locator_params(axis="x", nbins=6)
        panel.set(xlabel="step", xlim=(0, next(iter(cells.values())).steps[-1]))
        label_metric(panel, shown, "y")
        _choose_scale(panel, BY_KEY[shown])
    put_title(panels[0], task, _PANEL[0])
    if len(cells) > MANY:
        legend_beside(panels[-1], f"best final {BY_KEY[judge].name} first")
    else:
        label_ends(panels[-1], ends, labels, styles, height)


def _choose_scale(panel: Axes, metric: Metric) -> None:
    if metric.is_fraction:
        panel.set_ylim(-0.02, 1.02)
    elif metric.spans_decades:
        drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=np.float64) for line in panel.get_lines()])
        drawn = drawn[np.isfinite(drawn)]
        # A logarithmic axis cannot show a temperature of 0.
        if len(drawn) and 0 < drawn.min() * _WIDE < drawn.max():
            use_decades(panel, "y")
    elif metric.is_judged:
        _cut_wild_bands(panel)


def _cut_wild_bands(panel: Axes) -> None:
    """Let a few very wide bands, those of two or three replicates, leave the panel instead of flattening all lines."""
    lines = [np.asarray(line.get_ydata(), dtype=np.float64) for line in panel.get_lines()]
    edges = [np.asarray(path.vertices)[:, 1] for band in panel.collections for path in band.get_paths()]
    if not edges or not lines:
        return
    means, bands = np.concatenate(lines), np.concatenate(edges)
    low, high = np.quantile(bands, [_WILD / 2, 1 - _WILD / 2])
    low, high = min(low, means.min()), max(high, means.max())
    if np.ptp(bands) > _FLATTENED * (high - low):
        margin = 0.05 * (high - low)
        panel.set_ylim(low - margin, high + margin)


def _draw_curve(panel: Axes, cell: Cell, metric: MetricKey, bounds: Bounds, label: str, style: dict[str, Any]) -> float:
    """Draw a line with its band and return the value at which it ends, NaN without any."""
    steps, mean, low, high = curve_numbers(cell, metric, bounds)
    shade, line = style["alpha"], {name: value for name, value in style.items() if name != "alpha"}
    # Lines connect the windows that have a value. A single point needs a marker.
    panel.plot(steps, mean, label=label, marker="o" if len(steps) == 1 else None, **line)
    if shade and not np.isnan(low).all():
        panel.fill_between(steps, low, high, color=style["color"], alpha=shade, linewidth=0)
    return float(mean[-1]) if len(mean) else float("nan")
