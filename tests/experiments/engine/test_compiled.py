"""Both engines on everything that both know: the same actions, one by one, and the same records."""

import copy
import math

import numpy as np
import pytest

from agents import (
    ConstantStep,
    DynamicBoltzmannQ,
    ExpectedSarsa,
    MellowmaxQ,
    QLearning,
    SampleAverage,
    SampleAverageWithInitial,
    Sarsa,
    ScheduledStep,
    SoftQ,
)
from boltzmann import (
    Boltzmann,
    EpsilonBoltzmann,
    EpsilonGreedy,
    Exponential,
    Greedy,
    InverseTime,
    Linear,
    MaxBoltzmann,
    Uniform,
)
from boltzmann.experiments import rollout
from tests.support.both_engines import ENDS, STEPS, assert_the_same, by_both, made

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled import CompiledCell, sizes
from boltzmann.experiments.engine.compiled.scalars import (
    cosine,
    count_up_to,
    exponential,
    exponential_minus_1,
    hyperbolic_tangent,
    logarithm,
    logarithm_of_1_and,
    sine,
)
from boltzmann.experiments.engine.compiled.worlds import draws

INF = math.inf


def some_slow(values, *quick):
    """Mark all but some values as slow."""
    groups = [value if isinstance(value, tuple) else (value,) for value in values]
    marks = [() if value in quick else (pytest.mark.slow,) for value in values]
    return [pytest.param(*group, marks=mark) for group, mark in zip(groups, marks, strict=True)]


POLICIES = [
    Boltzmann(0.3),
    Boltzmann(0),
    Boltzmann(INF),
    Boltzmann(Exponential(1.0, 0.01, 100)),
    Boltzmann(Linear(INF, 0.0, 50)),
    Boltzmann(lambda step: 1.0 if step < 30 else 0.1),
    EpsilonGreedy(0.1),
    EpsilonGreedy(Linear(1.0, 0.0, 100)),
    Greedy(),
    Uniform(),
    MaxBoltzmann(0.3, InverseTime(1.0, 0.1)),
    EpsilonBoltzmann(0.2, 0.5),
]
WORLDS = [
    "boltzmann/GaussianBandit-v0",
    "boltzmann/BernoulliBandit-v0",
    "boltzmann/LeverBandit-v0(arms=20)",
    "FrozenLake-v1",
    "Taxi-v4",
    "boltzmann/RiverSwim-v0(max_episode_steps=20)",
    "Blackjack-v1",
    "boltzmann/Garnet-v0(noise=1,states=9,max_episode_steps=20)",
]
LEARNERS = [
    lambda policy: SampleAverage(policy, initial_value=1.0),
    lambda policy: SampleAverageWithInitial(policy, initial_value=1.0),
    lambda policy: ConstantStep(policy, step_size=0.3),
    lambda policy: ScheduledStep(policy, step_size=InverseTime(1.0, 0.5)),
    lambda policy: QLearning(policy, step_size=0.5, discount=0.9),
    lambda policy: QLearning(policy, step_size=InverseTime(1.0, 0.5), discount=0.9),
    lambda policy: Sarsa(policy, step_size=0.5, discount=0.9, initial_value=0.5),
    lambda policy: ExpectedSarsa(policy, step_size=0.5, discount=0.9, initial_value=0.5),
    lambda policy: SoftQ(policy, temperature=0.5, discount=0.9),
    lambda policy: MellowmaxQ(policy, temperature=InverseTime(1.0, 0.1), discount=0.9),
    lambda policy: DynamicBoltzmannQ(policy, discount=0.9),
]
EXACT = 8  # The first eight learners do the same operations in the same order on both engines.


# Policies meet every kind of world: normal and binary rewards, a table, and masks. Learners meet all worlds below.
@pytest.mark.parametrize("world", some_slow([*WORLDS[:2], *WORLDS[3:5]], "FrozenLake-v1"))
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: repr(policy).partition(" at 0x")[0])
def test_every_policy_acts_alike_on_both(world, policy):
    bandit = "Bandit" in world
    agent = SampleAverage(policy) if bandit else QLearning(policy, step_size=0.5, discount=0.9)
    assert_the_same(world, agent, 70, exact=True)


