"""What annealing gains over the best constant temperature, family by family and speed by speed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Experiment
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.statistics import (
    better_first,
    cells_by_task,
    cumulative,
    final,
    has_metric,
    holm,
    members,
    paired_difference,
)
from boltzmann.experiments.store import Cell, Results
from boltzmann.experiments.studies.problem import Problem, separate_seeds
from boltzmann.experiments.studies.schedule_families import FAMILIES, schedule_of
from boltzmann.policies import Boltzmann

StepMetric = Literal["gap", "reward", "optimal"]
"""What every step has a value of, so that it has a mean over all of them."""

Floats = NDArray[np.float64]

PERIODS = ("over all steps", "in the last tenth")
"""What is judged: the mean of the metric over all steps, and over the last tenth of them."""

_ABOVE, _BELOW = 10.0, 10.0
"""Schedules come from so many times the best constant temperature down to one part in so many of it."""


@dataclass(frozen=True)
class Annealing:
    """A comparison of schedules with the best constant temperature.

    Parameters
    ----------
    problems : sequence of Problem
        At least one, no two alike.
    temperatures : sequence of float
        The constants of which the best is chosen, in [0, inf]; at least one in (0, inf).
    speeds : sequence of float
        After what part of the steps a schedule has come down, each in (0, 1].
    choosing, judging : int
        Replicates that choose the constants, and replicates that judge, at least 1 and 2.
    seed : int
        At least 0; the two draw from seeds of their own.
    metric : {"gap", "reward", "optimal"}
        What is judged.

    Raises
    ------
    ValueError
        For no temperature in (0, inf), speeds outside (0, 1] and fewer than two replicates that judge.
    """

    problems: Sequence[Problem]
    temperatures: Sequence[float]
    speeds: Sequence[float]
    choosing: int
    judging: int
    seed: int
    metric: StepMetric = "gap"

    def __post_init__(self) -> None:
        if not any(0 < temperature < np.inf for temperature in self.temperatures):
            raise ValueError(f"temperatures must hold one in (0, inf), got {list(self.temperatures)}")
        outside = next((speed for speed in self.speeds if not 0 < speed <= 1), None)
        if not self.speeds or outside is not None:
            raise ValueError(f"speeds must be in (0, 1], got {list(self.speeds)}")
        if self.judging < 2:
            raise ValueError(f"judging must be at least 2, got {self.judging}")
        self.choice()

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits, the same for equal comparisons."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    def choice(self) -> Experiment:
        """Describe the run that the constant temperatures are chosen by."""
        seed, _ = separate_seeds(self.seed, 2)
        policies = [Boltzmann(temperature) for temperature in sorted(self.temperatures)]
        return Experiment(tuple(problem.task(policies) for problem in self.problems), self.choosing, seed)

    def judgement(self, chosen: Sequence[Choice]) -> Experiment:
        """Describe the run that compares all schedules with the constants that were chosen, a choice a problem."""
        _, seed = separate_seeds(self.seed, 2)
        tasks = []
        for problem, choice in zip(self.problems, chosen, strict=True):
            constants = [Boltzmann(temperature) for temperature in choice.best.values()]
            schedules = self.schedules(problem, choice)
            tasks.append(problem.task([*constants, *schedules.values()]))
        return Experiment(tuple(tasks), self.judging, seed)

    def schedules(self, problem: Problem, choice: Choice) -> dict[tuple[str, float], Boltzmann]:
        """Give every family at every speed, between temperatures about the best constant one."""
        high, low = _ABOVE * choice.scale, choice.scale / _BELOW
        return {
            (family, speed): Boltzmann(schedule_of(family, high, low, max(1, round(speed * problem.steps))))
            for family in FAMILIES
            for speed in self.speeds
        }


@dataclass(frozen=True)
class Choice:
    """The best constants of a problem: one for each of ``PERIODS``, and the best in (0, inf), which sets the scale."""

    best: Mapping[str, float]
    scale: float


@dataclass(frozen=True)
class Gain:
    """What a schedule gains over the best constant temperature.

    Attributes
    ----------
    task, period, family : str
        Where, when and what.
    speed : float
        After what part of the steps it has come down.
    policy, constant : str
        The two that are compared.
    value, low, high : float
        The mean paired difference, above 0 where the schedule is better, and its 95 % interval.
    p_value : float
        Of no difference, Holm-corrected over all schedules of the task and period.
    level : float
        The mean of the constant.
    """

    task: str
    period: str
    family: str
    speed: float
    policy: str
    constant: str
    value: float
    low: float
    high: float
    p_value: float
    level: float

    @property
    def verdict(self) -> str:
        """Whether it ``"gains"`` or ``"loses"``, or ``"cannot be told"``; with all tests counted, at 5 %."""
        if not self.p_value <= 0.05:
            return "cannot be told"
        return "gains" if self.value > 0 else "loses"


def run_annealing(
    annealing: Annealing, run: Callable[[str, Experiment], Results]
) -> tuple[list[Gain], dict[str, Results]]:
    """Choose the constants, run the schedules beside them on other seeds, and compare.

    Parameters
    ----------
    annealing : Annealing
        What to compare.
    run : callable
        ``run(name, experiment)`` gives the results of an experiment: ``boltzmann.experiments.run`` in a folder of that
        name, so that what was stopped goes on where it was. The names are ``choosing`` and ``judging``.

    Returns
    -------
    gains : list of Gain
        By task, period, family and speed.
    runs : dict of str to Results
        The two.

    Raises
    ------
    RefusedError
        Where a task does not have the metric; and whatever ``run`` raises.
    """
    constants = run("choosing", annealing.choice())
    chosen = [_choose(task, cells, annealing.metric) for task, cells in cells_by_task(constants).items()]
    judged = run("judging", annealing.judgement(chosen))
    return gains(annealing, chosen, judged), {"choosing": constants, "judging": judged}


def gains(annealing: Annealing, chosen: Sequence[Choice], judged: Results) -> list[Gain]:
    """Compare every schedule with the constant that was chosen for the period, replicate by replicate."""
    found: list[Gain] = []
    sign = -1.0 if annealing.metric == "gap" else 1.0
    for problem, choice, (task, cells) in zip(annealing.problems, chosen, cells_by_task(judged).items(), strict=True):
        schedules = annealing.schedules(problem, choice)
        by_agent = {cell.agent: cell for cell in cells.values()}
        columns = [by_agent[_agent(problem, policy)] for policy in schedules.values()]
        for period, temperature in choice.best.items():
            constant = Boltzmann(temperature)
            level = _values(by_agent[_agent(problem, constant)], annealing.metric, period)
            values = np.stack([_values(cell, annealing.metric, period) for cell in columns], axis=1)
            compared = paired_difference(sign * values, sign * level[:, np.newaxis])
            corrected = holm(compared.p_value)
            for place, ((family, speed), policy) in enumerate(schedules.items()):
                found.append(
                    Gain(
                        *(task, period, family, speed, repr(policy), repr(constant)),
                        value=float(compared.value[place]),
                        low=float(compared.low[place]),
                        high=float(compared.high[place]),
                        p_value=float(corrected[place]),
                        level=float(level.mean()),
                    )
                )
    return found


def _agent(problem: Problem, policy: Boltzmann) -> str:
    return repr(problem.task([policy]).agents[0])


def _values(cell: Cell, metric: StepMetric, period: str) -> Floats:
    """Give one number a replicate: the mean of the metric over the period."""
    return final(cell, metric) if period == PERIODS[1] else cumulative(cell, metric) / cell.steps[-1]


def _choose(task: str, cells: Mapping[str, Cell], metric: StepMetric) -> Choice:
    if not has_metric(dict(cells), metric):
        raise RefusedError(f"{task} does not have the metric {metric!r}")
    temperatures = members(dict(cells), "Boltzmann(T)")

    def best(period: str, among: Sequence[str]) -> str:
        means = {label: float(_values(cells[label], metric, period).mean()) for label in among}
        return min(among, key=lambda label: better_first(means[label], metric))

    inside = [label for label, temperature in temperatures.items() if 0 < temperature < np.inf]
    found = {period: temperatures[best(period, list(temperatures))] for period in PERIODS}
    return Choice(found, temperatures[best(PERIODS[0], inside)])
