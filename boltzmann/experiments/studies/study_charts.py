"""What the pages of studies draw: the gains of annealing, and the two limits of the temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from boltzmann.experiments.charts import Axis, Chart, Line, LinePanel, Row, RowPanel
from boltzmann.experiments.metrics import BY_KEY
from boltzmann.experiments.statistics import with_ends
from boltzmann.experiments.studies.annealing import Gain
from boltzmann.experiments.studies.slopes import deviation_from_uniform, exploration_against_gaps


def gain_charts(gains: Sequence[Gain]) -> list[Chart]:
    """Return a chart for each task: every schedule less the best constant temperature, a panel for each period.

    Parameters
    ----------
    gains
        As for ``draw_gains``.
    """
    speeds = list(dict.fromkeys(gain.speed for gain in gains))
    charts = []
    for task in dict.fromkeys(gain.task for gain in gains):
        here = [gain for gain in gains if gain.task == task]
        panels = [_gains(period, here, speeds) for period in dict.fromkeys(gain.period for gain in here)]
        caption = (
            "To the right of 0 the schedule is better. Each family has a row for each speed: the share of the steps "
            "after which it has come down to its low temperature. Bars are 95 % intervals of each difference alone; a "
            "hollow mark does not differ significantly from 0 once all tests of the panel are counted (Holm's "
            "correction)."
        )
        charts.append(Chart(f"Gain of every schedule on {task}, with intervals", panels, task, caption))
    return charts


def _gains(period: str, gains: Sequence[Gain], speeds: Sequence[float]) -> RowPanel:
    here = [gain for gain in gains if gain.period == period]
    rows = [
        Row(
            f"{gain.family}, {100 * gain.speed:g} %",
            speeds.index(gain.speed),
            *(gain.value, gain.low, gain.high, with_ends(gain.value, gain.low, gain.high)),
            is_hollow=gain.verdict == "not significant",
        )
        for gain in here
    ]
    return RowPanel(f"{period}, against {here[0].constant}", f"difference in {BY_KEY[here[0].metric].name}", rows)


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
            "exp(-gap / T) as T → 0", Axis("gap / T; T → 0 to the right"), Axis("exploration probability", True), cold
        ),
        LinePanel(
            "(Q - mean Q) / (K T) as T → ∞",
            Axis("T / max |Q - mean Q|; T → ∞ to the right", True),
            Axis("K · max |π - 1/K|", True, limits=(1e-7, 1e2)),
            hot,
        ),
    ]
    caption = (
        "Marks are the library's numbers, dashed lines the laws that theory predicts. In the units of these axes all "
        "values follow one law, but for how many of them share the smallest gap."
    )
    return [
        Chart("The library's numbers near both ends of the temperature, on the predicted lines", panels, "", caption)
    ]