# Each pair has a kernel of its own, so every learner meets a third of the worlds, and every world a third of them.
PAIRS = [
    (index, world) for index in range(len(LEARNERS)) for number, world in enumerate(WORLDS) if (index + number) % 3 == 0
]


@pytest.mark.parametrize(("index", "world"), some_slow(PAIRS, (0, WORLDS[0]), (4, "Blackjack-v1"), (6, WORLDS[0])))
def test_every_learner_learns_alike_on_both(index, world):
    agent = LEARNERS[index](Boltzmann(Linear(1.0, 0.1, 100)))
    for rows in (1, 65):
        assert_the_same(world, copy.deepcopy(agent), rows, exact=index < EXACT - 1)


@pytest.mark.parametrize("temperature", [1e-3, 1e6, 1e12, 1e17, 1e300])
def test_mellowmax_is_as_right_at_any_temperature_on_both(temperature):
    agent = MellowmaxQ(Boltzmann(0.5), temperature=temperature, step_size=0.5, discount=0.9)
    assert_the_same("boltzmann/RiverSwim-v0(max_episode_steps=20)", agent, 64, exact=False)


@pytest.mark.parametrize("rows", [1, 30, 63, 200])
@pytest.mark.parametrize("world", ["boltzmann/GaussianBandit-v0", "boltzmann/GaussianBandit-v0(arms=64)", "Taxi-v4"])
def test_entropies_are_those_of_the_lockstep_to_the_bit(world, rows):
    agent = (SampleAverage if "Bandit" in world else QLearning)(Boltzmann(Exponential(1.0, 0.05, STEPS)))
    _, _, slow, fast, _ = by_both(world, agent, rows)
    np.testing.assert_array_equal(fast.arrays["entropy"], slow.arrays["entropy"])


def test_counts_of_a_long_window_are_whole():
    # Lockstep counts in bytes, which hold at most 255.
    records = []
    for engine in ("lockstep", "compiled"):
        env, agent = made("boltzmann/GaussianBandit-v0", 3), SampleAverage(EpsilonGreedy(0.1))
        ends, rng = np.array([700, 1000]), np.random.default_rng(1)
        records.append(rollout(env, agent, ends, [1, 2, 3], rng, engine=engine).arrays)
    for name in ("optimal", "greedy"):
        assert (records[0][name][0] * 700 > 255).any()
        np.testing.assert_allclose(records[0][name], records[1][name], rtol=1e-12)


@pytest.mark.parametrize("world", some_slow(["boltzmann/GaussianBandit-v0", "Taxi-v4", "Blackjack-v1"], "Taxi-v4"))
def test_where_draws_and_stretches_end_changes_nothing(world, monkeypatch):
    monkeypatch.setattr(draws, "_MOST_DRAWN_STEPS", 7)
    monkeypatch.setattr(sizes, "_MOST_STEPS", 11)
    policy = EpsilonBoltzmann(0.2, Linear(1.0, 0.1, 100))
    for agent in (QLearning(policy, step_size=InverseTime(1.0, 0.5)), Sarsa(policy, step_size=0.5)):
        if not (isinstance(agent, Sarsa) and "Bandit" in world):
            assert_the_same(world, agent, 67, exact=True)


@pytest.mark.parametrize("world", some_slow(WORLDS, "FrozenLake-v1"))
def test_actions_are_the_same_one_by_one(world):
    bandit = "Bandit" in world
    agent = SampleAverage(Boltzmann(0.2)) if bandit else Sarsa(Boltzmann(0.2), step_size=0.5)
    _, _, _, _, actions = by_both(world, agent, 30)
    env, compiled_agent = made(world, 30), copy.deepcopy(agent)
    compiled_agent.reset(30, env.single_observation_space, env.single_action_space, np.random.default_rng(1))
    env.reset(seed=list(range(30)))
    cell, before = CompiledCell(env, compiled_agent, STEPS), compiled_agent.visits.copy()
    for expected in actions:
        list(cell.windows([1]))
        rows, _, taken = np.nonzero(compiled_agent.visits - before)
        assert rows.tolist() == list(range(30))
        np.testing.assert_array_equal(taken, expected)
        before = compiled_agent.visits.copy()


