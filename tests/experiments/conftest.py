"""Small experiments and their results, which all tests of this folder share."""

import shutil

import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Linear, Uniform
from boltzmann.experiments import Experiment, Task, run


def small_experiment():
    bandit = [SampleAverage(policy) for policy in (Boltzmann(0.25), EpsilonGreedy(0.1), Greedy())]
    lake = [QLearning(Boltzmann(Linear(0.1, 0.01, 100))), QLearning(Greedy(), step_size=0.5)]
    tasks = [Task("boltzmann/GaussianBandit-v0(arms=5)", bandit, 50), Task("FrozenLake-v1", lake, 130)]
    return Experiment(tasks, replicates=7, seed=11, block=3, points=20)


@pytest.fixture
def experiment():
    return small_experiment()


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The results folder of the small experiment; tests that change it take ``stored``."""
    folder = tmp_path_factory.mktemp("finished")
    run(small_experiment(), folder, make=envs.make)
    return folder


@pytest.fixture
def stored(finished, tmp_path):
    """A copy of the results folder of the small experiment."""
    return shutil.copytree(finished, tmp_path / "stored")


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    policies = (Boltzmann(0.2), EpsilonGreedy(0.1), Greedy(), Uniform())
    tasks = [
        Task("boltzmann/GaussianBandit-v0", [SampleAverage(policy) for policy in policies], 200),
        Task("FrozenLake-v1(is_slippery=False)", [QLearning(policy, step_size=0.5) for policy in policies], 300),
        # A task without known gaps whose episodes never end within the run: a fickle passenger, for ten steps.
        Task("Taxi-v4(fickle_passenger=True)", [QLearning(policy) for policy in policies[:2]], 10),
    ]
    # Compiling the kernels takes longer than the lockstep, whose actions are the same.
    return run(Experiment(tasks, 30, 3), tmp_path_factory.mktemp("results"), make=envs.make, engine="lockstep")
