"""A single row of many steps has a kernel of its own, whose vectors hold actions: it acts as lockstep does."""

import numpy as np
import pytest

from agents import DoubleQ, Exp3, QLambda, QLearning, SampleAverage, Sarsa
from boltzmann import UCB1, Boltzmann, EntropyTarget, EpsilonBoltzmann, EpsilonGreedy, GaussianThompson, RangeScaled
from tests.support.both_engines import assert_the_same, made

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled import CompiledCell, stepping

GAUSSIAN, TD = "boltzmann/GaussianBandit-v0", {"step_size": 0.5, "discount": 0.9}
slow, MANY = pytest.mark.slow, stepping._MANY_STEPS


@pytest.mark.parametrize(
    ("world", "agent", "exact"),
    [
        (GAUSSIAN, SampleAverage(Boltzmann(RangeScaled(0.3))), False),
        pytest.param(GAUSSIAN, SampleAverage(UCB1()), False, marks=slow),
        pytest.param(GAUSSIAN, SampleAverage(GaussianThompson(1.0)), False, marks=slow),
        ("boltzmann/BernoulliBandit-v0", Exp3(exploration=0.3, lowest_reward=-1.0, highest_reward=2.0), False),
        ("boltzmann/LeverBandit-v0(arms=20)", SampleAverage(Boltzmann(0.3)), True),
        ("FrozenLake-v1", Sarsa(EpsilonBoltzmann(0.2, 0.5), **TD), True),
        ("Taxi-v4", QLearning(Boltzmann(EntropyTarget(0.5)), **TD), False),
        pytest.param("Blackjack-v1", QLambda(Boltzmann(0.3), **TD), True, marks=slow),
        pytest.param("boltzmann/RiverSwim-v0", DoubleQ(EpsilonGreedy(0.1), **TD), True, marks=slow),
    ],
    ids=repr,
)
def test_a_single_row_acts_alike_in_a_kernel_of_its_own(world, agent, exact, monkeypatch):
    monkeypatch.setattr(stepping, "_MANY_STEPS", 1)
    assert_the_same(world, agent, 1, exact=exact)


@pytest.mark.parametrize(("rows", "steps"), [(1, MANY), (1, MANY - 1), (2, MANY)])
def test_rows_are_padded_but_a_single_one_of_many_steps_is_not(rows, steps):
    env, agent = made(GAUSSIAN, rows), SampleAverage(Boltzmann(0.3))
    agent.reset(rows, env.single_observation_space, env.single_action_space, np.random.default_rng(1))
    env.reset(seed=list(range(rows)))
    text = CompiledCell(env, agent, steps)._steps.written.text
    assert ("padded = 1\n" in text) is (rows == 1 and steps == MANY)
