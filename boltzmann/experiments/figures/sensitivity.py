"""How a metric depends on a temperature, or on any other number of the agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.figures.legends import label_ends
from boltzmann.experiments.figures.style import (
    LETTER,
    agent_styles,
    best_first,
    label_metric,
    look,
    put_caption,
)
from boltzmann.experiments.statistics import (
    Metric,
    final,
    hole_of,
    interval,
    members,
    tasks_with,
    usual_family,
    usual_metric,
)
from boltzmann.experiments.store import Cell, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_PANEL = (5.2, 3.4)
_BESIDE = 0.95
_REFERENCES = 6
_MOST_TICKS = 9


def draw_sensitivity(
    results: Results, family: str | None = None, metric: Metric | None = None, *, confidence: float = 0.95
) -> Figure:
    """Draw the final value of agents that differ in one number against that number, a panel a task.

    The number's axis is logarithmic; 0 and infinity, which it has no place for, stand apart at its two ends. Dots are
    means over replicates, the band their intervals (Student's t). Agents outside the family are level lines, the best
    six of them.

    Parameters
    ----------
    results : Results
        Of a finished run.
    family : str, optional
        A policy or an agent in the one notation, with a name in place of one number: ``"Boltzmann(T)"``,
        ``"Boltzmann(Linear(T, 0.01, 5000))"``, ``"QLearning(Greedy(), step_size=x)"``. By default the one with the
        most agents, for each task. Tasks without two of its agents are left out.
    metric : {"reward", "return", "gap", "optimal"}, optional
        By default as for ``leaderboard``.
    confidence : float
        Of the bands, in (0, 1).

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    RefusedError
        For a metric that no task has, and a family that cannot be read or that no task has two agents of.
    """
    from matplotlib.figure import Figure

    tasks = tasks_with(results, metric)
    families = {task: family or usual_family(cells) for task, cells in tasks.items()}
    found = {task: members(tasks[task], text) for task, text in families.items() if text is not None}
    found = {task: numbers for task, numbers in found.items() if len(numbers) > 1}
    if not found:
        raise RefusedError(f"no task of {results.folder} has two agents of one family, {family or 'whatever it be'}")
    longest = max((len(label) for task in found for label in tasks[task] if label not in found[task]), default=4)
    metrics = {task: metric or usual_metric(tasks[task]) for task in found}
    with look():
        width = _PANEL[0] + _BESIDE + LETTER * longest
        figure = Figure(figsize=(width, _PANEL[1] * len(found)), layout="constrained")
        panels = figure.subplots(len(found), 1, squeeze=False)[:, 0]
        for panel, (task, numbers) in zip(panels, found.items(), strict=True):
            _draw_task(panel, tasks[task], numbers, metrics[task], confidence)
            text = str(families[task])
            _label_numbers(panel, text, list(numbers.values()))
            panel.set_title(task, loc="left", fontweight="bold")
        bands = f", bands: {100 * confidence:g} % confidence intervals" if results.plan.samples > 1 else ""
        note = f"Means over {results.plan.samples_text} in the last tenth of the steps{bands}."
        put_caption(figure, note, metrics=metrics.values())
    return figure


def places_of(numbers: list[float]) -> NDArray[np.float64]:
    """Give the places of numbers in [0, inf] on an axis: log10 inside, 0 and infinity apart at its ends.

    Examples
    --------
    >>> places_of([0.0, 0.01, 1.0, float("inf")])
    array([-2.5, -2. ,  0. ,  0.5])
    """
    values = np.asarray(numbers, dtype=np.float64)
    inside = values[(values > 0) & np.isfinite(values)]
    low, high = (np.log10(inside.min()), np.log10(inside.max())) if len(inside) else (0.0, 0.0)
    apart = max(0.5, 0.12 * (high - low))
    with np.errstate(divide="ignore"):
        return np.clip(np.log10(values), low - apart, high + apart)


def _draw_task(panel: Axes, cells: dict[str, Cell], numbers: dict[str, float], metric: Metric, level: float) -> None:
    values = np.stack([final(cells[label], metric) for label in numbers], axis=1)
    mean, half_width = interval(values, level)
    places, given = places_of(list(numbers.values())), np.array(list(numbers.values()))
    inside = (given > 0) & np.isfinite(given)
    styles = agent_styles(["family", *(label for label in cells if label not in numbers)])
    colour = styles["family"]["color"]
    panel.plot(places, mean, color=colour, linewidth=1.0, linestyle=(0, (1, 2)))
    panel.plot(places[inside], mean[inside], color=colour, linewidth=1.8)
    panel.plot(places, mean, color=colour, linestyle="none", marker="o", markersize=4)
    panel.errorbar(places[~inside], mean[~inside], half_width[~inside], color=colour, fmt="none", capsize=3)
    ends = (mean - half_width)[inside], (mean + half_width)[inside]
    panel.fill_between(places[inside], *ends, color=colour, alpha=0.2, linewidth=0)
    others = {label: cell for label, cell in cells.items() if label not in numbers}
    levels, shade = {}, min(0.12, 0.3 / max(len(others), 1))
    for label in best_first(others, metric)[:_REFERENCES]:
        average, half = interval(final(others[label], metric), level)
        levels[label] = float(average)
        panel.axhline(float(average), linewidth=1.4, **styles[label])
        if np.isfinite(half):
            panel.axhspan(float(average - half), float(average + half), color=styles[label]["color"], alpha=shade, lw=0)
    label_metric(panel, metric, "y")
    label_ends(panel, levels, styles, _PANEL[1])


def _label_numbers(panel: Axes, family: str, numbers: list[float]) -> None:
    places = places_of(numbers)
    units = ", in units of the values" if hole_of(family) == "T" else ""
    panel.set_xlabel(f"{hole_of(family)} in {family}{units}")
    ends = {0.0: "0", float("inf"): "∞"}
    ticks: dict[float, Any] = {
        place: ends[number] for place, number in zip(places, numbers, strict=True) if number in ends
    }
    inside = [number for number in numbers if number not in ends]
    if len(inside) <= _MOST_TICKS:
        ticks |= {place: f"{number:g}" for place, number in zip(places, numbers, strict=True) if number not in ends}
    else:
        first, last = int(np.ceil(min(np.log10(inside)))), int(np.floor(max(np.log10(inside))))
        stride = 1 + (last - first) // _MOST_TICKS
        ticks |= {float(decade): f"$10^{{{decade}}}$" for decade in range(first, last + 1, stride)}
    panel.set_xticks(sorted(ticks), [ticks[place] for place in sorted(ticks)])
    for number, side in ((0.0, 1), (float("inf"), -1)):
        if number in numbers and inside:
            # The axis breaks half way between the end and its neighbour.
            end, neighbour = places_of(numbers)[numbers.index(number)], places_of(numbers)[numbers.index(number) + side]
            panel.axvline((end + neighbour) / 2, color="0.6", linewidth=0.8, linestyle=(0, (2, 3)))
