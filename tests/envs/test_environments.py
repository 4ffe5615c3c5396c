"""One contract for all registered environments, batched and single, and for what ``make`` gives."""

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, Tuple
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import envs
from envs import ENV_IDS, GaussianBanditVector, TabularVectorEnv
from envs.physics import MotionVectorEnv
from envs.spaces import NumberedSyncVectorEnv

BATCHED = [
    *((name, {}) for name in ENV_IDS),
    ("boltzmann/GaussianBandit-v0", {"arms": 3, "mean": 4.0}),
    ("FrozenLake-v1", {}),
    ("FrozenLake-v1", {"is_slippery": False}),
    ("FrozenLake8x8-v1", {}),
    ("CliffWalking-v1", {"max_episode_steps": 20}),
    ("CliffWalkingSlippery-v1", {"max_episode_steps": -1}),
    ("Taxi-v4", {}),
    ("Taxi-v4", {"is_rainy": True}),
    ("Taxi-v4", {"fickle_passenger": True}),
    ("Blackjack-v1", {}),
    ("Blackjack-v1", {"render_mode": "rgb_array"}),
    ("CartPole-v1", {}),
    ("CartPole-v1", {"bins": 3}),
    ("MountainCar-v0", {"bins": (4, 5)}),
    ("Acrobot-v1", {}),
]


every_batched = pytest.mark.parametrize(("name", "arguments"), BATCHED, ids=str)


@pytest.mark.parametrize("name", ENV_IDS)
def test_gymnasiums_own_checker_passes(name):
    env = gymnasium.make(name)
    with warnings.catch_warnings():
        # The checker recommends human and ansi for all environments.
        warnings.filterwarnings("ignore", message=".*render.*")
        check_env(env.unwrapped)
    env.close()


@pytest.mark.parametrize("name", ENV_IDS)
def test_registered_environments_have_a_batched_form(name):
    env = envs.make(name, 3)
    assert not isinstance(env, SyncVectorEnv)
    assert env.spec.id == name


@every_batched
def test_made_environments_step_in_batches_and_take_lists_of_seeds(name, arguments):
    def play(seed):
        env = envs.make(name, 4, discount=0.9, **arguments)
        assert env.num_envs == 4
        assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
        observations, _ = env.reset(seed=seed)
        assert observations in env.observation_space
        # The requirements of a table of values on any environment.
        assert isinstance(env.single_observation_space, Discrete)
        assert env.single_observation_space.start == 0
        seen = []
        rng = np.random.default_rng(0)
        for _ in range(30):
            actions = rng.integers(env.single_action_space.n, size=4)
            observations, rewards, terminated, truncated, info = env.step(actions)
            assert observations in env.observation_space
            assert rewards.shape == terminated.shape == truncated.shape == (4,)
            assert terminated.dtype == truncated.dtype == np.bool_
            assert ("_final_obs" in info) == bool((terminated | truncated).any())
            if name in ENV_IDS:
                assert info["gap"].shape == (4,)
            seen.append((np.asarray(observations).copy(), rewards.copy()))
        env.close()
        return seen

    for (first, first_rewards), (second, second_rewards) in zip(play([7, 8, 9, 10]), play([7, 8, 9, 10]), strict=True):
        np.testing.assert_array_equal(first, second)
        np.testing.assert_array_equal(first_rewards, second_rewards)


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [
        ("boltzmann/GaussianBandit-v0", {}, GaussianBanditVector),
        ("FrozenLake-v1", {}, TabularVectorEnv),
        ("CliffWalking-v1", {"max_episode_steps": 7}, TabularVectorEnv),
        ("Taxi-v4", {}, TabularVectorEnv),
        ("Taxi-v4", {"fickle_passenger": True}, NumberedSyncVectorEnv),  # P does not tell the passenger's whims
        ("Blackjack-v1", {}, TabularVectorEnv),
        ("Blackjack-v1", {"render_mode": "rgb_array"}, NumberedSyncVectorEnv),
        ("CartPole-v1", {}, MotionVectorEnv),  # its own batched form resets in the next step
        ("CartPole-v1", {"render_mode": "rgb_array"}, NumberedSyncVectorEnv),
        ("gymnasium.envs.toy_text:FrozenLake-v1", {}, TabularVectorEnv),
    ],
)
def test_make_takes_the_fastest_form(name, arguments, kind):
    env = envs.make(name, 2, **arguments)
    assert type(env) is kind
    env.close()


