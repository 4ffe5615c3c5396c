"""A metric against the one number in which the agents of a family differ, such as the temperature."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from boltzmann.arrays import Floats
from boltzmann.experiments.charts.learning_charts import best_first
from boltzmann.experiments.charts.model import Axis, Chart, Line, LinePanel, decade
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.metrics import BY_KEY, JudgedKey, MetricKey
from boltzmann.experiments.statistics import (
    Cells,
    Judgement,
    bounded_mean,
    bounds_of,
    hole_of,
    labels_of,
    last_tenth,
    learner_of,
    members,
    usual_family,
)
from boltzmann.experiments.store import Results

REFERENCES = 6
"""How many agents outside the family are drawn, the best."""
_MOST_TICKS = 9
_ENDS = {0.0: "0", np.inf: "∞"}
_ROUND = 1e-9
ENDS_APART = "0 and ∞, which a logarithmic axis does not have, stand apart at its two ends."
Family = tuple[str, dict[str, float]]
"""A family such as ``Boltzmann(T)``, and the number of each agent that belongs to it."""


def family_charts(
    results: Results, family: str | None = None, metric: JudgedKey | None = None, *, confidence: float = 0.95
) -> list[Chart]:
    """Return a chart with a panel for each task: the final value against the number of a family.

    Parameters
    ----------
    results, family, metric, confidence
        As for ``draw_sensitivity``, which has the errors too.
    """
    judgement = Judgement(results, metric, confidence=confidence)
    families = usual_families(judgement, family)
    styles = family_styles(judgement, families)
    panels = [
        family_panel(judgement.judged_cells[task], found, judgement.metrics[task], styles, task, confidence)
        for task, found in families.items()
    ]
    caption = (
        f"A dot is the mean over {results.plan.samples_text} in the last tenth of the steps; the band is its "
        f"{100 * confidence:g} % confidence interval. {ENDS_APART} A level line is a policy without this number."
    )
    return [Chart("The final value against the number in which the policies differ", panels, caption=caption)]


def family_panel(
    cells: Cells, family: Family, metric: MetricKey, styles: Mapping[str, int], title: str, confidence: float = 0.95
) -> LinePanel:
    """Return the panel of a metric against the number of a family.

    Parameters
    ----------
    cells : dict of str to Cell
        All agents of a task.
    family : pair
        The family and the number of each of its members, as ``usual_families`` returns them.
    metric : str
        The key of the metric on the other axis, in the last tenth of the steps.
    styles : mapping of str to int
        As ``family_styles`` returns them.
    title : str
        The panel's title.
    confidence : float
        Of the bands, in (0, 1).
    """
    text, numbers = family
    about, axis = BY_KEY[metric], axis_with_ends(_label(text), list(numbers.values()))
    lines = _lines(cells, text, numbers, metric, confidence, styles)
    return LinePanel(title, axis, Axis(about.name, is_fraction=about.is_fraction), lines)


def family_styles(judgement: Judgement, families: Mapping[str, Family]) -> dict[str, int]:
    """Return the style of each line of a family's charts by its name: families and learners first, then the rest."""
    tasks = {task: judgement.judged_cells[task] for task in families}
    names = [name for text, numbers in families.values() for name in lines_of(text, numbers)]
    for task, (_, numbers) in families.items():
        labels = labels_of(tasks[task])
        others = {agent: cell for agent, cell in tasks[task].items() if agent not in numbers}
        names += [labels[agent] for agent in best_first(others, judgement.metrics[task])[:REFERENCES]]
    return {name: index for index, name in enumerate(dict.fromkeys(names))}


def lines_of(family: str, numbers: dict[str, float]) -> dict[str, dict[str, float]]:
    """Return the members of each line of a family by its name: a line for each learner where there are several."""
    learners = by_learner(numbers)
    return learners if len(learners) > 1 else {family: numbers}


def usual_families(judgement: Judgement, family: str | None) -> dict[str, tuple[str, dict[str, float]]]:
    """Return for each task with two agents of a family the family and the number of each of them.

    Raises
    ------
    RefusedError
        Where there is no such task.
    """
    tasks = judgement.judged_cells
    families = {task: family or usual_family(cells) for task, cells in tasks.items()}
    found = {task: (text, members(tasks[task], text)) for task, text in families.items() if text is not None}
    found = {task: pair for task, pair in found.items() if len(pair[1]) > 1}
    if not found:
        folder = judgement.results.folder
        raise RefusedError(f"no task of {folder} has two agents of one family{f', {family}' if family else ''}")
    return found


