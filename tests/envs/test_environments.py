"""One contract for all registered environments, batched and single, and for what ``make`` gives."""

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, Tuple
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from scipy import stats

import envs
from envs import ENV_IDS, TIME_LIMIT, GaussianBandit, GaussianBanditVector, TabularVectorEnv, TimeLimitWarning
from tests.support.frequencies import FALSE_ALARM, fresh_rng

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
        # The checker recommends more render modes; a bandit has nothing to show.
        warnings.filterwarnings("ignore", message=".*render.*")
        check_env(env.unwrapped)
    env.close()


@pytest.mark.parametrize("name", ENV_IDS)
def test_registered_environments_have_a_batched_form(name):
    env = envs.make(name, 3)
    assert not isinstance(env, SyncVectorEnv)
    assert env.spec.id == name


@every_batched
def test_what_make_gives_steps_in_batches_and_is_seeded_by_lists(name, arguments):
    def play(seed):
        env = envs.make(name, 4, discount=0.9, **arguments)
        assert env.num_envs == 4
        assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
        observations, _ = env.reset(seed=seed)
        assert observations in env.observation_space
        # What a table of values needs of any environment.
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

    for (one, reward), (two, other) in zip(play([7, 8, 9, 10]), play([7, 8, 9, 10]), strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(reward, other)


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [
        ("boltzmann/GaussianBandit-v0", {}, GaussianBanditVector),
        ("FrozenLake-v1", {}, TabularVectorEnv),
        ("CliffWalking-v1", {"max_episode_steps": 7}, TabularVectorEnv),
        ("Taxi-v4", {}, TabularVectorEnv),
        ("Taxi-v4", {"fickle_passenger": True}, SyncVectorEnv),  # P does not tell the passenger's whims
        ("Blackjack-v1", {}, TabularVectorEnv),
        ("Blackjack-v1", {"render_mode": "rgb_array"}, SyncVectorEnv),
        ("CartPole-v1", {}, SyncVectorEnv),  # its own batched form resets in the next step
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
        ((5, 1), TypeError, "environment must be an id or a gymnasium spec, got 5"),
    ],
)
def test_make_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        envs.make(*arguments)


def test_make_refuses_a_map_from_no_seed():
    with pytest.raises(ValueError, match="map_name must not be None"):
        envs.make("FrozenLake-v1", 1, map_name=None)


def test_a_time_limit_may_be_set_for_any_environment():
    env = envs.make("boltzmann/GaussianBandit-v0", 2, max_episode_steps=3)
    env.reset(seed=[1, 2])
    assert [bool(env.step([0, 0])[3].all()) for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize("make", [envs.make, envs.make_raw])
def test_an_environment_without_a_time_limit_gets_one_and_it_is_said(make):
    with pytest.warns(TimeLimitWarning, match=r"CliffWalking-v1 states no time limit: .* after 10000 steps") as told:
        env = make("CliffWalking-v1", 2)
    assert len(told) == 1
    assert told[0].filename == __file__
    assert env.max_episode_steps == env.spec.max_episode_steps == TIME_LIMIT == 10_000
    # Nothing is said where a limit is stated, asked for or refused, or where no episode lasts.
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


def test_raw_observations_are_left_as_they_are():
    for name, space in [("CartPole-v1", Box), ("Blackjack-v1", Tuple), ("FrozenLake-v1", Discrete)]:
        env = envs.make_raw(name, 2)
        assert isinstance(env.single_observation_space, space)
        assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
        env.close()
    assert type(envs.make_raw("FrozenLake-v1", 2)) is TabularVectorEnv
    assert type(envs.make_raw("boltzmann/GaussianBandit-v0", 2)) is GaussianBanditVector


def test_what_was_made_tells_its_id_arguments_limit_and_wrappers():
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
    with pytest.raises(ValueError, match="options of reset are not supported"):
        env.reset(options={"reset_mask": np.ones(3, dtype=bool)})
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"arms": 0}, "arms must be a whole number of at least 1, got 0"),
        ({"arms": 2.5}, "arms must be"),
        ({"mean": np.inf}, r"mean must be in \(-inf, inf\), got inf"),
        ({"mean": np.complex128(1)}, r"mean must be in \(-inf, inf\)"),
        ({"mean": 10**400}, r"mean must be in \(-inf, inf\), got an integer beyond the range of floats"),
        ({"spread": -1}, r"spread must be in \[0, inf\)"),
        ({"noise": "loud"}, "noise must be"),
    ],
)
def test_bandits_refuse_bad_parameters(arguments, message):
    with pytest.raises(ValueError, match=message):
        GaussianBandit(**arguments)
    with pytest.raises(ValueError, match=message):
        GaussianBanditVector(2, **arguments)


def test_a_single_bandit_refuses_a_bad_arm():
    env = GaussianBandit(arms=2)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"actions must be in \[0, 2\), got 2"):
        env.step(2)


def pulls(env, arm, count):
    """Rewards of one arm less its mean, and the means, over fresh problems, from a single environment."""
    noise, means = [], []
    for _ in range(count):
        env.reset()
        _, reward, _, _, info = env.step(arm)
        assert info["gap"] == env.means.max() - env.means[arm]
        noise.append(reward - env.means[arm])
        means.append(env.means[arm])
    return np.array(noise), np.array(means)


def test_single_and_batched_bandits_have_the_stated_law():
    # Kolmogorov-Smirnov against the stated normals; each test's false-alarm rate is FALSE_ALARM.
    one = GaussianBandit(arms=4, mean=2.0, spread=3.0, noise=0.5)
    one.reset(seed=int(fresh_rng().integers(2**63)))
    noise, means = pulls(one, 1, 3000)
    many = GaussianBanditVector(30_000, arms=4, mean=2.0, spread=3.0, noise=0.5)
    many.reset(seed=int(fresh_rng().integers(2**63)))
    _, rewards, _, _, info = many.step(np.ones(30_000, dtype=int))
    np.testing.assert_array_equal(info["gap"], many.means.max(axis=1) - many.means[:, 1])
    for errors, centres in ((noise, means), (rewards - many.means[:, 1], many.means[:, 1])):
        assert stats.kstest(errors / 0.5, "norm").pvalue > FALSE_ALARM
        assert stats.kstest((centres - 2.0) / 3.0, "norm").pvalue > FALSE_ALARM
        assert stats.kstest(errors / 0.55, "norm").pvalue < FALSE_ALARM or len(errors) < 10_000


def test_the_noise_of_a_bandit_does_not_depend_on_the_actions():
    worlds = [GaussianBanditVector(50, arms=5) for _ in range(2)]
    for world in worlds:
        world.reset(seed=list(range(50)))
    np.testing.assert_array_equal(worlds[0].means, worlds[1].means)
    rows = np.arange(50)
    for step in range(5):
        one, two = np.full(50, step % 5), np.full(50, (3 * step + 1) % 5)
        noise = [
            world.step(actions)[1] - world.means[rows, actions]
            for world, actions in zip(worlds, (one, two), strict=True)
        ]
        np.testing.assert_allclose(noise[0], noise[1], rtol=0, atol=1e-14)
