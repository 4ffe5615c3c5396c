"""Every policy, learner and world with its rate and its engine, beside a Boltzmann policy on the testbed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import agents
import boltzmann as bm
import envs
from benchmarks.engines.measuring import LEAST_STEPS, Effort, Row, calibrated
from benchmarks.timing import compare, quartiles, ratios
from boltzmann.experiments import read_environment, rollout

ROWS, WINDOWS = 30, 50
TESTBED, LAKE = "boltzmann/GaussianBandit-v0", "FrozenLake-v1"


@dataclass(frozen=True)
class Case:
    """An agent in an environment, and the share of the yardstick's rate that the project aims at."""

    name: str
    agent: Callable[[], Any]
    environment: str = TESTBED
    target: float | None = None


def _policies() -> Iterator[Case]:
    """Yield each policy with sample averages on the testbed."""
    per_row, roots, noisy = 0.6, 0.25, 0.3
    choices: list[tuple[Any, float]] = [
        (bm.Boltzmann(bm.RangeScaled(0.2)), per_row),
        (bm.Boltzmann(bm.StdScaled(0.3)), per_row),
        (bm.Boltzmann(bm.GLIE()), per_row),
        (bm.EpsilonGreedy(0.1), per_row),
        (bm.MaxBoltzmann(0.1, 0.25), per_row),
        (bm.EpsilonBoltzmann(0.1, 0.25), per_row),
        (bm.KLBoltzmann(tuple([0.1] * 10), 0.25), per_row),
        (bm.VDBE(1.0), per_row),
        (bm.VDBESoftmax(1.0), per_row),
        (bm.UCB1(), per_row),
        (bm.UCB1Tuned(), per_row),
        (bm.Maillard(1.0), per_row),
        (bm.StandardError(), 0.5),
        (bm.Sparsemax(0.5), per_row),
        (bm.Entmax(0.5), per_row),
        (bm.Entmax(0.5, 1.25), roots),
        (bm.Mellowmax(5.0), roots),
        (bm.Boltzmann(bm.EntropyTarget(0.5)), roots),
        (bm.Boltzmann(bm.EffectiveActionsTarget(2.0)), roots),
        (bm.Boltzmann(bm.GreedyProbabilityTarget(0.8)), roots),
        (bm.Boltzmann(bm.LossBudget(0.1)), roots),
        (bm.BoltzmannGumbel(1.0), noisy),
        (bm.GaussianThompson(1.0), noisy),
    ]
    for policy, target in choices:
        yield Case(repr(policy), lambda policy=policy: agents.SampleAverage(policy), target=target)  # type: ignore[misc]


def _learners() -> Iterator[Case]:
    """Yield each learner with a Boltzmann policy: those of bandits on bandits, the others on FrozenLake."""
    policy, target = bm.Boltzmann(0.25), 0.4
    kind: Any
    for kind in (agents.SampleAverageWithInitial, agents.ConstantStep, agents.ScheduledStep):
        yield Case(kind.__name__, lambda kind=kind: kind(policy), target=target)  # type: ignore[misc]
    for kind in (
        *(agents.GradientBandit, agents.GradientBanditIncludingCurrent, agents.GradientBanditWithoutBaseline),
        *(agents.ReinforcementComparison, agents.Exp3, agents.Exp3IX, agents.TsallisINF),
    ):
        world = "boltzmann/BernoulliBandit-v0"
        yield Case(kind.__name__, kind, world, target)
    for kind in (
        *(agents.QLearning, agents.Sarsa, agents.ExpectedSarsa, agents.SoftQ, agents.MellowmaxQ),
        *(agents.DynamicBoltzmannQ, agents.DoubleQ, agents.SpeedyQ, agents.SarsaLambda, agents.SarsaLambdaReplacing),
        *(agents.QLambda, agents.QLambdaReplacing),
    ):
        yield Case(kind.__name__, lambda kind=kind: kind(policy), LAKE, target)  # type: ignore[misc]


def _worlds() -> Iterator[Case]:
    """Yield a Boltzmann policy in each world."""
    policy = bm.Boltzmann(0.25)
    for name, target in (
        ("Drifting", 0.3),
        ("Abrupt", 0.3),
        ("Adversarial", 0.3),
        ("ZeroedStart", 0.3),
        ("Lever", None),
    ):
        world = f"boltzmann/{name}Bandit-v0"
        yield Case(world, lambda: agents.ConstantStep(policy), world, target)
    for world, target in (
        *((LAKE, 0.4), ("Taxi-v4", 0.4), ("Blackjack-v1", 0.4), ("boltzmann/RiverSwim-v0", 0.4)),
        *(("CartPole-v1", 0.4), ("MountainCar-v0", 0.4), ("Acrobot-v1", 0.4)),
    ):
        yield Case(world, lambda: agents.QLearning(policy), world, target)


YARDSTICK = Case("Boltzmann(0.25)", lambda: agents.SampleAverage(bm.Boltzmann(0.25)))
CASES = (*_policies(), *_learners(), *_worlds())


def measure_laws(effort: Effort, cases: tuple[Case, ...] = CASES) -> Iterator[Row]:
    """Measure ``rollout`` with its recorder in processor time, each case in turns with the yardstick."""
    yardstick = _Timed(YARDSTICK, effort.seconds)
    for case in cases:
        timed = _Timed(case, effort.seconds)
        functions = {"yardstick": yardstick, "case": timed}
        times = compare({**functions}, rounds=effort.rounds, least_seconds=effort.seconds, clock=time.process_time)
        rates = {name: ROWS * play.steps / quartiles(times[name])[1] for name, play in functions.items()}
        low, middle, high = (timed.steps / yardstick.steps * ratio for ratio in ratios(times, "yardstick", "case"))
        cell = (case.name, "", ROWS, timed.engine, timed.steps, rates["case"], (low, middle, high))
        yield Row(*cell, "Boltzmann", rates["yardstick"], case.target, timed.first_call)


class _Timed:
    """A case with as many steps as take about the seconds wanted."""

    def __init__(self, case: Case, seconds: float) -> None:
        name, arguments = read_environment(case.environment)
        self._env, self._case, self.engine = envs.make(name, ROWS, **arguments), case, ""
        start = time.perf_counter()
        self._play(LEAST_STEPS)
        self.first_call = time.perf_counter() - start
        self.steps = calibrated(self._play, seconds, time.process_time)

    def __call__(self) -> None:
        """Take all steps once."""
        self._play(self.steps)

    def _play(self, steps: int) -> None:
        ends = np.unique(np.linspace(steps / WINDOWS, steps, WINDOWS).astype(np.int64))
        seeds, rng = list(range(ROWS)), np.random.default_rng(0)
        self.engine = rollout(self._env, self._case.agent(), ends, seeds, rng).engine
