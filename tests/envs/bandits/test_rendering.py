"""What bandits show: text and pictures, single and batched, through Gymnasium's checkers."""

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import envs

EVERY = pytest.mark.parametrize("entry", envs.bandits.BANDITS, ids=lambda entry: entry.id)


@EVERY
def test_every_bandit_renders_in_the_modes_that_it_declares(entry):
    assert entry.single.metadata["render_modes"] == ["ansi", "rgb_array"]
    for mode, kind in [("ansi", str), ("rgb_array", np.ndarray)]:
        single = gymnasium.make(entry.id, render_mode=mode)
        batch = envs.make(entry.id, 3, render_mode=mode)
        assert type(batch) is entry.vector
        assert single.render_mode == batch.render_mode == mode
        with pytest.raises(RuntimeError, match="reset must be called before render"):
            batch.render()
        single.reset(seed=0)
        batch.reset(seed=0)
        single.step(0)
        batch.step([0, 1, 0])
        frames = batch.render()
        assert isinstance(frames, tuple)
        assert len(frames) == 3
        for frame in (single.render(), *frames):
            assert isinstance(frame, kind)
            if mode == "rgb_array":
                assert frame.dtype == np.uint8
                assert frame.ndim == 3
                assert frame.shape[2] == 3
        assert not np.array_equal(frames[0], frames[1])
        single.close()
        batch.close()


@EVERY
def test_gymnasiums_checker_passes_with_pictures(entry):
    with warnings.catch_warnings():
        # The checker recommends the mode human, which needs a window.
        warnings.filterwarnings("ignore", message=".*render.*")
        check_env(gymnasium.make(entry.id, render_mode="rgb_array").unwrapped)


def test_without_a_mode_nothing_is_shown():
    env, batch = envs.BernoulliBandit(means=[0.5]), envs.make("boltzmann/BernoulliBandit-v0", 2)
    env.reset(seed=0)
    batch.reset(seed=0)
    assert env.render() is None
    assert batch.render() is None


def test_an_unknown_mode_is_refused():
    for make in (envs.LeverBandit, envs.LeverBanditVector):
        with pytest.raises(ValueError, match="render_mode must be None, 'ansi' or 'rgb_array', got 'human'"):
            make(render_mode="human")


def test_the_text_tells_the_last_pull_and_all_means():
    env = envs.GaussianBandit(means=[0.25, -1.0], noise=0.0, render_mode="ansi")
    env.reset(seed=0)
    assert env.render() == "start\nmeans: [ 0.25 -1.  ]"
    env.step(1)
    assert env.render() == "round 1: arm 1 paid -1\nmeans: [ 0.25 -1.  ]"
    many = envs.LeverBandit(render_mode="ansi")
    many.reset(seed=0)
    assert len(many.render()) < 200


def test_the_picture_shows_the_arm_and_its_reward():
    env = envs.GaussianBandit(means=[1.0, 1.0], noise=0.0, render_mode="rgb_array")
    env.reset(seed=0)
    orange = [0xF2, 0xB1, 0x34]
    assert not (env.render() == orange).all(axis=-1).any()
    halves = []
    for arm in (0, 1):
        env.step(arm)
        columns = np.flatnonzero((env.render() == orange).all(axis=-1).any(axis=0))
        halves.append(columns.mean())
    assert halves[0] < halves[1]


def test_showing_changes_no_number():
    shown, plain = (envs.make("boltzmann/GaussianBandit-v0", 2, render_mode=mode) for mode in ("ansi", None))
    shown.reset(seed=3)
    plain.reset(seed=3)
    for _ in range(5):
        rewards = []
        for env in (shown, plain):
            rewards.append(env.step([0, 1])[1])
            env.render()
        np.testing.assert_array_equal(*rewards)
