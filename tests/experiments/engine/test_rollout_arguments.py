"""Arguments that a rollout refuses, before anything is reset."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import envs
from agents import QLearning
from boltzmann import Boltzmann, Uniform
from boltzmann.experiments import rollout


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        ([50, 10, 200], r"ends must increase from 1 on: ends\[1\] must be more than the one before, 50, got 10"),
        ([50, 50], r"ends\[1\] must be more than the one before, 50, got 50"),
        ([0, 10], r"ends\[0\] must be at least 1, got 0"),
        ([-5], r"ends\[0\] must be at least 1, got -5"),
        ([10.5, 20.0], "ends must be one whole number or more in a row, got float64"),
        ([], r"got float64 of shape \(0,\)"),
        (200, r"got int64 of shape \(\)"),
        (None, "got object of shape"),
        ([[10, 20]], r"got int64 of shape \(1, 2\)"),
    ],
)
@pytest.mark.parametrize("engine", ["lockstep", "auto"])
def test_invalid_ends_are_named(ends, message, engine):
    agent = QLearning(Uniform())
    with pytest.raises(ValueError, match=message):
        rollout(envs.make("FrozenLake-v1", 3), agent, ends, [1, 2, 3], np.random.default_rng(0), engine=engine)
    assert not hasattr(agent, "values")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": 7}, "seeds must be 3 whole numbers, one a replicate, got 7"),
        ({"seeds": None}, "seeds must be 3 whole numbers, one a replicate, got None"),
        ({"seeds": [1, 2]}, "seeds must be 3 whole numbers, one a replicate, got 2"),
        ({"seeds": [1, -2, 3]}, r"seeds\[1\] must be at least 0, got -2"),
        ({"seeds": [1, 2, 3.0]}, r"seeds\[2\] must be a whole number of at least 0, got 3.0"),
        ({"agent": QLearning}, "agent must be an agent, got the class QLearning: give it its parameters"),
        ({"agent": Boltzmann(0.1)}, r"agent must have reset, act and update, got Boltzmann\(0.1\), which lacks reset"),
        ({"env": gymnasium.make("FrozenLake-v1")}, "env must be a batched environment, as envs.make returns it"),
        ({"env": gymnasium.make_vec("FrozenLake-v1", 3)}, "env must have AutoresetMode.SAME_STEP, got .*NEXT_STEP"),
        ({"recorder": lambda ends, count: None}, "recorder must make a Recorder, got None"),
    ],
)
def test_invalid_arguments_of_a_rollout_are_named(change, message):
    given = {"env": envs.make("FrozenLake-v1", 3), "agent": QLearning(Uniform()), "seeds": [1, 2, 3], **change}
    with pytest.raises((TypeError, ValueError), match=message):
        rollout(given.pop("env"), given.pop("agent"), [10], given.pop("seeds"), np.random.default_rng(0), **given)


def test_the_autoreset_mode_is_the_environments_own():
    env = gymnasium.make_vec("FrozenLake-v1", 3)
    # Gymnasium 1.3 lets another environment of the same class write into this dictionary.
    env.unwrapped.metadata = {**env.metadata, "autoreset_mode": AutoresetMode.SAME_STEP}
    with pytest.raises(ValueError, match=r"got AutoresetMode\.NEXT_STEP"):
        rollout(env, QLearning(Uniform()), [10], [1, 2, 3], np.random.default_rng(0))
