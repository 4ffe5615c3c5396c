"""A small experiment that all tests of this room share."""

import pytest

from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Linear
from boltzmann.experiments import Experiment, Task


@pytest.fixture
def experiment():
    bandit = [SampleAverage(policy) for policy in (Boltzmann(0.25), EpsilonGreedy(0.1), Greedy())]
    lake = [QLearning(Boltzmann(Linear(0.1, 0.01, 100))), QLearning(Greedy(), step_size=0.5)]
    tasks = [Task("boltzmann/GaussianBandit-v0(arms=5)", bandit, 50), Task("FrozenLake-v1", lake, 130)]
    return Experiment(tasks, replicates=7, seed=11, block=3, points=20)
