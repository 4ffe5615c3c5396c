"""CartPole, MountainCar and Acrobot on arrays beside Gymnasium's own, step by step."""

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.classic_control import CartPoleEnv
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import envs
from envs.physics import MotionVectorEnv

ROWS = 5
WORLDS = {
    "CartPole": ("CartPole-v1", {}, None, 0.0),
    "CartPole with bins": ("CartPole-v1", {}, (3, 40, 8, 12), 0.0),
    "CartPole of Sutton and Barto": ("CartPole-v1", {"sutton_barto_reward": True}, None, 0.0),
    "MountainCar": ("MountainCar-v0", {}, None, 0.0),
    "MountainCar that stops": ("MountainCar-v0", {"goal_velocity": 0.03, "max_episode_steps": 80}, (7, 1), 0.0),
    # Gymnasium's squares are powers, which differ from products in the last bit now and then.
    "Acrobot": ("Acrobot-v1", {}, None, 1e-5),
}


def swung(name, state, generator):
    """Actions that reach the goal on MountainCar, and random ones elsewhere."""
    drawn = generator.integers(2 if "Cart" in name else 3, size=ROWS)
    return np.where(state[1] >= 0, 2, 0) if "Mountain" in name else drawn


@pytest.mark.parametrize(("name", "kwargs", "bins", "tolerance"), WORLDS.values(), ids=WORLDS)
def test_each_step_is_gymnasiums(name, kwargs, bins, tolerance):
    env = envs.make(name, ROWS, bins=bins, **kwargs)
    single = [lambda: envs.number_observations(gymnasium.make(name, **kwargs), bins)] * ROWS
    theirs = SyncVectorEnv(single, autoreset_mode=AutoresetMode.SAME_STEP)
    assert type(env) is MotionVectorEnv
    assert env.single_observation_space == theirs.single_observation_space
    seeds, generator, ends = list(range(ROWS)), np.random.default_rng(0), 0
    np.testing.assert_array_equal(env.reset(seed=seeds)[0], theirs.reset(seed=seeds)[0])
    for _ in range(700):
        actions = swung(name, env.law["state"], generator)
        (*ours, info), (*expected, their_info) = env.step(actions), theirs.step(actions)
        for one, other in zip(ours, expected, strict=True):
            np.testing.assert_array_equal(one, other)
        states = np.array([single.unwrapped.state for single in theirs.envs], dtype=np.float64).T
        np.testing.assert_allclose(env.law["state"], states, rtol=0, atol=tolerance)
        if "final_obs" in info:
            rows = info["_final_obs"]
            ends += rows.sum()
            np.testing.assert_array_equal(rows, their_info["_final_obs"])
            np.testing.assert_array_equal(info["final_obs"][rows], their_info["final_obs"][rows].astype(np.int64))
    assert ends > 0
    for ours, single in zip(env.law["generators"], theirs.envs, strict=True):
        assert ours.bit_generator.state == single.unwrapped.np_random.bit_generator.state


def test_one_seed_counts_up_and_marked_rows_start_anew():
    first, second = envs.make("CartPole-v1", 3, bins=50), envs.make("CartPole-v1", 3, bins=50)
    np.testing.assert_array_equal(first.reset(seed=4)[0], second.reset(seed=[4, 5, 6])[0])
    for _ in range(3):
        first.step([0, 1, 0])
    before = first.law["state"].copy()
    first.reset(options={"reset_mask": np.array([False, True, False])})
    changed = (first.law["state"] != before).any(axis=0)
    assert changed.tolist() == [False, True, False]
    assert first.law["elapsed"].tolist() == [3, 0, 3]


def test_no_step_comes_before_a_reset():
    with pytest.raises(RuntimeError, match="reset must be called before step"):
        envs.make("Acrobot-v1", 2).step([0, 0])


class Heavy(CartPoleEnv):
    """A class of its own may do anything."""


@pytest.mark.parametrize("setting", ["class", "integrator", "bins"])
def test_other_settings_are_stepped_by_gymnasium(setting, monkeypatch):
    made, kwargs = "CartPole-v1", {}
    if setting == "class":
        made = EnvSpec("HeavyCart-v0", entry_point=Heavy, max_episode_steps=9)
        monkeypatch.setitem(gymnasium.registry, made.id, made)
    elif setting == "bins":
        kwargs = {"bins": (1, 1, 1, 5000)}
    else:
        original = CartPoleEnv.__init__

        def other(self, *args, **kwargs):
            original(self, *args, **kwargs)
            self.kinematics_integrator = "semi-implicit euler"

        monkeypatch.setattr(CartPoleEnv, "__init__", other)
    assert isinstance(envs.make(made, 2, **kwargs), SyncVectorEnv)
