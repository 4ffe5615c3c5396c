"""Figures of a comparison, drawn with seaborn and matplotlib, which are imported only here and only when drawing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.results import Cell, Results
from boltzmann.experiments.statistics import METRIC_NAMES, Metric, curve, final, interval, tasks_with, usual_metric

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_learning_curves", "save_figure"]

# Three of them, so that the palette's near neighbours (orange and brown, the two pinks) never share one.
_DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)))
_PANEL = (4.6, 3.4)
_LEGEND, _LETTER, _LINE = 0.8, 0.078, 0.21


def draw_learning_curves(results: Results, metric: Metric | None = None) -> Figure:
    """Draw the learning curves of every task: a row a task, the agents in the order of their final value.

    The left panel shows the metric, the right one the rate of optimal actions where the environment knows it. Lines
    are means over replicates, bands their 95 % intervals.

    Parameters
    ----------
    results : Results
        Of a finished run.
    metric : {"reward", "return", "gap", "optimal"}, optional
        By default the return per episode where every replicate ended one in the last tenth of the steps, else the
        reward per step.

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to any window; ``savefig`` writes it.
    """
    import seaborn as sns
    from matplotlib.figure import Figure

    tasks = tasks_with(results, metric)
    shown = {task: _metrics(cells, metric or usual_metric(cells)) for task, cells in tasks.items()}
    columns = max(len(metrics) for metrics in shown.values())
    longest = max(len(label) for cells in tasks.values() for label in cells)
    heights = [max(_PANEL[1], _LINE * (len(cells) + 2)) for cells in tasks.values()]
    with sns.axes_style("whitegrid"), sns.plotting_context("notebook", font_scale=0.85):
        size = (columns * _PANEL[0] + _LEGEND + _LETTER * longest, sum(heights))
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(len(tasks), columns, squeeze=False, height_ratios=heights)
        figure.supxlabel(_caption(results), fontsize="small", x=0.01, ha="left")
        for row, (task, cells) in zip(panels, tasks.items(), strict=True):
            _draw_task(row, task, cells, shown[task])
    return figure


def _metrics(cells: dict[str, Cell], metric: Metric) -> list[Metric]:
    known = any(not np.isnan(cell.metrics["optimal"]).all() for cell in cells.values())
    return [metric, "optimal"] if known and metric != "optimal" else [metric]


def _caption(results: Results) -> str:
    count = results.layout.replicates
    bands = ", bands: 95 % confidence intervals" if count > 1 else ""
    return f"Lines: means over {count} replicate{'s' if count > 1 else ''}{bands}."


def _draw_task(panels: Any, task: str, cells: dict[str, Cell], metrics: list[Metric]) -> None:
    import seaborn as sns

    colours = sns.color_palette("colorblind", 10)
    styles = {
        label: {"color": colours[place % 10], "linestyle": _DASHES[(place + place // 10) % len(_DASHES)]}
        for place, label in enumerate(cells)
    }
    metric = metrics[0]
    means = {label: float(interval(final(cell, metric))[0]) for label, cell in cells.items()}
    worst = np.inf if metric == "gap" else -np.inf
    ranked = sorted(cells, key=lambda label: worst if np.isnan(means[label]) else means[label], reverse=metric != "gap")
    for panel, shown in zip(panels, metrics, strict=False):
        for label in ranked:
            _draw_curve(panel, cells[label], shown, label, styles[label])
        panel.locator_params(axis="x", nbins=6)
        panel.set(xlabel="step", ylabel=METRIC_NAMES[shown], xlim=(0, None))
        if shown == "optimal":
            panel.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
            panel.set_ylim(-0.02, 1.02)
    for panel in panels[len(metrics) :]:
        panel.set_visible(False)
    panels[0].set_title(task, loc="left", fontweight="bold")
    panels[len(metrics) - 1].legend(
        title="best at the end first", loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, alignment="left"
    )


def _draw_curve(panel: Axes, cell: Cell, metric: Metric, label: str, style: dict[str, Any]) -> None:
    mean, half_width = interval(curve(cell, metric))
    # A window's value stands at its middle.
    middles = cell.steps - cell.lengths / 2
    # A single point makes no line.
    panel.plot(middles, mean, label=label, linewidth=1.6, marker="o" if len(middles) == 1 else None, **style)
    if not np.isnan(half_width).all():
        panel.fill_between(middles, mean - half_width, mean + half_width, color=style["color"], alpha=0.2, linewidth=0)


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure to a file, in the format that its ending names.

    Raises
    ------
    RefusedError
        For an ending that names no format, or one that needs a program which is not there.
    OSError
        Where the file cannot be written.
    """
    ending, known = Path(path).suffix.lstrip(".").lower(), figure.canvas.get_supported_filetypes()
    if ending not in known:
        raise RefusedError(f"a figure's file must end in one of {', '.join(sorted(known))}, got {path}")
    try:
        figure.savefig(path, dpi=150)
    except RuntimeError as error:
        # Some formats need a program, as pgf needs TeX.
        raise RefusedError(f"{path} cannot be written as {ending}: {str(error).splitlines()[0]}") from error
