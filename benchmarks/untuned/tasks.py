"""The tasks of the suite, by groups, and tasks that are held out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from boltzmann import Policy
from boltzmann.experiments import Agent
from scripts.support import taught

Group = Literal["stationary", "changing", "shallow", "deep", "sparse"]
GROUPS: tuple[Group, ...] = ("stationary", "changing", "shallow", "deep", "sparse")
_AVERAGE, _CONSTANT, _CONTROL = (
    "SampleAverage(_)",
    "ConstantStep(_, step_size=0.1)",
    "QLearning(_, step_size=0.1, discount=0.99)",
)


@dataclass(frozen=True)
class SuiteTask:
    """A task of the suite.

    Attributes
    ----------
    name : str
        What tables call it.
    group : str
        "stationary" and "changing" bandits; tables of "shallow" and "deep" exploration; "sparse" rewards.
    environment : str
        In the one notation.
    steps : int
        Steps of every replicate.
    learner : str
        With ``_`` instead of the policy.
    metric : {"gap", "return"}
        What is judged.
    tuned_as : str
        The name of the task whose tuned schedule this one is compared with: rewards in other units or from another
        origin, which whoever tunes by hand would undo. By default its own.
    unit : float
        The unit of the rewards in that task's.
    """

    name: str
    group: Group
    environment: str
    steps: int
    learner: str = _CONTROL
    metric: Literal["gap", "return"] = "gap"
    tuned_as: str = ""
    unit: float = 1.0

    def agent(self, policy: Policy, control: str = "") -> Agent:
        """Return the learner with a policy; tables have the learner ``control``, if it is given."""
        agent: Agent = taught(control if control and self.learner == _CONTROL else self.learner, policy)
        return agent


def _waves(period: int = 400) -> str:
    """Two arms pay 0.5 and swap a sine wave; a third one pays 0.55."""
    rows = []
    for step in range(period):
        wave = round(0.4 * math.sin(2 * math.pi * step / period), 2)
        rows.append((round(0.5 + wave, 2), round(0.5 - wave, 2), 0.55))
    return f"boltzmann/AdversarialBandit-v0(rewards={tuple(rows)})".replace(", ", ",")


def _bandit(name: str, kind: str, steps: int, arguments: str = "", **others: object) -> SuiteTask:
    text = f"boltzmann/{kind}-v0({arguments})" if arguments else f"boltzmann/{kind}-v0"
    return SuiteTask(name, **{"group": "stationary", "learner": _AVERAGE, **others}, environment=text, steps=steps)  # type: ignore[arg-type]


_TESTBED = {"tuned_as": "testbed"}
_MEANS = ", ".join(["0.6"] + ["0.5"] * 9)
TASKS: tuple[SuiteTask, ...] = (
    _bandit("testbed", "GaussianBandit", 1000),
    _bandit("testbed x 0.01", "GaussianBandit", 1000, "noise=0.01, spread=0.01", unit=0.01, **_TESTBED),
    _bandit("testbed x 100", "GaussianBandit", 1000, "noise=100.0, spread=100.0", unit=100.0, **_TESTBED),
    _bandit("testbed + 1000", "GaussianBandit", 1000, "mean=1000.0", **_TESTBED),
    _bandit("testbed - 1000", "GaussianBandit", 1000, "mean=-1000.0", **_TESTBED),
    _bandit("2 arms", "GaussianBandit", 1000, "arms=2"),
    _bandit("100 arms", "GaussianBandit", 2000, "arms=100"),
    _bandit("noise 3", "GaussianBandit", 2000, "noise=3.0"),
    _bandit("testbed, long", "GaussianBandit", 10_000),
    _bandit("uniform means", "UniformBandit", 1000),
    _bandit("100 levers", "LeverBandit", 2000, "arms=100"),
    _bandit("Bernoulli, easy", "BernoulliBandit", 1000),
    _bandit("Bernoulli, hard", "BernoulliBandit", 5000, f"means=({_MEANS})"),
    _bandit("Bernoulli, rare", "BernoulliBandit", 5000, "means=(0.05, 0.03, 0.02, 0.01, 0.01)"),
    _bandit("zeroed start", "ZeroedStartBandit", 5000, "gap=0.2, zeroed=200"),
    _bandit("drift", "DriftingBandit", 5000, "drift=0.03", group="changing", learner=_CONSTANT),
    _bandit("abrupt changes", "AbruptBandit", 4000, "period=500", group="changing", learner=_CONSTANT),
    SuiteTask("waves", "changing", _waves(), 2000, _AVERAGE),
    SuiteTask("lake", "shallow", "FrozenLake-v1", 20_000),
    SuiteTask("lake, dry", "shallow", "FrozenLake-v1(is_slippery=False)", 5000),
    SuiteTask("lake, 8 x 8", "sparse", "FrozenLake8x8-v1", 50_000),
    SuiteTask("cliff", "shallow", "CliffWalking-v1", 10_000),
    SuiteTask("taxi", "shallow", "Taxi-v4", 50_000),
    SuiteTask("river swim", "deep", "boltzmann/RiverSwim-v0", 10_000),
    SuiteTask("deep sea", "deep", "boltzmann/DeepSea-v0(size=8)", 10_000),
    SuiteTask("chain", "deep", "boltzmann/Chain-v0", 5000),
    SuiteTask("loop", "deep", "boltzmann/Loop-v0", 5000),
    SuiteTask("double chain", "deep", "boltzmann/DoubleChain-v0", 5000),
    SuiteTask("garnet", "shallow", "boltzmann/Garnet-v0", 5000),
    SuiteTask("garnet, large", "shallow", "boltzmann/Garnet-v0(states=100, actions=10, branching=3, seed=1)", 20_000),
    SuiteTask("grid", "sparse", "boltzmann/GridWorld-v0", 10_000),
    SuiteTask(
        "cart pole",
        "shallow",
        "CartPole-v1(bins=(1, 3, 6, 12), bounds=(None, None, (-0.21, 0.21), None))",
        20_000,
        metric="return",
    ),
    SuiteTask("mountain car", "sparse", "MountainCar-v0(bins=20)", 200_000, metric="return"),
)
_GOOD = ", ".join(str(round(0.98 - 0.02 * arm, 2)) for arm in range(10))
_MAP = '["SFFFFF", "FHFFHF", "FFFHFF", "HFFFFH", "FFHFFF", "FFFFHG"]'
_ROOMS = '["S..#....", "...#....", "........", "...#....", "##.###.#", "...#....", "........", "...#...G"]'
HELD_OUT: tuple[SuiteTask, ...] = (
    _bandit("Bernoulli, good arms", "BernoulliBandit", 2000, f"means=({_GOOD})"),
    _bandit("uniform means, noisy", "UniformBandit", 2000, "noise=1.0"),
    _bandit("alike in groups", "CatalogueBandit", 2000, "arms=10, features=2, explained=1.0, noise=0.5"),
    _bandit("quick changes", "AbruptBandit", 4000, "period=200, noise=0.5", group="changing", learner=_CONSTANT),
    SuiteTask("garnet, wide", "shallow", "boltzmann/Garnet-v0(states=50, branching=5, seed=7)", 10_000),
    SuiteTask("garnet, noisy", "shallow", "boltzmann/Garnet-v0(states=20, noise=1.0, seed=11)", 10_000),
    SuiteTask("garnet, 10 actions", "shallow", "boltzmann/Garnet-v0(states=40, actions=10, seed=5)", 10_000),
    SuiteTask("cliff, slippery", "shallow", "CliffWalking-v1(is_slippery=True)", 10_000),
    SuiteTask("lake, 6 x 6", "shallow", f"FrozenLake-v1(desc={_MAP})", 10_000),
    SuiteTask("blackjack", "shallow", "Blackjack-v1", 20_000),
    SuiteTask("four rooms", "sparse", f"boltzmann/GridWorld-v0(layout={_ROOMS})", 10_000),
    SuiteTask("catch", "sparse", "boltzmann/Catch-v0(rows=6)", 10_000),
    SuiteTask("deep sea, windy", "deep", "boltzmann/DeepSeaStochastic-v0(size=5)", 10_000),
    SuiteTask("acrobot", "sparse", "Acrobot-v1(bins=(4, 4, 4, 4, 5, 5))", 20_000, metric="return"),
)
"""Tasks that no policy of the library was designed on: they were chosen after the policies, and change none."""
BY_NAME = {task.name: task for task in (*TASKS, *HELD_OUT)}