def by_learner(numbers: dict[str, float]) -> dict[str, dict[str, float]]:
    """Split the members of a family by their learner, unless each has one of its own, as where its number differs."""
    learners: dict[str, dict[str, float]] = {}
    for agent, number in numbers.items():
        learners.setdefault(learner_of(agent), {})[agent] = number
    return learners if max(map(len, learners.values())) > 1 else {"": numbers}


def positions_with_ends(numbers: list[float]) -> Floats:
    """Return the positions of numbers in [0, inf] on an axis: log10 inside, 0 and infinity apart at its ends.

    Examples
    --------
    >>> positions_with_ends([0.0, 0.01, 1.0, float("inf")])
    array([-2.5, -2. ,  0. ,  0.5])
    """
    values = np.asarray(numbers, dtype=np.float64)
    inside = values[(values > 0) & np.isfinite(values)]
    low, high = (np.log10(inside.min()), np.log10(inside.max())) if len(inside) else (0.0, 0.0)
    apart = max(0.5, 0.12 * (high - low))
    with np.errstate(divide="ignore"):
        return np.clip(np.log10(values), low - apart, high + apart)


def axis_with_ends(label: str, numbers: list[float]) -> Axis:
    """Return the axis of such positions: few numbers have a tick each, many have decades; it is broken at its ends."""
    unique = sorted(set(numbers))
    positions = positions_with_ends(unique).tolist()
    inside = [number for number in unique if number not in _ENDS]
    ticks = {
        position: _ENDS[number] if number in _ENDS else decade(number)
        for number, position in zip(unique, positions, strict=True)
        if number in _ENDS or len(inside) <= _MOST_TICKS
    }
    if len(inside) > _MOST_TICKS:
        first, last = math.ceil(math.log10(inside[0]) - _ROUND), math.floor(math.log10(inside[-1]) + _ROUND)
        stride = 1 + (last - first) // _MOST_TICKS
        ticks |= {float(exponent): decade(10.0**exponent) for exponent in range(first, last + 1, stride)}
    breaks = []
    if inside:
        breaks += [(positions[0] + positions[1]) / 2] if unique[0] == 0 else []
        breaks += [(positions[-2] + positions[-1]) / 2] if unique[-1] == np.inf else []
    return Axis(label, ticks=sorted(ticks.items()), breaks=breaks)


def _label(family: str) -> str:
    hole = hole_of(family)
    return "temperature T (units of the values)" if hole == "T" else f"{hole} in {family}"


def _lines(
    cells: Cells,
    family: str,
    numbers: dict[str, float],
    metric: MetricKey,
    confidence: float,
    styles: Mapping[str, int],
) -> list[Line]:
    """Return the line of each learner of the family, and the level of each of the best agents outside it."""
    bounds, labels, lines = bounds_of(cells, metric), labels_of(cells), []
    widen = BY_KEY[metric].is_judged
    positions = dict(zip(numbers.values(), positions_with_ends(list(numbers.values())), strict=True))
    for name, agents in lines_of(family, numbers).items():
        x = np.array([positions[number] for number in agents.values()])
        mean, low, high = bounded_mean(
            np.stack([last_tenth(cells[agent], BY_KEY[metric]) for agent in agents], axis=1),
            bounds,
            confidence,
            widen=widen,
        )
        banded = not np.isnan(low).all()
        lines.append(Line(name, styles[name], x, mean, (low, high) if banded else None))
    for agent in (agent for agent in cells if agent not in numbers and labels[agent] in styles):
        estimate = bounded_mean(last_tenth(cells[agent], BY_KEY[metric]), bounds, confidence, widen=widen)
        mean, low, high = (np.array([float(number)]) for number in estimate)
        banded = bool(np.isfinite(low).all())
        # Bands of levels cross the whole panel and would hide the line.
        lines.append(
            Line(
                labels[agent], styles[labels[agent]], np.zeros(0), mean, (low, high) if banded else None, "level", True
            )
        )
    return lines
