"""Learning curves: metrics along the steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.figures.legends import label_ends, legend_beside, width_beside
from boltzmann.experiments.figures.style import (
    LETTER,
    LINE,
    MANY,
    agent_styles,
    bands_note,
    best_first,
    label_metric,
    look,
    put_caption,
    strengths,
)
from boltzmann.experiments.statistics import (
    METRIC_NAMES,
    CurveMetric,
    Metric,
    curve,
    has_metric,
    interval,
    is_judged,
    tasks_showing,
    tasks_with,
    usual_metric,
)
from boltzmann.experiments.store import Cell, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_PANEL = (4.6, 3.4)
_BESIDE = 0.95
_WIDE = 50.0

_WILD, _FLATTENED = 0.2, 2.0
"""So large a part of all bands may leave a panel, where they would make it so many times as high."""


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
        grid = figure.add_gridspec(len(tasks), columns, height_ratios=heights)
        everything = {one for metrics in shown.values() for one in metrics}
        fewest = min(_fewest(cells, metrics) for cells, metrics in zip(tasks.values(), shown.values(), strict=True))
        put_caption(figure, _note(results, fewest), metrics=everything)
        for row, ((task, cells), height) in enumerate(zip(tasks.items(), heights, strict=True)):
            last = len(shown[task]) - 1
            # The last panel of a row takes what others have more.
            places = [slice(place, columns if place == last else place + 1) for place in range(last + 1)]
            _draw_task([figure.add_subplot(grid[row, place]) for place in places], task, cells, shown[task], height)
    return figure


def _fewest(cells: dict[str, Cell], metrics: list[CurveMetric]) -> int:
    """Count how many replicates the thinnest mean return of the last tenth of the windows rests on."""
    counts = [cell.samples for cell in cells.values()]
    if "return" in metrics:
        ended = [np.isfinite(cell.mean_return).sum(axis=0) for cell in cells.values()]
        counts += [int(last[last > 0].min()) for one in ended if (last := one[-(len(one) // 10 + 1) :]).any()]
    return min(counts)


def _note(results: Results, fewest: int) -> str:
    plan, agents = results.plan, max(len(task.agents) for task in results.plan.tasks)
    bands = f", bands: 95 % confidence intervals{bands_note(agents)}" if plan.samples > 1 else ""
    said = f"Lines: means over {plan.samples_text}{bands}."
    if fewest < plan.samples:
        said += (
            f" A window's return is the mean over the replicates that ended an episode in it, near the end as few as "
            f"{fewest}; those with long episodes are missing more often."
        )
    return said


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
    for panel, shown in zip(panels, metrics, strict=True):
        ends = {label: _draw_curve(panel, cells[label], shown, label, styles[label]) for label in ranked}
        panel.locator_params(axis="x", nbins=6)
        panel.set(xlabel="step", xlim=(0, next(iter(cells.values())).steps[-1]))
        label_metric(panel, shown, "y")
        _choose_scale(panel, shown)
    panels[0].set_title(task, loc="left", fontweight="bold")
    if len(cells) > MANY:
        legend_beside(panels[-1], f"best final {METRIC_NAMES[judge]} first")
    else:
        label_ends(panels[-1], ends, styles, height)


def _choose_scale(panel: Axes, metric: CurveMetric) -> None:
    if metric in ("optimal", "greedy"):
        panel.set_ylim(-0.02, 1.02)
    if metric == "temperature":
        drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=np.float64) for line in panel.get_lines()])
        drawn = drawn[np.isfinite(drawn)]
        # Annealing runs over decades; a temperature of 0 has no place on their axis.
        if len(drawn) and 0 < drawn.min() * _WIDE < drawn.max():
            panel.set_yscale("log")
    if metric in ("reward", "return", "gap"):
        _cut_wild_bands(panel)


def _cut_wild_bands(panel: Axes) -> None:
    """Let some bands leave the panel, such as rest on two or three replicates, where they would flatten all lines."""
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


def _draw_curve(panel: Axes, cell: Cell, metric: CurveMetric, label: str, style: dict[str, Any]) -> float:
    """Draw a line with its band and give the value that it ends with, NaN without any."""
    values = curve(cell, metric)
    # An infinite temperature has no place on any axis.
    mean, half_width = interval(np.where(np.isfinite(values), values, np.nan))
    # A window's value stands at its middle, a sum at its end.
    places = cell.steps - (0 if metric == "regret" else cell.lengths / 2)
    shade, line = style["alpha"], {name: value for name, value in style.items() if name != "alpha"}
    # A line goes on over windows without a value, in which no episode ended; a single point makes none.
    known = np.isfinite(mean)
    places, mean, half_width = places[known], mean[known], half_width[known]
    panel.plot(places, mean, label=label, marker="o" if len(places) == 1 else None, **line)
    if shade and not np.isnan(half_width).all():
        panel.fill_between(places, mean - half_width, mean + half_width, color=style["color"], alpha=shade, linewidth=0)
    return float(mean[-1]) if len(mean) else float("nan")
