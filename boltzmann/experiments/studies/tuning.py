"""The search for a temperature or schedule: successive halving over replicates, and a judgement on other seeds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from boltzmann import checks
from boltzmann.experiments.describe import Experiment
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.statistics import (
    Cells,
    Judgement,
    TaskJudgement,
    better_first,
    cells_by_task,
    cumulative,
    final,
    usual_metric,
)
from boltzmann.experiments.store import Results
from boltzmann.experiments.studies.problem import Problem, separate_seeds
from boltzmann.experiments.studies.schedule_families import schedule_of
from boltzmann.experiments.studies.sweep import gap_or_usual, sweep_temperatures
from boltzmann.policies import Boltzmann, Policy

_CONSTANTS, _STARTS, _DEPTH = 2, 1, 100.0
"""Constant temperatures in each decade, starts of schedules in each decade, and start divided by end of a schedule."""


def candidates(
    low: float, high: float, steps: int, families: Sequence[str], speeds: Sequence[float] = (0.3, 1.0)
) -> list[Policy]:
    """List constant temperatures and schedules over the whole range, the simpler ones first.

    Parameters
    ----------
    low, high : float
        In (0, inf), low below high, in units of the values. There are two constants in each decade between them, and
        constants at 0 and infinity; a schedule starts in each decade and comes down to a hundredth.
    steps : int
        The number of steps of a run, at least 1.
    families : sequence of str
        Keys of ``FAMILIES``.
    speeds : sequence of float
        The fractions of the steps after which schedules have come down, each in (0, 1].

    Examples
    --------
    >>> for policy in candidates(0.1, 1.0, 1000, ["linear"], [1.0]):
    ...     print(policy)
    Boltzmann(0.0)
    Boltzmann(0.1)
    Boltzmann(0.316)
    Boltzmann(1.0)
    Boltzmann(inf)
    Boltzmann(Linear(0.1, 0.001, 1000))
    Boltzmann(Linear(1.0, 0.01, 1000))
    """
    for speed in speeds:
        checks.number_in("speeds", speed, "(0, 1]")
    steps = checks.whole_number("steps", steps, least=1)
    constants: list[Policy] = [Boltzmann(temperature) for temperature in sweep_temperatures(low, high, _CONSTANTS)]
    starts = sweep_temperatures(low, high, _STARTS)[1:-1]
    schedules = [
        Boltzmann(schedule_of(family, start, start / _DEPTH, max(1, round(speed * steps))))
        for family in families
        for start in starts
        for speed in speeds
    ]
    # Rounding may make two candidates equal.
    return list({repr(policy): policy for policy in [*constants, *schedules]}.values())


@dataclass(frozen=True)
class Tuning:
    """A search for the best policy on a problem.

    Parameters
    ----------
    problem : Problem
        The environment and learner.
    policies : sequence of policies
        The candidates, at least two.
    first : int
        Replicates of the first round, at least 1; every next round has twice as many.
    finalists : int
        How many candidates are judged, at least 2.
    judging : int
        Replicates of the judgement, at least 2.
    seed : int
        At least 0. Every round draws from a seed of its own, and so does the judgement.
    metric : str, optional
        The key of the metric. By default the gap where the environment reports it, else as for ``leaderboard``, from
        the first round on.
    """

    problem: Problem
    policies: Sequence[Policy]
    first: int
    finalists: int
    judging: int
    seed: int
    metric: JudgedKey | None = None

    def __post_init__(self) -> None:
        if len(self.policies) < 2:
            raise ValueError(f"policies must be at least two, got {len(self.policies)}")
        for name, least in (("first", 1), ("finalists", 2), ("judging", 2), ("seed", 0)):
            checks.whole_number(name, getattr(self, name), least=least)
        # The last round has the most replicates: a bound that it exceeds is told now, before the first one is run.
        for number in (0, len(self.policies).bit_length()):
            self.round(number, self.policies)
        self.judgement(self.policies)

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits, the same for equal searches."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    def round(self, number: int, policies: Sequence[Policy]) -> Experiment:
        """Describe a round, counted from 0."""
        seed = separate_seeds(self.seed, number + 2)[-1]
        return Experiment((self.problem.task(policies),), self.first * 2**number, seed)

    def outline(self) -> dict[str, Experiment]:
        """Describe all runs, by their names and in their order, to estimate what they take.

        The first candidates stand for those that the rounds before will choose.
        """
        left, runs = list(self.policies), dict[str, Experiment]()
        while not runs or len(left) > self.finalists:
            left = left[: self.kept(len(left))] if runs else left
            runs[_round_name(len(runs))] = self.round(len(runs), left)
        return {**runs, "judging": self.judgement(left)}

    def kept(self, candidates: int) -> int:
        """Return how many of so many candidates a round keeps: half of them, but no fewer than the finalists."""
        return min(candidates, max(self.finalists, (candidates + 1) // 2))

    def judgement(self, policies: Sequence[Policy]) -> Experiment:
        """Describe the run that judges the finalists, on a seed of its own."""
        return Experiment((self.problem.task(policies),), self.judging, separate_seeds(self.seed, 1)[0])


@dataclass(frozen=True)
class Round:
    """A round of the search: its results, and the notation of its candidates, the best first."""

    results: Results
    ranked: tuple[str, ...]


@dataclass(frozen=True)
class TuningResult:
    """The result of a search.

    Attributes
    ----------
    recommendation : str
        The winner of the last round, in the one notation. The judgement had no part in the choice.
    agent : str
        The learner with it.
    metric : str
        The key of the metric that was judged.
    rounds : list of Round
        All rounds, in their order.
    judged : Results
        The finalists on seeds that had no part in the search.
    """

    recommendation: str
    agent: str
    metric: JudgedKey
    rounds: list[Round]
    judged: Results

    @cached_property
    def judgement(self) -> Judgement:
        """The finalists judged in the order of the search, with the recommended agent as the baseline."""
        return _InOrder(self.judged, self.metric, self.agent)


class _InOrder(Judgement):
    """A judgement whose agents stand in the order of their task; its answers read them the best first."""

    @cached_property
    def tasks(self) -> tuple[TaskJudgement, ...]:
        return tuple(judged.in_order(list(self.cells[judged.task])) for judged in super().tasks)

    @cached_property
    def answers(self) -> dict[str, str]:
        return Judgement(self.results, self.metric, self.baseline, self.confidence).answers


def run_tuning(tuning: Tuning, run: Callable[[str, Experiment], Results]) -> TuningResult:
    """Halve the candidates round by round, each with twice the replicates of the last, and judge the finalists.

    Successive halving (Karnin, Koren & Somekh, "Almost Optimal Exploration in Multi-Armed Bandits", ICML 2013;
    Jamieson & Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", AISTATS 2016),
    with replicates as its budget: every candidate runs all its steps, since a schedule that is cut short is another
    one. A round keeps those with the better means in the last tenth of the steps, ties broken by the total over all
    steps, then by the order of the candidates. A round looks at its own replicates alone.

    Parameters
    ----------
    tuning : Tuning
        The search.
    run : callable
        ``run(name, experiment)`` returns the results of an experiment: ``boltzmann.experiments.run`` in a folder of
        that name, so that a stopped run continues. The names are ``round-0`` and so on, and ``judging``.

    Raises
    ------
    RefusedError
        Whatever ``run`` raises.
    """
    left = {repr(policy): policy for policy in tuning.policies}
    rounds: list[Round] = []
    metric = tuning.metric
    while not rounds or len(rounds[-1].ranked) > tuning.finalists:
        results = run(_round_name(len(rounds)), tuning.round(len(rounds), list(left.values())))
        (cells,) = cells_by_task(results).values()
        tried = {name: cells[tuning.problem.agent(policy)] for name, policy in left.items()}
        metric = metric or gap_or_usual(results) or usual_metric(tried)
        ranked = _ranked(tried, metric)
        rounds.append(Round(results, tuple(ranked)))
        left = {name: left[name] for name in ranked[: tuning.kept(len(ranked))]}
    assert metric is not None
    best = left[rounds[-1].ranked[0]]
    judged = run("judging", tuning.judgement(list(left.values())))
    return TuningResult(repr(best), tuning.problem.agent(best), metric, rounds, judged)


def _round_name(number: int) -> str:
    return f"round-{number}"


def _ranked(cells: Cells, metric: JudgedKey) -> list[str]:
    """Sort the candidates, the best first; candidates for which some replicates have no value come last."""

    def key(name: str) -> tuple[float, float]:
        means = final(cells[name], metric).mean(), cumulative(cells[name], metric).mean()
        end, total = (better_first(float(mean), metric) for mean in means)
        return end, total

    return sorted(cells, key=key)
