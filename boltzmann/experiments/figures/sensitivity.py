"""How a metric depends on a temperature, or on any other number of the agents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.charts import (
    REFERENCES,
    Family,
    axis_with_ends,
    best_first,
    by_learner,
    family_styles,
    lines_of,
    positions_with_ends,
    usual_families,
)
from boltzmann.experiments.figures.legends import label_ends
from boltzmann.experiments.figures.style import (
    LETTER,
    label_metric,
    line_style,
    look,
    new_figure,
    plain,
    put_caption,
    put_title,
    shown_labels,
)
from boltzmann.experiments.metrics import Floats, JudgedKey
from boltzmann.experiments.statistics import (
    Cells,
    Estimate,
    Judgement,
    bounded_mean,
    bounds_of,
    final,
    hole_of,
    labels_of,
)
from boltzmann.experiments.store import Results
from boltzmann.experiments.wording import in_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_PANEL = (5.2, 3.4)
_BESIDE = 0.95
_NOBODY = "-" * 4
"""A placeholder for the labels beside a panel that has none."""


def draw_sensitivity(
    results: Results, family: str | None = None, metric: JudgedKey | None = None, *, confidence: float = 0.95
) -> Figure:
    """Draw the final value of agents that differ in one number against that number, a panel for each task.

    The number's axis is logarithmic; 0 and infinity, which such an axis cannot show, stand apart at its two ends. Dots
    are means over replicates, the band their intervals (Student's t). Each learner with the family's policies has a
    line. Agents outside the family are level lines, the best six of them.

    Parameters
    ----------
    results : Results
        Of a finished run.
    family : str, optional
        A policy or an agent in the one notation, with a name instead of one number: ``"Boltzmann(T)"``,
        ``"Boltzmann(Linear(T, 0.01, 5000))"``, ``"QLearning(Greedy(), step_size=x)"``. By default the one with the
        most agents, for each task. Tasks without two of its agents are left out.
    metric : str, optional
        As for ``leaderboard``.
    confidence : float
        Of the bands, in (0, 1).

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    RefusedError
        For a metric that no task has, and a family that cannot be read or to which no two agents of a task belong.
    """
    judgement = Judgement(results, metric, confidence=confidence)
    tasks, found = judgement.judged_cells, usual_families(judgement, family)
    families = {task: text for task, (text, _) in found.items()}
    numbers = {task: matches for task, (_, matches) in found.items()}
    styles = family_styles(judgement, found)
    beside = [label for task in numbers for label in _labels(tasks[task], numbers[task]).values()]
    with look():
        width = _PANEL[0] + _BESIDE + LETTER * max(map(len, beside or [_NOBODY]))
        figure = new_figure(width, _PANEL[1] * len(numbers))
        panels = figure.subplots(len(numbers), 1, squeeze=False)[:, 0]
        for panel, (task, matches) in zip(panels, numbers.items(), strict=True):
            _draw_task(panel, tasks[task], (families[task], matches), judgement.metrics[task], confidence, styles)
            _label_numbers(panel, str(families[task]), list(matches.values()))
            put_title(panel, task, _PANEL[0])
        bands = f", bands: {100 * confidence:g} % confidence intervals" if results.plan.samples > 1 else ""
        note = f"Means over {results.plan.samples_text} in the last tenth of the steps{bands}."
        put_caption(figure, note, metrics=[judgement.metrics[task] for task in numbers])
    return figure


def _labels(cells: Cells, numbers: dict[str, float]) -> dict[str, str]:
    """Return the labels beside a panel: agents outside the family, and learners if there are several."""
    learners = by_learner(numbers)
    names = {learner: learner for learner in learners} if len(learners) > 1 else {}
    return shown_labels(names | {agent: label for agent, label in labels_of(cells).items() if agent not in numbers})


def _draw_task(
    panel: Axes, cells: Cells, family: Family, metric: JudgedKey, confidence: float, styles: Mapping[str, int]
) -> None:
    (text, numbers), names = family, labels_of(cells)
    lines, labels = lines_of(text, numbers), _labels(cells, numbers)
    others = {agent: cell for agent, cell in cells.items() if agent not in numbers}
    positions = dict(zip(numbers.values(), positions_with_ends(list(numbers.values())), strict=True))
    looks, levels, bounds = {name: line_style(styles[name]) for name in lines}, {}, bounds_of(cells, metric)
    for name, agents in lines.items():
        x = np.array([positions[number] for number in agents.values()])
        finals = np.stack([final(cells[agent], metric) for agent in agents], axis=1)
        estimate = bounded_mean(finals, bounds, confidence)
        _draw_family(panel, x, np.array(list(agents.values())), estimate, looks[name]["color"])
        if name in labels:
            levels[name] = float(estimate.value[-1])
    shade = min(0.12, 0.3 / max(len(others), 1))
    for agent in best_first(others, metric)[:REFERENCES]:
        average, low, high = map(float, bounded_mean(final(others[agent], metric), bounds, confidence))
        levels[agent], looks[agent] = average, line_style(styles[names[agent]])
        panel.axhline(average, linewidth=1.4, **looks[agent])
        if np.isfinite(low):
            panel.axhspan(low, high, color=looks[agent]["color"], alpha=shade, lw=0)
    label_metric(panel, metric, "y")
    label_ends(panel, levels, labels, looks, _PANEL[1])


def _draw_family(panel: Axes, x: Floats, numbers: Floats, estimate: Estimate, colour: Any) -> None:
    mean, low, high = estimate
    inside = (numbers > 0) & np.isfinite(numbers)
    panel.plot(x, mean, color=colour, linewidth=1.0, linestyle=(0, (1, 2)))
    panel.plot(x[inside], mean[inside], color=colour, linewidth=1.8)
    panel.plot(x, mean, color=colour, linestyle="none", marker="o", markersize=4)
    bars = np.stack([mean - low, high - mean])[:, ~inside]
    panel.errorbar(x[~inside], mean[~inside], bars, color=colour, fmt="none", capsize=3)
    panel.fill_between(x[inside], low[inside], high[inside], color=colour, alpha=0.2, linewidth=0)


def _label_numbers(panel: Axes, family: str, numbers: list[float]) -> None:
    units = ", in units of the values" if hole_of(family) == "T" else ""
    lines = in_lines(plain(f"{hole_of(family)} in {family}{units}"), int(_PANEL[0] / LETTER))
    panel.set_xlabel("\n".join(line.rstrip() for line in lines))
    axis = axis_with_ends(family, numbers)
    panel.set_xticks([position for position, _ in axis.ticks], [text for _, text in axis.ticks])
    for position in axis.breaks:
        panel.axvline(position, color="0.6", linewidth=0.8, linestyle=(0, (2, 3)))
