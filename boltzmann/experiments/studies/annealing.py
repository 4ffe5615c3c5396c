"""What annealing gains over the best constant temperature, family by family and speed by speed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from boltzmann.checks import shown
from boltzmann.experiments.describe import Experiment
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.metrics import BY_KEY, JudgedKey
from boltzmann.experiments.statistics import (
    Cells,
    Judgement,
    better_first,
    cells_by_task,
    final,
    holm,
    of_differences,
    paired_difference,
    throughout,
)
from boltzmann.experiments.store import Results
from boltzmann.experiments.studies.problem import Problem, separate_seeds
from boltzmann.experiments.studies.schedule_families import FAMILIES, schedule_of
from boltzmann.experiments.studies.sweep import gap_or_usual
from boltzmann.policies import Boltzmann

PERIODS = ("over all steps", "in the last tenth")
"""The periods that are judged: by the mean of the metric over all steps, and over the last tenth of them."""
_OVER = dict(zip(PERIODS, (throughout, final), strict=True))
"""What gives the metric of each replicate in each period."""
_ABOVE, _BELOW = 10.0, 10.0
"""Schedules start at the best constant temperature times the first, and come down to it divided by the second."""
_ALPHA = 0.05
"""The level of the tests, all tests of a task and period counted."""


@dataclass(frozen=True)
class Annealing:
    """A comparison of schedules with the best constant temperature.

    Parameters
    ----------
    problems : sequence of Problem
        At least one, no two alike.
    temperatures : sequence of float
        The constants among which the best is chosen, in [0, inf]; at least one in (0, inf).
    speeds : sequence of float
        The fractions of the steps after which a schedule has come down, each in (0, 1].
    choosing, judging : int
        Replicates that choose the constants, and replicates that judge, at least 1 and 2.
    seed : int
        At least 0; the two draw from seeds of their own.
    metric : str, optional
        What is judged; all tasks must have it. By default the gap where all do, else the usual one of each.

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
    metric: JudgedKey | None = None

    def __post_init__(self) -> None:
        if not any(0 < temperature < np.inf for temperature in self.temperatures):
            raise ValueError(f"temperatures must hold one in (0, inf), got {shown(list(self.temperatures))}")
        outside = next((speed for speed in self.speeds if not 0 < speed <= 1), None)
        if not self.speeds or outside is not None:
            raise ValueError(f"speeds must be in (0, 1], got {shown(list(self.speeds))}")
        if self.judging < 2:
            raise ValueError(f"judging must be at least 2, got {shown(self.judging)}")
        self.choice()
        self.judgement([Choice("reward", dict.fromkeys(PERIODS, 1.0), 1.0)] * len(self.problems))

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits, the same for equal comparisons."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    def choice(self) -> Experiment:
        """Describe the run that chooses the constant temperatures."""
        seed, _ = separate_seeds(self.seed, 2)
        tasks = [problem.task(map(Boltzmann, sorted(self.temperatures))) for problem in self.problems]
        return Experiment(tuple(tasks), self.choosing, seed)

    def judgement(self, chosen: Sequence[Choice]) -> Experiment:
        """Describe the run that compares all schedules with the constants that were chosen, a choice a problem."""
        _, seed = separate_seeds(self.seed, 2)
        tasks = []
        for problem, choice in zip(self.problems, chosen, strict=True):
            constants = [Boltzmann(temperature) for temperature in choice.best.values()]
            schedules = self.schedules(problem, choice)
            tasks.append(problem.task([*constants, *schedules.values()]))
        return Experiment(tuple(tasks), self.judging, seed)

    def outline(self) -> dict[str, Experiment]:
        """Describe both runs in their order, with any temperatures for those that the first run will choose."""
        temperatures = sorted(self.temperatures)
        scale = next(temperature for temperature in temperatures if 0 < temperature < np.inf)
        choice = Choice("reward", dict(zip(PERIODS, (temperatures[0], temperatures[-1]), strict=True)), scale)
        return {"choosing": self.choice(), "judging": self.judgement([choice] * len(self.problems))}

    def schedules(self, problem: Problem, choice: Choice) -> dict[tuple[str, float], Boltzmann]:
        """Return every family at every speed, between temperatures around the best constant one."""
        high, low = _ABOVE * choice.scale, choice.scale / _BELOW
        return {
            (family, speed): Boltzmann(schedule_of(family, high, low, max(1, round(speed * problem.steps))))
            for family in FAMILIES
            for speed in self.speeds
        }


