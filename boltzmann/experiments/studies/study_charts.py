"""What the pages of studies draw: metrics against the temperature, what annealing gains, and both limits of T."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from boltzmann.experiments.charts import (
    ENDS_APART,
    Axis,
    Chart,
    Line,
    LinePanel,
    Row,
    RowPanel,
    family_panel,
    family_styles,
    usual_families,
)
from boltzmann.experiments.metrics import BY_KEY, JudgedKey, MetricKey
from boltzmann.experiments.statistics import Judgement, better_first, cells_by_task, has_metric, members, with_ends
from boltzmann.experiments.store import Results
from boltzmann.experiments.studies.annealing import Gain
from boltzmann.experiments.studies.slopes import deviation_from_uniform, exploration_against_gaps
from boltzmann.experiments.studies.sweep import FAMILY


def sweep_charts(results: Results, metric: JudgedKey | None = None) -> list[Chart]:
    """Return a chart for each task: its metric, the reward and the greedy actions against T from 0 to infinity.

    Parameters
    ----------
    results, metric
        As for ``best_temperatures``, which has the errors too.
    """
    judgement = Judgement(results, metric)
    families = usual_families(judgement, FAMILY)
    styles = family_styles(judgement, families)
    caption = (
        f"A dot is one constant temperature: its mean over {results.plan.samples_text} in the last tenth of the steps, "
        f"with the 95 % confidence interval as a band. {ENDS_APART} The large mark is the best temperature; "
        "these replicates chose it, so its mean is a little too good. Level lines are the greedy and the uniform "
        "policy, which the two ends equal."
    )
    charts: list[Chart] = []
    for task, family in families.items():
        cells, judged = judgement.judged_cells[task], judgement.metrics[task]
        keys = [key for key in dict.fromkeys((judged, "reward", "greedy")) if has_metric(cells, key)]
        panels = [family_panel(cells, family, key, styles, _with_side(key)) for key in keys]
        best = [_best_index(line, judged) for line in panels[0].lines if line.form == "line"]
        marked = [_marked(panel, best, len(styles)) for panel in panels]
        charts.append(Chart(f"Metrics against the temperature T, on {task}", marked, task, "" if charts else caption))
    return charts


def _with_side(metric: MetricKey) -> str:
    about = BY_KEY[metric]
    if not about.is_judged:
        return f"{about.name}: those that looked best"
    return f"{about.name}: {'less' if about.smaller_is_better else 'more'} is better"


def _best_index(line: Line, metric: JudgedKey) -> int:
    return min(range(len(line.y)), key=lambda index: better_first(float(line.y[index]), metric))


def _marked(panel: LinePanel, best: Sequence[int], style: int) -> LinePanel:
    """Return the panel with a mark at these points of its lines, above the lines."""
    lines = [line for line in panel.lines if line.form == "line"]
    x, y = (
        np.array([getattr(line, name)[index] for line, index in zip(lines, best, strict=True)]) for name in ("x", "y")
    )
    mark = Line("the best T", style, x, y, form="marks")
    return replace(_under_one_title(panel), lines=[mark, *panel.lines])


def _under_one_title(panel: LinePanel) -> LinePanel:
    return replace(panel, y=replace(panel.y, label=panel.title))


def constants_charts(results: Results, metric: JudgedKey, style: int) -> list[Chart]:
    """Return the chart of the constant temperatures among the candidates of a search; none for fewer than two.

    ``style`` is that of their line, unlike those of the finalists.
    """
    ((task, cells),) = cells_by_task(results).items()
    numbers = members(cells, FAMILY)
    if len(numbers) < 2:
        return []
    panel = family_panel(cells, (FAMILY, numbers), metric, {FAMILY: style}, _with_side(metric))
    caption = (
        f"A dot is one constant temperature: its mean over {results.plan.samples_text} in the last tenth of the steps, "
        f"with the 95 % confidence interval as a band. {ENDS_APART}"
    )
    alternative = f"The constant temperatures of the first round on {task}"
    return [Chart(alternative, [_under_one_title(panel)], caption=caption)]


def gain_charts(gains: Sequence[Gain]) -> list[Chart]:
    """Return a chart for each task: every schedule less the best constant temperature, a panel for each period.

    Parameters
    ----------
    gains
        As for ``draw_gains``.
    """
    speeds = list(dict.fromkeys(gain.speed for gain in gains))
    charts: list[Chart] = []
    for task in dict.fromkeys(gain.task for gain in gains):
        here = [gain for gain in gains if gain.task == task]
        panels = [_gains(period, here, speeds) for period in dict.fromkeys(gain.period for gain in here)]
        caption = (
            "To the right of 0 the schedule is better than the best constant temperature. A row is a family of "
            "schedules, and the share of the steps after which it has come down to its low temperature. A bar is the "
            "95 % interval of this difference alone; a hollow mark does not differ significantly from 0 once all tests "
            "of the panel are counted (Holm's correction)."
        )
        charts.append(Chart(f"Gain of every schedule on {task}, with intervals", panels, caption=caption))
    return charts


def _gains(period: str, gains: Sequence[Gain], speeds: Sequence[float]) -> RowPanel:
    here = [gain for gain in gains if gain.period == period]
    rows = [
        Row(
            gain.family,
            speeds.index(gain.speed),
            *(gain.value, gain.low, gain.high, with_ends(gain.value, gain.low, gain.high)),
            is_hollow=gain.verdict == "not significant",
            about=f"after {100 * gain.speed:g} %",
        )
        for gain in here
    ]
    title = f"{period[0].upper()}{period[1:]}, against {here[0].constant}"
    return RowPanel(title, f"gain in {BY_KEY[here[0].metric].name}; to the right is better", rows)


def limit_charts(values: Mapping[str, ArrayLike]) -> list[Chart]:
    """Return a chart of two panels: exploration as T goes to 0, and the distance from uniform as it goes to infinity.

    Parameters
    ----------
    values
        As for ``draw_limits``, which has the errors too.
    """
    # All marks fall on nearly one line, so each row has marks of its own that hide no others.
    rows = len(values)
    gaps, ratios = np.linspace(0.5, 40.0, 12 * rows + 1), np.geomspace(0.1, 1e6, 12 * rows + 1)
    cold: list[Line] = []
    hot: list[Line] = []
    for index, (label, row) in enumerate(values.items()):
        for lines, x, (measured, law) in (
            (cold, gaps, exploration_against_gaps(row, gaps)),
            (hot, ratios, deviation_from_uniform(row, ratios)),
        ):
            shifted = slice(index, None, rows)
            lines += [
                Line(label, index, x[shifted], measured[shifted], form="marks"),
                Line(label, index, x, law, form="dashes"),
            ]
    panels = [
        LinePanel(
            "Near T = 0: how often an action is taken that is not the best",
            Axis("smallest gap / T; T falls to the right"),
            Axis("probability", True),
            cold,
        ),
        LinePanel(
            "Near T = ∞: how far the probabilities are from equal ones",
            Axis("T / max |Q - mean Q|; T grows to the right", True),
            Axis("largest distance from 1/K, times K", True, limits=(1e-7, 1e2)),
            hot,
        ),
    ]
    caption = (
        "Marks are the library's numbers for some action values, dashed lines the laws that theory predicts: "
        "exp(-gap / T) on the left, (Q - mean Q) / (K T) on the right, where K is the number of actions. In these "
        "units all values follow one law, but for how many of them share the smallest gap."
    )
    return [
        Chart("The library's numbers near both ends of the temperature, on the predicted lines", panels, "", caption)
    ]
