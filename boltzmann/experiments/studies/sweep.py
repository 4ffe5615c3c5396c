"""A sweep over the whole range of the temperature, and a check that T = 0 is greedy and T = inf is uniform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boltzmann import checks
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.metrics import RECORDED, JudgedKey
from boltzmann.experiments.statistics import (
    Cells,
    Judgement,
    better_first,
    bounded_mean,
    bounds_of,
    cells_by_learner,
    cells_by_task,
    final,
    has_metric,
    holm_of_pairs,
    labels_of,
    members,
    pairwise_p_values,
    policy_of,
)
from boltzmann.experiments.store import Cell, Results
from boltzmann.experiments.studies.schedule_families import check_range

ENDS = {"Boltzmann(0.0)": "Greedy()", "Boltzmann(inf)": "Uniform()"}
"""The two ends of a sweep, each with the policy that it equals."""
FAMILY = "Boltzmann(T)"
"""What a sweep varies."""
_ALPHA = 0.05
"""The level of the tests that compare temperatures."""


def sweep_temperatures(low: float, high: float, per_decade: int) -> list[float]:
    """List 0, temperatures from ``low`` to ``high`` evenly in their logarithm, and infinity.

    Parameters
    ----------
    low, high : float
        In (0, inf), low below high; rounded to three digits, as all between.
    per_decade : int
        How many a decade, at least 1 and at most 1000.

    Examples
    --------
    >>> sweep_temperatures(0.1, 10.0, 2)
    [0.0, 0.1, 0.316, 1.0, 3.16, 10.0, inf]
    """
    per_decade = checks.whole_number("per_decade", per_decade, least=1, most=1000)
    check_range(low, high)
    decades = np.log10(high / low) if high / low < np.inf else np.log10(high) - np.log10(low)
    count = max(2, round(decades * per_decade) + 1)
    inside = [float(f"{temperature:.3g}") for temperature in np.geomspace(low, high, count)]
    return [0.0, *dict.fromkeys(inside), float("inf")]


@dataclass(frozen=True)
class EndCheck:
    """The comparison of an end of a sweep with the policy that it should equal to the last bit.

    Attributes
    ----------
    task, end, policy : str
        Labels: the task's, the end's such as ``Boltzmann(0.0)``, and the policy's such as ``Greedy()``.
    numbers : int
        How many recorded numbers were compared.
    differing : tuple of str
        The recorded arrays whose bytes differ; none where the two are the same.
    """

    task: str
    end: str
    policy: str
    numbers: int
    differing: tuple[str, ...]


def check_ends(results: Results) -> list[EndCheck]:
    """Compare T = 0 with greedy and T = inf with uniform, byte by byte, in everything that was recorded.

    In every task each learner is checked that has any of the four policies.

    Raises
    ------
    RefusedError
        Where a learner lacks one of ``Boltzmann(0.0)``, ``Greedy()``, ``Boltzmann(inf)`` and ``Uniform()``, or a task
        has none of them.
    """
    checked = []
    for task, cells in cells_by_task(results).items():
        labels = labels_of(cells)
        learners = [
            (name, {policy_of(agent): cell for agent, cell in learner.items()})
            for name, learner in cells_by_learner(cells).items()
        ]
        sought = {*ENDS, *ENDS.values()}
        sweeping = [(name, policies) for name, policies in learners if sought & set(policies)]
        for name, policies in sweeping or learners[:1]:
            for end, policy in ENDS.items():
                absent = [text for text in (end, policy) if text not in policies]
                if absent:
                    learner = f" for {name}" if len(learners) > 1 else ""
                    raise RefusedError(f"{task} must hold {' and '.join(absent)}{learner} for its end to be checked")
                pair = policies[end], policies[policy]
                names = labels[pair[0].agent], labels[pair[1].agent]
                checked.append(EndCheck(task, *names, *_compare(*pair)))
    return checked


def _compare(first: Cell, second: Cell) -> tuple[int, tuple[str, ...]]:
    numbers = sum(first.metrics[name].size for name in RECORDED)
    # Compare bytes, not values: then NaN equals itself, and 0.0 is not -0.0.
    return numbers, tuple(name for name in RECORDED if first.metrics[name].tobytes() != second.metrics[name].tobytes())


@dataclass(frozen=True)
class BestTemperature:
    """The best constant temperature of a task, and which others do not differ significantly from it.

    Attributes
    ----------
    task : str
        The task's label, with its learner where there are several.
    metric : str
        The key of the metric that it was judged by.
    temperature : float
        The one with the best mean.
    value, low, high : float
        Its mean with its interval.
    lowest, highest : float
        The smallest and the largest temperature that do not differ significantly from it; some between them may.
    greedy, uniform : float
        The means at T = 0 and at T = inf.
    """

    task: str
    metric: JudgedKey
    temperature: float
    value: float
    low: float
    high: float
    lowest: float
    highest: float
    greedy: float
    uniform: float


def best_temperatures(results: Results, metric: JudgedKey | None = None) -> list[BestTemperature]:
    """Find the best constant temperature of every task and learner, by the last tenth of the steps.

    Greedy and uniform equal its ends, so they are left out of the tests. The same data choose and judge the best, so
    that among many temperatures its mean is a little too good.

    Parameters
    ----------
    results : Results
        Of a run with agents ``Boltzmann(T)`` at several numbers, 0 and infinity among them.
    metric : str, optional
        As for ``leaderboard``.

    Raises
    ------
    RefusedError
        As for ``leaderboard``, and where a task holds no end.
    """
    judgement, best = Judgement(results, metric), []
    for task, cells in judgement.judged_cells.items():
        sweeps = {learner: members(some, FAMILY) for learner, some in cells_by_learner(cells).items()}
        sweeps = {learner: temperatures for learner, temperatures in sweeps.items() if temperatures}
        if not sweeps or not all({0.0, float("inf")} <= set(sweep.values()) for sweep in sweeps.values()):
            raise RefusedError(f"{task} must hold {' and '.join(ENDS)}")
        for learner, temperatures in sweeps.items():
            label = f"{task} with {learner}" if len(sweeps) > 1 else task
            best.append(_best_temperature(label, cells, temperatures, judgement.metrics[task]))
    return best


def _best_temperature(label: str, cells: Cells, temperatures: dict[str, float], metric: JudgedKey) -> BestTemperature:
    values = np.stack([final(cells[agent], metric) for agent in temperatures], axis=1)
    means, low, high = bounded_mean(values, bounds_of(cells, metric))
    best = min(range(len(means)), key=lambda index: better_first(float(means[index]), metric))
    differs = holm_of_pairs(pairwise_p_values(values))[best] <= _ALPHA
    numbers = np.array(list(temperatures.values()))
    tied = numbers[~differs & np.isfinite(means)]
    return BestTemperature(
        label,
        metric,
        float(numbers[best]),
        float(means[best]),
        float(low[best]),
        float(high[best]),
        float(tied.min(initial=numbers[best])),
        float(tied.max(initial=numbers[best])),
        float(means[0]),
        float(means[-1]),
    )


def gap_or_usual(results: Results) -> JudgedKey | None:
    """Return ``"gap"`` where every task reports it, else None, which leaves the choice to ``leaderboard``.

    The gap measures how much each step gives away. A return exists only where episodes end, so an agent that never ends
    one would be left out.
    """
    known = all(has_metric(cells, "gap") for cells in cells_by_task(results).values())
    return "gap" if known else None
