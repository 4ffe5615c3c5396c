"""A small experiment, and the results of another, that all tests of this room share."""

import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Linear, Uniform
from boltzmann.experiments import Experiment, Task, run


@pytest.fixture
def experiment():
    bandit = [SampleAverage(policy) for policy in (Boltzmann(0.25), EpsilonGreedy(0.1), Greedy())]
    lake = [QLearning(Boltzmann(Linear(0.1, 0.01, 100))), QLearning(Greedy(), step_size=0.5)]
    tasks = [Task("boltzmann/GaussianBandit-v0(arms=5)", bandit, 50), Task("FrozenLake-v1", lake, 130)]
    return Experiment(tasks, replicates=7, seed=11, block=3, points=20)


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    policies = (Boltzmann(0.2), EpsilonGreedy(0.1), Greedy(), Uniform())
    tasks = [
        Task("boltzmann/GaussianBandit-v0", [SampleAverage(policy) for policy in policies], 200),
        Task("FrozenLake-v1(is_slippery=False)", [QLearning(policy, step_size=0.5) for policy in policies], 300),
        # One that does not know its gaps, and whose episodes end in no run: a passenger of whims, for ten steps.
        Task("Taxi-v4(fickle_passenger=True)", [QLearning(policy) for policy in policies[:2]], 10),
    ]
    return run(Experiment(tasks, 30, 3), tmp_path_factory.mktemp("results"), make=envs.make)
