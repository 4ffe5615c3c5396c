"""Tables: what they refuse, time limits, observations and masks."""

import gymnasium
import numpy as np
import pytest

import envs
from envs import Table, TabularVectorEnv, compile_table, optimal_gaps
from tests.support.small_tables import gymnasium_table


def test_starts_have_a_stream_of_their_own():
    # The number of restarts must not change the draws of the transitions.
    worlds = [TabularVectorEnv(gymnasium_table("FrozenLake-v1"), 4, max_episode_steps=limit) for limit in (3, None)]
    for world in worlds:
        world.reset(seed=5)
        for _ in range(6):
            world.step([0, 0, 0, 0])
    states = [world.np_random.bit_generator.state for world in worlds]
    assert states[0] == states[1]


def test_a_start_of_almost_certainty_is_not_the_first_that_is_possible():
    # softmax([-40, 0, -45]): the second rounds to 1, and the sum is exactly 1.
    initial = np.array([4.248354255291589e-18, 1.0, 2.8625185805493937e-20])
    shape = (3, 1, 1)
    table = Table(np.ones(shape), np.zeros(shape, int), np.zeros(shape), np.ones(shape, bool), initial)
    assert (TabularVectorEnv(table, 200).reset(seed=0)[0] == 1).all()


def test_bad_tables_are_named():
    good = {
        "probs": np.full((2, 1, 2), 0.5),
        "next_states": np.zeros((2, 1, 2), dtype=int),
        "rewards": np.zeros((2, 1, 2)),
        "terminated": np.zeros((2, 1, 2), dtype=bool),
        "initial": np.array([1.0, 0.0]),
    }
    Table(**good)
    for name, wrong, message in [
        ("probs", np.array([[[0.5, 0.5]], [[0.5, 0.4]]]), r"probs must be probabilities .* at \(1, 0\)"),
        ("probs", np.array([[[1.5, -0.5]], [[0.5, 0.5]]]), r"at \(0, 0\)"),
        ("probs", np.full((2, 1, 2), np.nan), "probs must be probabilities"),
        ("initial", np.array([0.5, 0.4]), "initial must be probabilities"),
        ("next_states", np.array([[[0, 1]], [[0, 2]]]), r"next_states must be in \[0, 2\), got 2 at \(1, 0, 1\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            Table(**{**good, name: wrong})
    for name, wrong, message in [
        ("rewards", np.full((2, 1, 2), np.nan), r"rewards must be in \(-inf, inf\), got nan at \(0, 0, 0\)"),
        ("rewards", np.zeros((2, 1)), r"rewards must have shape \(2, 1, 2\), got \(2, 1\)"),
        ("next_states", np.zeros((2, 1, 2)), "next_states must be integers"),
        ("initial", np.array([1.0, 0.0, 0.0]), "initial must have shape"),
        ("action_mask", np.array([[True], [False]]), "got none in state 1"),
        ("action_mask", np.array([True, True]), "action_mask must have shape"),
        ("observations", np.zeros(3, int), r"observations must have shape \(2,\), got \(3,\)"),
        ("observations", np.array([0, -1]), "observations must be integers of at least 0"),
        ("observations", np.zeros(2), "observations must be integers of at least 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            Table(**{**good, name: wrong})
    with pytest.raises(ValueError, match="has no table, and no P"):
        compile_table(gymnasium.make("CartPole-v1"))


def test_time_limits_truncate_and_episodes_start_anew():
    env = TabularVectorEnv(gymnasium_table("CliffWalking-v1"), 3, max_episode_steps=4)
    env.reset(seed=0)
    for step in range(1, 13):
        observations, rewards, terminated, truncated, info = env.step([0, 0, 1])  # up, up, into the cliff
        assert not terminated.any()
        np.testing.assert_array_equal(truncated, np.full(3, step % 4 == 0))
        np.testing.assert_array_equal(rewards, [-1, -1, -100])
        if step % 4 == 0:
            np.testing.assert_array_equal(info["final_obs"], [0, 0, 36])
            np.testing.assert_array_equal(info["_final_obs"], [True, True, True])
            np.testing.assert_array_equal(observations, [36, 36, 36])
        else:
            assert "final_obs" not in info


@pytest.mark.parametrize(
    ("name", "arguments", "limit"),
    [
        ("FrozenLake-v1", {}, 100),
        ("FrozenLake8x8-v1", {}, 200),
        ("FrozenLake-v1", {"map_name": "8x8"}, 100),
        ("Taxi-v4", {}, 200),
        ("CliffWalking-v1", {"max_episode_steps": 50}, 50),
        ("FrozenLake-v1", {"max_episode_steps": -1}, None),
    ],
)
def test_make_keeps_the_time_limits_of_gymnasium(name, arguments, limit):
    assert envs.make(name, 2, **arguments).max_episode_steps == limit


def test_reset_starts_the_clock_again():
    env = TabularVectorEnv(gymnasium_table("CliffWalking-v1"), 1, max_episode_steps=3)
    env.reset(seed=0)
    env.step([0])
    env.step([0])
    env.reset()
    assert not env.step([0])[3].any()


def test_states_may_look_alike():
    # Three states in a row; the first two look the same, and only the hidden state decides the next one.
    chain = Table(
        np.ones((3, 1, 1)),
        np.array([1, 2, 2]).reshape(3, 1, 1),
        np.array([1.0, 2.0, 4.0]).reshape(3, 1, 1),
        np.array([False, False, True]).reshape(3, 1, 1),
        np.array([1.0, 0.0, 0.0]),
        observations=np.array([0, 0, 1]),
    )
    assert chain.observation_count == 2
    env = TabularVectorEnv(chain, 1, discount=1.0)
    assert env.single_observation_space.n == 2
    seen = [env.reset(seed=0)[0]]
    rewards = []
    for _ in range(3):
        observations, reward, *_, info = env.step([0])
        seen.append(observations)
        rewards.append(reward[0])
    assert np.ravel(seen).tolist() == [0, 0, 1, 0]
    assert rewards == [1.0, 2.0, 4.0]
    assert info["final_obs"].tolist() == [1]


class Door(gymnasium.Env):
    """Two states whose mask is what a test makes it."""

    observation_space = action_space = gymnasium.spaces.Discrete(2)
    P = {state: {action: [(1.0, 1, 0.0, True)] for action in range(2)} for state in range(2)}  # noqa: RUF012
    initial_state_distrib = np.array([1.0, 0.0])

    def __init__(self, mask):
        self.mask = mask

    def action_mask(self, state):
        return self.mask


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (["yes", "no"], "action_mask must be boolean, or 0 and 1, got <U3"),
        ([1, 2], r"action_mask must be boolean, or 0 and 1, got 2 at \(0, 1\)"),
    ],
)
def test_a_mask_of_other_than_0_and_1_is_refused(mask, message):
    assert compile_table(Door(np.array([1, 0]))).action_mask.tolist() == [[True, False]] * 2
    assert compile_table(Door(np.array([True, False]))).action_mask.tolist() == [[True, False]] * 2
    with pytest.raises(ValueError, match=message):
        compile_table(Door(mask))


def test_taxi_reports_the_mask_of_its_observations():
    env, single = envs.make("Taxi-v4", 20), gymnasium.make("Taxi-v4").unwrapped
    observations, info = env.reset(seed=3)
    for _ in range(5):
        for state, mask in zip(observations, info["action_mask"], strict=True):
            np.testing.assert_array_equal(mask, single.action_mask(state).astype(bool))
        actions = np.array([np.flatnonzero(mask)[0] for mask in info["action_mask"]])
        observations, _, _, _, info = env.step(actions)


def test_the_gap_is_that_of_the_action_just_taken():
    env = envs.make("FrozenLake-v1", 4, discount=0.99)
    gaps = optimal_gaps(env.table, 0.99)
    states, _ = env.reset(seed=1)
    for _ in range(200):
        following, _, _, _, info = env.step([0, 1, 2, 3])
        np.testing.assert_array_equal(info["gap"], gaps[states, [0, 1, 2, 3]])
        states = following
    assert "gap" not in envs.make("FrozenLake-v1", 1).reset(seed=0)[1]


def test_small_integers_of_a_table_do_not_overflow():
    next_states = np.full((200, 3, 1), 199, dtype=np.uint8)
    rewards = np.zeros((200, 3, 1))
    rewards[199, 2] = 7.0
    terminated, initial = np.zeros((200, 3, 1), dtype=int), np.eye(200)[0]
    env = TabularVectorEnv(Table(np.ones((200, 3, 1)), next_states, rewards, terminated, initial), 2)
    env.reset(seed=0)
    env.step([0, 0])
    observations, received, ended, _, _ = env.step([2, 2])
    assert received.tolist() == [7.0, 7.0]
    assert (observations.dtype, ended.dtype) == (np.int64, np.bool_)
