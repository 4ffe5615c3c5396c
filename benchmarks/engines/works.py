"""The works of the benchmark, as this project and as the C yardstick do them.

A: sample averages with a softmax on the 10-armed Gaussian testbed. B: Q-learning with a softmax on a table.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import envs
from agents import QLearning, SampleAverage
from benchmarks.engines.yardstick import TableArrays, Yardstick
from boltzmann import UCB1, BernoulliThompson, Boltzmann, Exponential, Policy
from boltzmann.experiments import Agent, Block, Experiment, Recorder, Task, read_environment, rollout, run

ARMS = 10
DISCOUNT, STEP_SIZE = 0.99, 0.1
REPLICATES = (1, 30, 200, 2000)

Play = Callable[[int], Any]
"""``play(steps)`` does a work once, with this number of steps."""


@dataclass(frozen=True)
class Temperature:
    """An exponential schedule from ``start`` to ``end`` over all steps of a work; constant if they are equal."""

    start: float
    end: float

    def policy(self, steps: int) -> Policy:
        """Return the policy that a user would write."""
        return Boltzmann(self.start if self.start == self.end else Exponential(self.start, self.end, steps))

    def factor(self, steps: int) -> float:
        """Return the ratio of a step's temperature to that of the step before."""
        return float((self.end / self.start) ** (1 / steps))


@dataclass(frozen=True)
class Work:
    """A learner in an environment, at a constant and at an annealed temperature."""

    name: str
    environment: str
    learner: Callable[[Policy], Agent]
    temperatures: dict[str, Temperature]


def _q_learning(policy: Policy) -> Agent:
    return QLearning(policy, step_size=STEP_SIZE, discount=DISCOUNT)


WORKS = (
    Work(
        "A testbed",
        f"boltzmann/GaussianBandit-v0(arms={ARMS})",
        SampleAverage,
        {"constant": Temperature(0.25, 0.25), "annealed": Temperature(1.0, 0.05)},
    ),
    Work(
        "B FrozenLake",
        "FrozenLake-v1",
        _q_learning,
        {"constant": Temperature(0.01, 0.01), "annealed": Temperature(0.1, 0.001)},
    ),
    Work(
        "B Taxi",
        "Taxi-v4",
        _q_learning,
        {"constant": Temperature(0.5, 0.5), "annealed": Temperature(1.0, 0.05)},
    ),
)


_TESTBED = WORKS[0]
UCB1_WORK = replace(
    _TESTBED, learner=lambda _: SampleAverage(UCB1()), temperatures={"UCB1": _TESTBED.temperatures["constant"]}
)
THOMPSON_WORK = Work(
    "Bernoulli",
    f"boltzmann/BernoulliBandit-v0(arms={ARMS})",
    lambda _: SampleAverage(BernoulliThompson()),
    {"Thompson": _TESTBED.temperatures["constant"]},
)
"""What other libraries have besides a softmax; the name of the policy stands where other works have a temperature."""


class EmptyRecorder(Recorder):
    """A recorder that ignores everything."""

    def add(self, *step: Any) -> None:
        """Ignore a step."""

    def add_windows(self, *windows: Any) -> None:
        """Ignore a window."""


def engines_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """List the engines that ``rollout`` or ``run`` lets a user choose from."""
    return ("lockstep", "compiled") if "engine" in inspect.signature(function).parameters else ("lockstep",)


def with_engine(function: Callable[..., Any], engine: str) -> Callable[..., Any]:
    """Return ``rollout`` or ``run`` with the engine chosen, if there is a choice."""
    return partial(function, engine=engine) if len(engines_of(function)) > 1 else function


def experiment(work: Work, temperature: str, replicates: int, steps: int, seed: int = 0) -> Experiment:
    """Describe a work as an experiment of one cell, recorded by default, but at most every ten steps."""
    agent = work.learner(work.temperatures[temperature].policy(steps))
    points = max(1, min(100, steps // 10))
    return Experiment((Task(work.environment, (agent,), steps),), replicates, seed, points=points)


def in_project(
    work: Work, temperature: str, replicates: int, engine: str, seed: int = 0, *, recorded: bool = True
) -> Play:
    """Return ``play(steps) -> Recorder`` by the public ``rollout``; the environment is made once, beforehand."""
    name, arguments = read_environment(work.environment)
    env = envs.make(name, replicates, discount=DISCOUNT, **arguments)
    rolling = with_engine(rollout, engine)
    if not recorded:
        rolling = partial(rolling, recorder=EmptyRecorder)

    def play(steps: int) -> Recorder:
        described = experiment(work, temperature, replicates, steps, seed)
        plan, block = described.plan, Block(0, 0, 0, replicates)
        agent, ends = described.tasks[0].agents[0], plan.recorded_steps(0)
        recorder: Recorder = rolling(env, agent, ends, plan.environment_seeds(block), plan.agent_rng(block))
        return recorder

    return play


def in_runs(work: Work, temperature: str, replicates: int, engine: str, n_jobs: int) -> Callable[[int, str], Any]:
    """Return ``play(steps, folder)`` by the public ``run``, into a folder that does not exist yet."""
    running = with_engine(run, engine)

    def play(steps: int, folder: str) -> Any:
        return running(experiment(work, temperature, replicates, steps), folder, make=envs.make, n_jobs=n_jobs)

    return play


def in_c(yardstick: Yardstick, work: Work, temperature: str, replicates: int, seed: int = 0) -> Play:
    """Return ``play(steps) -> mean reward`` by the yardstick."""
    course = work.temperatures[temperature]
    env = envs.make(work.environment.partition("(")[0], 1)
    if not isinstance(env, envs.TabularVectorEnv):
        return lambda steps: yardstick.bandit(
            replicates, steps, arms=ARMS, start=course.start, factor=course.factor(steps), seed=seed
        )
    arrays = TableArrays.of(env.table, env.max_episode_steps)
    return lambda steps: yardstick.table(
        arrays,
        replicates,
        steps,
        start=course.start,
        factor=course.factor(steps),
        step_size=STEP_SIZE,
        discount=DISCOUNT,
        seed=seed,
    )


def in_avx512(yardstick: Yardstick, work: Work, temperature: str, replicates: int) -> Play | None:
    """Return ``play(steps) -> mean reward`` by the vector code; None for another work or processor."""
    course = work.temperatures[temperature]
    if not yardstick.has_avx512 or work.name != WORKS[0].name:
        return None
    return lambda steps: yardstick.bandit_avx512(replicates, steps, start=course.start, factor=course.factor(steps))


def in_c_threads(yardstick: Yardstick, work: Work, replicates: int) -> tuple[Play, Play]:
    """Return two plays by the yardstick at a constant temperature: in this thread, and by halves in two threads."""
    halves = [in_c(yardstick, work, "constant", max(1, replicates // 2), seed=seed) for seed in (0, replicates)]

    def in_two(steps: int) -> list[float]:
        # ctypes releases the interpreter lock, so both threads run at once.
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda half: half(steps), halves))

    return in_c(yardstick, work, "constant", replicates), in_two