@dataclass(frozen=True)
class Choice:
    """What a problem is judged by, its best constant of each of ``PERIODS``, and as the scale the best in (0, inf)."""

    metric: JudgedKey
    best: Mapping[str, float]
    scale: float


@dataclass(frozen=True)
class Gain:
    """The gain of a schedule over the best constant temperature.

    Attributes
    ----------
    task, period, family : str
        The task's label, one of ``PERIODS``, and the schedule's family.
    speed : float
        The fraction of the steps after which it has come down.
    policy, constant : str
        The two policies that are compared, in the one notation.
    metric : str
        The key of the metric that they are compared by.
    value, low, high : float
        The mean paired difference, above 0 where the schedule is better, and its 95 % interval.
    p_value : float
        Of no difference, Holm-corrected over all schedules of the task and period.
    level : float
        The mean of the constant over the replicates that have a value, as they all do but for returns.
    """

    task: str
    period: str
    family: str
    speed: float
    policy: str
    constant: str
    metric: JudgedKey
    value: float
    low: float
    high: float
    p_value: float
    level: float

    @property
    def verdict(self) -> str:
        """``"gains"``, ``"loses"``, or ``"not significant"``, with all tests counted, at 5 %."""
        if not self.p_value <= _ALPHA:
            return "not significant"
        return "gains" if self.value > 0 else "loses"


def run_annealing(
    annealing: Annealing, run: Callable[[str, Experiment], Results]
) -> tuple[list[Gain], dict[str, Results]]:
    """Choose the constants, run the schedules beside them on other seeds, and compare.

    Parameters
    ----------
    annealing : Annealing
        The comparison.
    run : callable
        ``run(name, experiment)`` returns the results of an experiment: ``boltzmann.experiments.run`` in a folder of
        that name, so that a stopped run continues. The names are ``choosing`` and ``judging``.

    Returns
    -------
    gains : list of Gain
        By task, period, family and speed.
    runs : dict of str to Results
        The two, by name.

    Raises
    ------
    RefusedError
        Where a task does not have the metric; and whatever ``run`` raises.
    """
    constants = run("choosing", annealing.choice())
    metrics = Judgement(constants, annealing.metric or gap_or_usual(constants)).metrics
    chosen = []
    for problem, (task, cells) in zip(annealing.problems, cells_by_task(constants).items(), strict=True):
        if task not in metrics:
            raise RefusedError(f"{task} does not have the metric {annealing.metric!r}")
        chosen.append(_choose(problem, annealing.temperatures, metrics[task], cells))
    judged = run("judging", annealing.judgement(chosen))
    return gains(annealing, chosen, judged), {"choosing": constants, "judging": judged}


def gains(annealing: Annealing, chosen: Sequence[Choice], judged: Results) -> list[Gain]:
    """Compare every schedule with the constant that was chosen for the period, replicate by replicate."""
    compared: list[Gain] = []
    for problem, choice, (task, cells) in zip(annealing.problems, chosen, cells_by_task(judged).items(), strict=True):
        schedules = annealing.schedules(problem, choice)
        columns = [cells[problem.agent(policy)] for policy in schedules.values()]
        metric, sign = choice.metric, BY_KEY[choice.metric].sign
        for period, temperature in choice.best.items():
            constant = Boltzmann(temperature)
            level = _OVER[period](cells[problem.agent(constant)], metric)
            known = level[~np.isnan(level)]
            mean = float(known.mean()) if len(known) else float("nan")
            values = np.stack([_OVER[period](cell, metric) for cell in columns], axis=1)
            bounds = of_differences(BY_KEY[metric].bounds)
            differences = paired_difference(sign * values, sign * level[:, np.newaxis], bounds=bounds)
            corrected = holm(differences.p_value)
            for index, ((family, speed), policy) in enumerate(schedules.items()):
                value, low, high, p_value = (float(numbers[index]) for numbers in (*differences[:3], corrected))
                names = (task, period, family, speed, repr(policy), repr(constant))
                compared.append(Gain(*names, metric, value, low, high, p_value, mean))
    return compared


def _choose(problem: Problem, temperatures: Sequence[float], metric: JudgedKey, cells: Cells) -> Choice:
    def best(period: str, among: Sequence[float]) -> float:
        def key(temperature: float) -> float:
            return better_first(
                float(_OVER[period](cells[problem.agent(Boltzmann(temperature))], metric).mean()), metric
            )

        return min(among, key=key)

    ordered = sorted(temperatures)
    inside = [temperature for temperature in ordered if 0 < temperature < np.inf]
    return Choice(metric, {period: best(period, ordered) for period in PERIODS}, best(PERIODS[0], inside))
