"""A metric against the one number in which the agents of a family differ, such as the temperature."""

from __future__ import annotations

import numpy as np

from boltzmann.arrays import Floats
from boltzmann.experiments.charts.learning_charts import best_first
from boltzmann.experiments.charts.model import Axis, Chart, Line, LinePanel
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.metrics import BY_KEY, JudgedKey
from boltzmann.experiments.statistics import (
    Cells,
    Judgement,
    bounded_mean,
    bounds_of,
    final,
    hole_of,
    labels_of,
    learner_of,
    members,
    usual_family,
)
from boltzmann.experiments.store import Results

REFERENCES = 6
"""How many agents outside the family are drawn, the best."""
_MOST_TICKS = 9
_ENDS = {0.0: "0", np.inf: "∞"}


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
    names: dict[str, int] = {}
    panels = []
    for task, (text, numbers) in families.items():
        key = judgement.metrics[task]
        lines = _lines(judgement.judged_cells[task], text, numbers, key, confidence, names)
        panels.append(LinePanel(task, axis_with_ends(_label(text), list(numbers.values())), Axis(_name(key)), lines))
    level = f"{100 * confidence:g} %"
    caption = (
        f"A dot is the mean over {results.plan.samples_text} in the last tenth of the steps; the band is its {level} "
        "confidence interval. 0 and ∞, which a logarithmic axis does not have, stand apart at its ends. A level line "
        "is a policy without this number."
    )
    return [Chart("The final value against the number in which the policies differ", panels, caption=caption)]


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
    stride = 1 + (len(inside) - 1) // _MOST_TICKS
    shown = set(inside[::stride])
    ticks = [
        (position, _ENDS.get(number, f"{number:g}"))
        for number, position in zip(unique, positions, strict=True)
        if number in _ENDS or number in shown
    ]
    breaks = []
    if inside:
        breaks += [(positions[0] + positions[1]) / 2] if unique[0] == 0 else []
        breaks += [(positions[-2] + positions[-1]) / 2] if unique[-1] == np.inf else []
    return Axis(label, ticks=ticks, breaks=breaks)


def _label(family: str) -> str:
    hole = hole_of(family)
    return f"temperature T, in the units of the values, in {family}" if hole == "T" else f"{hole} in {family}"


def _name(metric: JudgedKey) -> str:
    return BY_KEY[metric].name


def _lines(
    cells: Cells, family: str, numbers: dict[str, float], metric: JudgedKey, confidence: float, names: dict[str, int]
) -> list[Line]:
    """Return the line of each learner of the family, and the level of each of the best agents outside it."""
    bounds, labels, lines = bounds_of(cells, metric), labels_of(cells), []
    positions = dict(zip(numbers.values(), positions_with_ends(list(numbers.values())), strict=True))
    for learner, agents in by_learner(numbers).items():
        x = np.array([positions[number] for number in agents.values()])
        mean, low, high = bounded_mean(
            np.stack([final(cells[agent], metric) for agent in agents], axis=1), bounds, confidence
        )
        name = learner or family
        style = names.setdefault(name, len(names))
        banded = not np.isnan(low).all()
        lines.append(Line(name, style, x, mean, (low, high) if banded else None))
    others = {agent: cell for agent, cell in cells.items() if agent not in numbers}
    for agent in best_first(others, metric)[:REFERENCES]:
        estimate = bounded_mean(final(others[agent], metric), bounds, confidence)
        mean, low, high = (np.array([float(number)]) for number in estimate)
        style = names.setdefault(labels[agent], len(names))
        banded = bool(np.isfinite(low).all())
        lines.append(Line(labels[agent], style, np.zeros(0), mean, (low, high) if banded else None, "level"))
    return lines
