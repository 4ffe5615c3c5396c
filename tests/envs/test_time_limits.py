"""Time limits: stated ones, given ones, and the one of environments without any."""

import numpy as np
import pytest

import envs
from envs import TIME_LIMIT, TimeLimitWarning


def test_a_time_limit_may_be_set_for_any_environment():
    env = envs.make("boltzmann/GaussianBandit-v0", 2, max_episode_steps=3)
    env.reset(seed=[1, 2])
    assert [bool(env.step([0, 0])[3].all()) for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize("make", [envs.make, envs.make_raw])
def test_an_environment_without_a_time_limit_gets_one_and_a_warning(make):
    with pytest.warns(TimeLimitWarning, match=r"CliffWalking-v1 states no time limit: .* after 10000 steps") as warned:
        env = make("CliffWalking-v1", 2)
    assert len(warned) == 1
    assert warned[0].filename == __file__
    assert env.max_episode_steps == env.spec.max_episode_steps == TIME_LIMIT == 10_000
    # No warning where a limit is stated, requested, refused or needless.
    assert make("CliffWalking-v1", 2, max_episode_steps=5).max_episode_steps == 5
    assert make("CliffWalking-v1", 2, max_episode_steps=-1).max_episode_steps is None
    assert make("Taxi-v4", 2).spec.max_episode_steps == 200
    assert make("Taxi-v4", 2, fickle_passenger=True).spec.max_episode_steps == 200
    assert make("CartPole-v1", 2, max_episode_steps=9).spec.max_episode_steps == 9
    assert make("Blackjack-v1", 2).spec.max_episode_steps is None
    assert make("boltzmann/GaussianBandit-v0", 2).spec.max_episode_steps is None


def test_random_actions_cross_the_cliff_in_the_steps_that_the_time_limit_was_chosen_by():
    table = envs.make("CliffWalking-v1", 1, max_episode_steps=-1).table
    going_on = np.zeros((48, 48))
    for action in range(4):
        for s in range(48):
            np.add.at(going_on[s], table.next_states[s, action], ~table.terminated[s, action] * 0.25)
    steps = np.linalg.lstsq(np.eye(48) - going_on, np.ones(48), rcond=None)[0]
    assert steps @ table.initial == pytest.approx(6453, abs=0.5)


@pytest.mark.parametrize("limit", [0, -2, 1.5, True])
def test_senseless_time_limits_are_refused(limit):
    for name in ("FrozenLake-v1", "CartPole-v1", "boltzmann/GaussianBandit-v0"):
        with pytest.raises(ValueError, match="max_episode_steps must be a whole number of at least 1"):
            envs.make(name, 1, max_episode_steps=limit)
