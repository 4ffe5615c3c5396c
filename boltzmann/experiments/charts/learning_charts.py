"""Metrics along the steps: a chart for each task, a panel for each metric."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from boltzmann.experiments.charts.model import Axis, Chart, Line, LinePanel
from boltzmann.experiments.describe import Plan
from boltzmann.experiments.metrics import BY_KEY, Bounds, Floats, JudgedKey, MetricKey
from boltzmann.experiments.statistics import (
    Cells,
    Judgement,
    better_first,
    bounded_mean,
    bounds_of,
    curve,
    final,
    find_metric,
    has_metric,
    interval,
    labels_of,
)
from boltzmann.experiments.store import Cell

EXPLORATION: tuple[MetricKey, ...] = ("entropy", "greedy")
MANY, STRONG = 10, 5
"""Of more policies than these only so many, the best, have bands and full lines: more bands would hide all lines."""
_MOST_POINTS = 400
"""No screen shows more points of a line side by side in a panel."""


class CurveNumbers(NamedTuple):
    """A learning curve: means over replicates with their 95 % intervals, where there are any; arrays of shape (N,)."""

    steps: Floats
    mean: Floats
    low: Floats
    high: Floats


def curve_numbers(cell: Cell, metric: MetricKey, bounds: Bounds) -> CurveNumbers:
    """Return the numbers of a learning curve, which pages and figures draw.

    Parameters
    ----------
    cell : Cell
        An agent on a task.
    metric : str
        The key of one of ``METRICS``.
    bounds : pair of floats
        Where the metric lies.

    Returns
    -------
    CurveNumbers
        A point for each window that has a value. A mean stands at the middle of its window, a running total at the end.
    """
    values = curve(cell, metric)
    # No axis can show an infinite temperature.
    known = np.where(np.isfinite(values), values, np.nan)
    mean, low, high = bounded_mean(known, bounds, widen=BY_KEY[metric].is_judged)
    steps = cell.steps - (0 if BY_KEY[metric].is_running_total else cell.lengths / 2)
    # In the other windows no episode ended.
    drawn = np.isfinite(mean)
    return CurveNumbers(np.asarray(steps[drawn], dtype=np.float64), mean[drawn], low[drawn], high[drawn])


def panels_beside(judgement: Judgement, task: str, metric: MetricKey | Sequence[MetricKey] | None) -> list[MetricKey]:
    """Return the metrics to draw for a task: a single one has its companion beside it."""
    if metric is not None and not isinstance(metric, str):
        return list(metric)
    single = metric or judgement.metrics[task]
    return [key for key in (single, find_metric(single).drawn_beside) if key]


def policy_styles(judgement: Judgement) -> dict[str, int]:
    """Return the style of each policy by its short label, one for pages and figures, in the order of the experiment."""
    names = dict.fromkeys(label for cells in judgement.cells.values() for label in labels_of(cells).values())
    return {name: index for index, name in enumerate(names)}


def styles_of(judgement: Judgement, cells: Cells) -> dict[str, int]:
    """Return the style of each agent of a task."""
    styles = policy_styles(judgement)
    return {agent: styles[label] for agent, label in labels_of(cells).items()}


def best_first(cells: Cells, metric: JudgedKey) -> list[str]:
    """Sort agents by their mean final value, those without one last."""
    means = {agent: float(interval(final(cell, metric))[0]) for agent, cell in cells.items()}
    return sorted(cells, key=lambda agent: better_first(means[agent], metric))


def learning_charts(judgement: Judgement) -> list[Chart]:
    """Return a chart for each task: the metric that it is judged by, and beside it how often actions were optimal."""
    return [
        _chart(judgement, task, panels_beside(judgement, task, judgement.metric)) for task in judgement.judged_cells
    ]


def exploration_charts(judgement: Judgement) -> list[Chart]:
    """Return a chart for each task: the entropy of the policy, and how often actions were greedy."""
    return [_chart(judgement, task, EXPLORATION) for task in judgement.judged_cells]


def _chart(judgement: Judgement, task: str, metrics: Sequence[MetricKey]) -> Chart:
    cells, plan = judgement.judged_cells[task], judgement.results.plan
    metrics = [metric for metric in metrics if has_metric(cells, metric)]
    ranked, styles, labels = best_first(cells, judgement.metrics[task]), policy_styles(judgement), labels_of(cells)
    strong = set(ranked[: STRONG if len(ranked) > MANY else None])
    panels = []
    for metric in metrics:
        bounds, lines = bounds_of(cells, metric), []
        for agent in ranked:
            steps, mean, low, high = thinned(curve_numbers(cells[agent], metric, bounds))
            banded = agent in strong and not np.isnan(low).all()
            name = labels[agent]
            lines.append(
                Line(name, styles[name], steps, mean, (low, high) if banded else None, is_faint=agent not in strong)
            )
        x = Axis("step", can_switch=True, limits=(0.0, float(next(iter(cells.values())).steps[-1])))
        panels.append(LinePanel(BY_KEY[metric].name, x, _axis_of(metric, lines), lines))
    what = " and ".join(BY_KEY[metric].name for metric in metrics)
    return Chart(f"{what} of each policy against the step, on {task}", panels, task, _caption(plan, metrics, ranked))


def _axis_of(metric: MetricKey, lines: Sequence[Line]) -> Axis:
    about = BY_KEY[metric]
    drawn = np.concatenate([line.y for line in lines])
    wide = about.spans_decades and len(drawn) > 0 and 0 < 50 * drawn.min() < drawn.max()
    return Axis(about.name, is_log=wide, is_fraction=about.is_fraction)


def _caption(plan: Plan, metrics: Sequence[MetricKey], ranked: Sequence[str]) -> str:
    parts = [f"A line is the mean over {plan.samples_text}."]
    if plan.samples > 1:
        which = f" of the best {STRONG} policies" if len(ranked) > MANY else ""
        parts.append(f"The band{which} is the 95 % confidence interval of that mean.")
    if any(BY_KEY[metric].per_episode for metric in metrics):
        parts.append("An episode counts at the step where it ends.")
    measured = [BY_KEY[metric].key for metric in metrics if BY_KEY[metric].measure is not None]
    if measured:
        verb = "is that" if len(measured) == 1 else "are those"
        parts.append(
            f"The {' and '.join(measured)} {verb} of one step a point, the last one before it, not a mean over steps: "
            "where all episodes are equally long, a line may follow the place in the episode."
        )
    return " ".join(parts)


def thinned(numbers: CurveNumbers) -> CurveNumbers:
    """Leave out points that no screen shows: of each piece of the line its ends, its lowest and its highest stay.

    Examples
    --------
    >>> steps = np.arange(100_000.0)
    >>> thin = thinned(CurveNumbers(steps, np.where(steps == 777, 9.0, 0.0), steps, steps))
    >>> len(thin.steps) <= 400, float(thin.mean.max()), float(thin.steps[-1])
    (True, 9.0, 99999.0)
    """
    count = len(numbers.steps)
    if count <= _MOST_POINTS:
        return numbers
    # Half of the pieces are as long as each other, the rest as long as each other on a logarithmic axis.
    pieces = _MOST_POINTS // 8
    edges = np.unique(
        np.concatenate([np.linspace(0, count, pieces + 1), np.geomspace(1, count, pieces + 1)]).astype(np.int64)
    )
    kept = {0, count - 1}
    for start, stop in pairwise(edges):
        piece = numbers.mean[start:stop]
        kept |= {int(start), int(start + piece.argmin()), int(start + piece.argmax())}
    index = np.array(sorted(kept))
    return CurveNumbers(*(array[index] for array in numbers))
