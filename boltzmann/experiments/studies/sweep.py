"""A sweep over the whole range of the temperature, and that its two ends are what they should be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boltzmann import checks
from boltzmann.experiments.engine import METRICS
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.statistics import (
    Metric,
    better_first,
    cells_by_task,
    final,
    has_metric,
    holm_of_pairs,
    interval,
    members,
    pairwise_p_values,
    tasks_with,
    usual_metric,
)
from boltzmann.experiments.store import Cell, Results

ENDS = {"Boltzmann(0.0)": "Greedy()", "Boltzmann(inf)": "Uniform()"}
"""The two ends of a sweep, each with the policy that it is."""


def sweep_temperatures(low: float, high: float, per_decade: int) -> list[float]:
    """List 0, temperatures from ``low`` to ``high`` evenly in their logarithm, and infinity.

    Parameters
    ----------
    low, high : float
        In (0, inf), low below high; rounded to three digits, as all between.
    per_decade : int
        How many a decade, at least 1.

    Raises
    ------
    ValueError, TypeError
        For arguments out of these bounds.

    Examples
    --------
    >>> sweep_temperatures(0.1, 10.0, 2)
    [0.0, 0.1, 0.316, 1.0, 3.16, 10.0, inf]
    """
    per_decade = checks.whole_number("per_decade", per_decade, least=1)
    for name, value in (("low", low), ("high", high)):
        if not 0 < value < np.inf:
            raise ValueError(f"{name} must be in (0, inf), got {value}")
    if not low < high:
        raise ValueError(f"high must be above low, {low}, got {high}")
    count = max(2, round(np.log10(high / low) * per_decade) + 1)
    inside = [float(f"{temperature:.3g}") for temperature in np.geomspace(low, high, count)]
    return [0.0, *dict.fromkeys(inside), float("inf")]


@dataclass(frozen=True)
class EndCheck:
    """Whether an end of a sweep did to the last bit what the policy did that it is.

    Attributes
    ----------
    task, end, policy : str
        The task's label, the end as ``Boltzmann(0.0)``, and the policy as ``Greedy()``.
    numbers : int
        How many recorded numbers were compared.
    differing : tuple of str
        The metrics whose bytes differ; none where the two are the same.
    """

    task: str
    end: str
    policy: str
    numbers: int
    differing: tuple[str, ...]


def check_ends(results: Results) -> list[EndCheck]:
    """Compare T = 0 with greedy and T = inf with uniform in every task, byte by byte, in all that was recorded.

    Raises
    ------
    RefusedError
        Where a task lacks one of ``Boltzmann(0.0)``, ``Greedy()``, ``Boltzmann(inf)`` and ``Uniform()``.
    """
    found = []
    for task, cells in cells_by_task(results).items():
        for end, policy in ENDS.items():
            absent = [label for label in (end, policy) if label not in cells]
            if absent:
                raise RefusedError(f"{task} must hold {' and '.join(absent)} for its end to be checked")
            found.append(EndCheck(task, end, policy, *_compare(cells[end], cells[policy])))
    return found


def _compare(one: Cell, other: Cell) -> tuple[int, tuple[str, ...]]:
    numbers = sum(one.metrics[name].size for name in METRICS)
    # Bytes, and not values: NaN equals itself, and 0.0 is not -0.0.
    return numbers, tuple(name for name in METRICS if one.metrics[name].tobytes() != other.metrics[name].tobytes())


@dataclass(frozen=True)
class BestTemperature:
    """The best constant temperature of a task, and how far from it one may go.

    Attributes
    ----------
    task, metric : str
        What was judged, and by what.
    temperature : float
        The one with the best mean.
    value, half_width : float
        Its mean and half the interval of it.
    lowest, highest : float
        The smallest and the largest temperature that cannot be told from it; there may be others between that can.
    greedy, uniform : float
        The means at T = 0 and at T = inf.
    """

    task: str
    metric: Metric
    temperature: float
    value: float
    half_width: float
    lowest: float
    highest: float
    greedy: float
    uniform: float


def best_temperatures(results: Results, metric: Metric | None = None) -> list[BestTemperature]:
    """Find the best constant temperature of every task, by the last tenth of the steps.

    Greedy and uniform are its ends and no rivals, so they are left out of the tests. The best is chosen by the data
    that it is judged by: among many temperatures its own mean flatters it a little.

    Parameters
    ----------
    results : Results
        Of a run with agents ``Boltzmann(T)`` at several numbers, 0 and infinity among them.
    metric : {"reward", "return", "gap", "optimal"}, optional
        As for ``leaderboard``.

    Raises
    ------
    RefusedError
        As for ``leaderboard``, and where a task holds no end.
    """
    found = []
    for task, cells in tasks_with(results, metric).items():
        chosen = metric or usual_metric(cells)
        temperatures = members(cells, "Boltzmann(T)")
        if not {0.0, float("inf")} <= set(temperatures.values()):
            raise RefusedError(f"{task} must hold {' and '.join(ENDS)}")
        values = np.stack([final(cells[label], chosen) for label in temperatures], axis=1)
        means, half_widths = interval(values)
        best = min(range(len(means)), key=lambda place: better_first(float(means[place]), chosen))
        apart = holm_of_pairs(pairwise_p_values(values))[best] <= 0.05
        numbers = np.array(list(temperatures.values()))
        close = numbers[~apart & np.isfinite(means)]
        found.append(
            BestTemperature(
                task,
                chosen,
                float(numbers[best]),
                float(means[best]),
                float(half_widths[best]),
                float(close.min(initial=numbers[best])),
                float(close.max(initial=numbers[best])),
                float(means[0]),
                float(means[-1]),
            )
        )
    return found


def gap_or_usual(results: Results) -> Metric | None:
    """Give ``"gap"`` where every task tells it, else None, which leaves the choice to ``leaderboard``.

    The gap says of every step what it gives away. A return is known only where episodes end, and an agent that never
    ends one would be left out of it.
    """
    known = all(has_metric(cells, "gap") for cells in cells_by_task(results).values())
    return "gap" if known else None
