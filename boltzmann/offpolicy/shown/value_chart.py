"""The value against the temperature on a page, with its intervals and with what the log does not cover."""

from __future__ import annotations

import numpy as np

from boltzmann.arrays import Floats
from boltzmann.experiments.charts import (
    Axis,
    Chart,
    Line,
    LinePanel,
    Row,
    RowPanel,
    axis_with_ends,
    positions_with_ends,
)
from boltzmann.experiments.statistics import with_ends
from boltzmann.offpolicy.candidates import Candidate, TemperatureChoice
from boltzmann.offpolicy.shown.value_figure import SHOWS

_TEMPERATURE = "temperature T, in the units of the values"


def choice_charts(choice: TemperatureChoice) -> list[Chart]:
    """Return the chart of the candidates: temperatures as a line, other policies as rows.

    Parameters
    ----------
    choice : TemperatureChoice
        The candidates.
    """
    level = f"{100 * choice.confidence:g} %"
    caption = (
        f"Intervals are {level} intervals over {choice.logged.n} rows. Where it is shaded, or the mark is hollow, the "
        "log leaves more than 1 % of the policy uncovered, and the narrow interval cannot be trusted."
    )
    temperatures = [one for one in choice.candidates if isinstance(one.policy, int | float)]
    others = [one for one in choice.candidates if not isinstance(one.policy, int | float)]
    panels: list[LinePanel | RowPanel] = []
    if len(temperatures) > 1:
        panels += _over_temperatures(choice, sorted(temperatures, key=lambda one: float(one.policy)))  # type: ignore[arg-type]
    else:
        others = list(choice.candidates)
    if others:
        logged = choice.logged
        rows = [_row(number, one) for number, one in enumerate(others)]
        rows.append(_numbers("the logged policy", len(rows), logged.value, logged.low, logged.high))
        panels.append(RowPanel("Policies", "reward a step; the line is the logged policy", rows, line=logged.value))
    return [Chart(SHOWS, panels, caption=caption)]


def _over_temperatures(choice: TemperatureChoice, candidates: list[Candidate]) -> list[LinePanel | RowPanel]:
    numbers = [float(one.policy) for one in candidates]  # type: ignore[arg-type]
    x, axis = positions_with_ends(numbers), axis_with_ends(_TEMPERATURE, numbers)
    estimates = [one.estimate for one in candidates]
    value, low, high = (np.array([getattr(one, end) for one in estimates]) for end in ("value", "low", "high"))
    logged = choice.logged
    lines = [
        Line("estimate (SNIPS)", 0, x, value, (low, high)),
        Line(
            *("logged policy", 4, np.zeros(0), np.array([logged.value])),
            (np.array([logged.low]), np.array([logged.high])),
            "level",
        ),
    ]
    within = [one.within for one in candidates if one.within is not None]
    if len(within) == len(candidates):
        least, most = np.array(within, dtype=np.float64).T
        lines.append(Line("holds for any policy", 5, x, (least + most) / 2, (least, most), is_faint=True))
    if choice.best in candidates:
        best = candidates.index(choice.best)
        lines.append(Line("the pick", 2, x[[best]], value[[best]], form="marks"))
    left = Line("left uncovered", 7, x, np.array([one.left_over for one in estimates]))
    shaded = _shaded(candidates, x)
    return [
        LinePanel("Reward a step", axis, Axis("estimate with its interval"), lines, shaded),
        LinePanel("Left uncovered by the log", axis, Axis("part of the policy", is_fraction=True), [left], shaded),
    ]


def _shaded(candidates: list[Candidate], x: Floats) -> list[tuple[float, float]]:
    """Return a range around each candidate that is not covered, half way to its neighbours."""
    middles = (x[1:] + x[:-1]) / 2
    edges = np.concatenate([x[:1] - 0.25, middles, x[-1:] + 0.25])
    return [(float(edges[i]), float(edges[i + 1])) for i, one in enumerate(candidates) if not one.covered]


def _row(number: int, one: Candidate) -> Row:
    estimate = one.estimate
    return _numbers(one.label, number, estimate.value, estimate.low, estimate.high, not one.covered)


def _numbers(name: str, style: int, value: float, low: float, high: float, is_hollow: bool = False) -> Row:
    return Row(name, style, value, low, high, with_ends(value, low, high).replace("+", ""), is_hollow)
