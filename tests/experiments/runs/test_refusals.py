"""Runs that cannot work are refused before anything is written."""

import gymnasium
import pytest
from gymnasium.spaces import Discrete

import envs
from agents import QLearning, SampleAverage
from boltzmann import EpsilonGreedy, Greedy, Linear
from boltzmann.experiments import Experiment, RefusedError, Task, run


def test_an_experiment_that_cannot_run_is_refused_before_anything_is_written(tmp_path):
    folder = tmp_path / "results"
    for environment, agent, message in [
        ("Nowhere-v0", QLearning(Greedy()), "Nowhere"),
        ("Pendulum-v1", QLearning(Greedy()), "actions of Pendulum-v1 must be of a finite space"),
        ("FrozenLake-v1(slippery=True)", QLearning(Greedy()), "unexpected keyword"),
        ("FrozenLake-v1", SampleAverage(len), "cannot|must"),
    ]:
        with pytest.raises((RefusedError, TypeError), match=message):
            run(Experiment([Task(environment, [agent], 10)], 2, 0), folder, make=envs.make)
    assert not folder.exists()


@pytest.mark.parametrize("n_jobs", [0, -2, 1.5, "2"])
def test_senseless_numbers_of_workers_are_refused(experiment, tmp_path, n_jobs):
    with pytest.raises((ValueError, TypeError), match="n_jobs"):
        run(experiment, tmp_path / "x", make=envs.make, n_jobs=n_jobs)
    assert not (tmp_path / "x").exists()


def test_a_schedule_that_ends_badly_is_refused_before_anything_is_written(tmp_path):
    late = [QLearning(EpsilonGreedy(Linear(0.5, 2.0, 100)))]
    with pytest.raises(RefusedError, match=r"epsilon must be in \[0, 1\], got"):
        run(Experiment([Task("FrozenLake-v1", late, 200)], 2, 0), tmp_path / "x", make=envs.make)
    assert not (tmp_path / "x").exists()


def test_an_environment_that_resets_in_the_next_step_is_refused(tmp_path):
    def make(name, num_envs, discount=None, **arguments):
        return gymnasium.make_vec(name, num_envs, vectorization_mode="sync", **arguments)

    task = Task("FrozenLake-v1", [QLearning(Greedy())], 10)
    with pytest.raises(RefusedError, match="SAME_STEP"):
        run(Experiment([task], 2, 0), tmp_path / "x", make=make)


def test_observations_that_are_no_arrays_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(RefusedError, match=r"observations must be an array .* got tuple from Tuple.*: flatten them"):
        run(Experiment([Task("Blackjack-v1", [Blind(Greedy())], 5)], 2, 0), tmp_path / "x", make=envs.make_raw)
    assert not (tmp_path / "x").exists()


class Blind(QLearning):
    """An agent that accepts any observations, so that the loop has to check them."""

    def reset(self, num_envs, observation_space, action_space, rng):
        super().reset(num_envs, Discrete(1), action_space, rng)
