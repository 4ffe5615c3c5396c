"""The 10-armed testbed of Sutton & Barto against published and independently repeated numbers."""

import numpy as np
import pytest

import envs
from agents import (
    ConstantStep,
    GradientBandit,
    GradientBanditIncludingCurrent,
    GradientBanditWithoutBaseline,
    SampleAverage,
)
from boltzmann import Boltzmann, EpsilonGreedy, Greedy
from boltzmann.experiments import Experiment, Task, run
from boltzmann.experiments.statistics import cumulative, final

PROBLEMS = 2000
# Standard errors of an exact repetition with 2000 problems: 0.014 in reward, 1 % in optimal choices.
REWARD_BOUND, OPTIMAL_BOUND = 4 * 0.014, 4 * 0.01
LAST_HUNDRED = {
    "SampleAverage(Greedy())": (1.033, 0.355),
    "SampleAverage(EpsilonGreedy(0.01))": (1.314, 0.592),
    "SampleAverage(EpsilonGreedy(0.1))": (1.371, 0.795),
}
ALL_STEPS = {
    "SampleAverage(Boltzmann(0.125))": 1.298,
    "SampleAverage(Boltzmann(0.25))": 1.399,
    "SampleAverage(Boltzmann(1.0))": 0.805,
}


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    policies = (Greedy(), EpsilonGreedy(0.01), EpsilonGreedy(0.1), Boltzmann(0.125), Boltzmann(0.25), Boltzmann(1.0))
    task = Task("boltzmann/GaussianBandit-v0", [SampleAverage(policy) for policy in policies], 1000)
    seed = int(np.random.default_rng().integers(2**32))
    results = run(Experiment([task], PROBLEMS, seed, block=500), tmp_path_factory.mktemp("testbed"), make=envs.make)
    return {cell.agent: cell for cell in results.cells()}


@pytest.mark.slow
@pytest.mark.parametrize("agent", LAST_HUNDRED)
def test_the_last_hundred_steps_are_the_published_ones(cells, agent):
    reward, optimal = LAST_HUNDRED[agent]
    assert final(cells[agent], "reward").mean() == pytest.approx(reward, abs=REWARD_BOUND)
    assert final(cells[agent], "optimal").mean() == pytest.approx(optimal, abs=OPTIMAL_BOUND)


@pytest.mark.slow
@pytest.mark.parametrize("agent", ALL_STEPS)
def test_boltzmann_earns_what_was_measured_before(cells, agent):
    assert cumulative(cells[agent], "reward").mean() / 1000 == pytest.approx(ALL_STEPS[agent], abs=REWARD_BOUND)


@pytest.mark.slow
def test_the_bounds_separate_the_agents(cells):
    measured = [final(cell, "reward").mean() for cell in cells.values()]
    assert np.ptp(measured) > 4 * REWARD_BOUND
    for cell in cells.values():
        assert cell.samples == PROBLEMS
        error = final(cell, "reward").std(ddof=1) / np.sqrt(PROBLEMS)
        assert error < 0.028


# Sutton & Barto, 2nd ed., figures 2.3 and 2.5: rates of the optimal action in the last hundred steps, with the
# gradient bandit's baseline in the three ways that the figure has been repeated in.
AT_FOUR = "boltzmann/GaussianBandit-v0(mean=4.0)"
AT_ZERO = "boltzmann/GaussianBandit-v0"
RATES = [
    (AT_ZERO, ConstantStep(Greedy(), initial_value=5.0), 0.855),
    (AT_FOUR, GradientBandit(), 0.835),
    (AT_FOUR, GradientBandit(step_size=0.4), 0.662),
    (AT_FOUR, GradientBanditIncludingCurrent(), 0.851),
    (AT_FOUR, GradientBanditIncludingCurrent(step_size=0.4), 0.737),
    (AT_FOUR, GradientBanditWithoutBaseline(), 0.495),
    (AT_FOUR, GradientBanditWithoutBaseline(step_size=0.4), 0.276),
]


@pytest.fixture(scope="module")
def rates(tmp_path_factory):
    tasks = [Task(name, [agent for where, agent, _ in RATES if where == name], 1000) for name in (AT_ZERO, AT_FOUR)]
    seed = int(np.random.default_rng().integers(2**32))
    results = run(Experiment(tasks, PROBLEMS, seed, block=500), tmp_path_factory.mktemp("rates"), make=envs.make)
    return {cell.agent: final(cell, "optimal").mean() for cell in results.cells()}


@pytest.mark.slow
@pytest.mark.parametrize(("agent", "rate"), [(repr(agent), rate) for _, agent, rate in RATES])
def test_optimism_and_gradients_choose_the_best_arm_as_often_as_published(rates, agent, rate):
    assert rates[agent] == pytest.approx(rate, abs=OPTIMAL_BOUND)


@pytest.mark.slow
def test_a_baseline_is_worth_more_than_the_bounds(rates):
    assert rates["GradientBandit()"] > rates["GradientBanditWithoutBaseline()"] + 4 * OPTIMAL_BOUND
    assert rates["GradientBandit()"] > rates["GradientBandit(step_size=0.4)"] + 2 * OPTIMAL_BOUND
