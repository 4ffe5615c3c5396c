"""The 10-armed testbed of Sutton & Barto against published and independently repeated numbers."""

import numpy as np
import pytest

import envs
from agents import SampleAverage
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
def test_the_bounds_tell_the_agents_apart(cells):
    measured = [final(cell, "reward").mean() for cell in cells.values()]
    assert np.ptp(measured) > 4 * REWARD_BOUND
    for cell in cells.values():
        assert cell.replicates == PROBLEMS
        error = final(cell, "reward").std(ddof=1) / np.sqrt(PROBLEMS)
        assert error < 0.028