def test_make_takes_a_spec_and_an_id_without_version():
    assert envs.make(gymnasium.spec("Taxi-v4"), 2).spec.id == "Taxi-v4"
    with pytest.warns(UserWarning, match="Using the latest versioned environment"):
        assert envs.make("boltzmann/GaussianBandit", 2).spec.id == "boltzmann/GaussianBandit-v0"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("Nowhere-v0", 1), gymnasium.error.Error, "Nowhere"),
        (("FrozenLake-v7", 1), gymnasium.error.Error, "v7"),
        (("no.such.module:Id-v0", 1), ImportError, "no"),
        (("FrozenLake-v1", 0), ValueError, "num_envs must be a whole number of at least 1, got 0"),
        (("FrozenLake-v1", 1.5), ValueError, "num_envs must be"),
        (("FrozenLake-v1", 10**12), ValueError, r"num_envs must be at most 2\^24, got 1000000000000"),
        (("CartPole-v1", 10**12), ValueError, r"num_envs must be at most 2\^24, got 1000000000000"),
        (("boltzmann/GaussianBandit-v0", 2**24 + 1), ValueError, r"num_envs must be at most 2\^24, got 16777217"),
        ((5, 1), TypeError, "environment must be an id or a gymnasium spec, got 5"),
    ],
)
def test_make_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        envs.make(*arguments)


def test_make_refuses_a_map_from_no_seed():
    with pytest.raises(ValueError, match="map_name must not be None"):
        envs.make("FrozenLake-v1", 1, map_name=None)


def test_raw_observations_are_left_as_they_are():
    for name, space in [("CartPole-v1", Box), ("Blackjack-v1", Tuple), ("FrozenLake-v1", Discrete)]:
        env = envs.make_raw(name, 2)
        assert isinstance(env.single_observation_space, space)
        assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
        env.close()
    assert type(envs.make_raw("FrozenLake-v1", 2)) is TabularVectorEnv
    assert type(envs.make_raw("boltzmann/GaussianBandit-v0", 2)) is GaussianBanditVector


def test_a_made_environment_states_its_id_arguments_limit_and_wrappers():
    lake, cart = envs.make("FrozenLake-v1", 2, is_slippery=False).spec, envs.make("CartPole-v1", 2, bins=4).spec
    assert (lake.id, lake.kwargs, lake.max_episode_steps) == (
        "FrozenLake-v1",
        {"map_name": "4x4", "is_slippery": False},
        100,
    )
    assert [wrapper.name for wrapper in cart.additional_wrappers] == ["BoundObservation", "DiscretizeObservation"]
    assert cart.additional_wrappers[1].kwargs["bins"] == (4, 4, 4, 4)
    assert envs.make("boltzmann/BernoulliBandit-v0", 2, means=[0.5]).spec.kwargs == {"means": [0.5]}


def test_make_refuses_a_discount_out_of_bounds():
    with pytest.raises(ValueError, match=r"discount must be in \[0, 1\], got 'a'"):
        envs.make("FrozenLake-v1", 1, discount="a")
    with pytest.raises(ValueError, match=r"discount must be in \[0, 1\], got 1.5"):
        envs.make("FrozenLake-v1", 1, discount=1.5)


@pytest.mark.parametrize("name", ["boltzmann/GaussianBandit-v0", "FrozenLake-v1"])
def test_batched_environments_refuse_bad_actions_options_and_seeds(name):
    env = envs.make(name, 3)
    with pytest.raises(RuntimeError, match="reset must be called"):
        env.step([0, 0, 0])
    env.reset(seed=1)
    with pytest.raises(ValueError, match=r"actions must be in \[0, \d+\), got -1 in row 2"):
        env.step([0, 0, -1])
    with pytest.raises(ValueError, match=r"got 99 in row 1"):
        env.step(np.array([0, 99, 0]))
    with pytest.raises(ValueError, match=r"actions must be integers of shape \(3,\)"):
        env.step([0, 0])
    with pytest.raises(ValueError, match=r"actions must be integers"):
        env.step([0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match=r"options of reset are not supported, got \['start'\]"):
        env.reset(options={"start": 3})
    for seed, got in [
        ([1, 2], "2"),
        (1.5, "1.5"),
        ([1, None, 2], "None"),
        (-1, "-1"),
        ([1, 2, -3], "-3"),
        (True, "True"),
    ]:
        with pytest.raises(ValueError, match=f"seed must be .* a list of num_envs=3 of them, got {got}"):
            env.reset(seed=seed)