def test_an_engine_that_draws_twice_is_caught():
    world, agent = "FrozenLake-v1", QLearning(Boltzmann(0.1))
    lockstep_agent, compiled_agent = copy.deepcopy(agent), copy.deepcopy(agent)
    rollout(made(world, 70), lockstep_agent, ENDS, list(range(70)), np.random.default_rng(1), engine="lockstep")
    env = made(world, 70)
    compiled_agent.reset(70, env.single_observation_space, env.single_action_space, np.random.default_rng(1))
    env.reset(seed=list(range(70)))
    compiled_agent._rng.random()
    list(CompiledCell(env, compiled_agent, STEPS).windows([STEPS]))
    assert (lockstep_agent.visits != compiled_agent.visits).any()


def test_exponentials_are_right_to_an_ulp():
    for low in (-1e-300, -1.0, -50.0, -707.0):
        x = np.random.default_rng(0).uniform(low, 0, 64)
        np.testing.assert_allclose([exponential(number) for number in x], np.exp(x), rtol=2.3e-16)
    assert [exponential(number) for number in (0.0, -INF, -709.0, -1e308)] == [1.0, 0.0, 0.0, 0.0]
    assert [exponential(number) for number in (709.5, 709.79, INF)] == [np.exp(709.5), INF, INF]


def test_logarithms_are_right_to_an_ulp():
    rng = np.random.default_rng(0)
    for x in (np.exp(rng.uniform(-744, 709, 200)), rng.uniform(0.4, 2.5, 200), 1 + 1e-9 * rng.normal(size=200)):
        np.testing.assert_array_max_ulp(np.array([logarithm(number) for number in x]), np.log(x), 1)
    for y in (np.exp(rng.uniform(-700, 700, 200)), rng.uniform(-0.9, 3, 200), 1e-9 * rng.normal(size=200)):
        np.testing.assert_array_max_ulp(np.array([logarithm_of_1_and(number) for number in y]), np.log1p(y), 2)
        np.testing.assert_array_max_ulp(np.array([exponential_minus_1(-number) for number in y]), np.expm1(-y), 3)
        np.testing.assert_array_max_ulp(np.array([hyperbolic_tangent(number) for number in y]), np.tanh(y), 4)
    assert [logarithm(number) for number in (0.0, 1.0, INF)] == [-INF, 0.0, INF]
    assert [logarithm_of_1_and(number) for number in (-1.0, 0.0, INF)] == [-INF, 0.0, INF]
    assert [exponential_minus_1(number) for number in (-INF, 0.0, INF)] == [-1.0, 0.0, INF]
    assert [hyperbolic_tangent(number) for number in (-INF, 0.0, INF)] == [-1.0, 0.0, 1.0]
    assert math.isnan(logarithm(-1.0))
    assert math.isnan(logarithm_of_1_and(-1.5))


def test_sines_and_cosines_are_right_to_an_ulp():
    rng = np.random.default_rng(0)
    for x in (
        *rng.uniform(-1, 1, (4, 200)) * [[1.0], [20.0], [1e6], [8e8]],
        np.arange(200) * np.pi / 2,
        10.0 ** -rng.uniform(0, 300, 200),
    ):
        np.testing.assert_array_max_ulp(np.array([sine(number) for number in x]), np.sin(x), 1)
        np.testing.assert_array_max_ulp(np.array([cosine(number) for number in x]), np.cos(x), 1)
    assert (sine(0.0), cosine(0.0)) == (0.0, 1.0)
    assert np.isnan([function(number) for function in (sine, cosine) for number in (INF, -INF, math.nan, 1e9)]).all()


def test_counts_of_an_ascending_array_are_right():
    for length in range(20):
        ascending = np.sort(np.random.default_rng(length).integers(0, 9, length))
        for number in range(-1, 10):
            assert count_up_to(ascending, number) == np.searchsorted(ascending, number, side="right")


@pytest.mark.parametrize("engine", ["lockstep", "compiled"])
def test_a_step_size_out_of_bounds_is_named_where_it_is_reached(engine):
    agent = ScheduledStep(Greedy(), step_size=Linear(0.0, 2.0, 10))

    def roll(steps):
        env = made("boltzmann/GaussianBandit-v0(arms=1)", 2)
        rollout(env, agent, np.array([steps]), [0, 1], np.random.default_rng(0), engine=engine)

    roll(6)
    with pytest.raises(ValueError, match=r"step_size must be in \[0, 1\], got 1\.2"):
        roll(7)
