"""The batched environments beside Gymnasium's own ``SyncVectorEnv`` of the same environment, field by field."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import envs
from envs import ENV_IDS, SameStepVectorEnv, TabularVectorEnv, river_swim

MORE = [("Taxi-v4", {"max_episode_steps": 3}), ("FrozenLake-v1", {"max_episode_steps": 4}), ("Blackjack-v1", {})]
NUMBERED = ("Blackjack-v1", "boltzmann/Catch-v0")
"""Environments whose observations `envs.make` numbers."""
ALL = [*((name, {}) for name in ENV_IDS), *MORE]
EVERY = pytest.mark.parametrize(("name", "arguments"), ALL, ids=lambda part: part if isinstance(part, str) else "")


class Gap(gymnasium.Wrapper):
    """Reports a gap in each step, as batched tables do."""

    def step(self, action):
        *parts, info = self.env.step(action)
        return *parts, {**info, "gap": 0.0}


def both(name, arguments, rows=3, discount=0.9):
    ours = envs.make(name, rows, discount=discount, **arguments)
    assert isinstance(ours, SameStepVectorEnv)
    wrapped = [lambda: Gap(gymnasium.make(name, **arguments))] * rows
    return ours, SyncVectorEnv(wrapped, autoreset_mode=AutoresetMode.SAME_STEP)


def play(env, steps=40):
    """Yield what reset and steps return; actions are those that a mask allows."""
    rng = np.random.default_rng(0)
    observations, info = env.reset(seed=[4, 5, 6])
    yield observations, None, None, None, info
    for _ in range(steps):
        mask = info.get("action_mask", np.ones((env.num_envs, env.single_action_space.n)))
        step = env.step((rng.random(mask.shape) * mask).argmax(axis=-1))
        info = step[4]
        yield step


@EVERY
def test_spaces_and_metadata_are_those_of_gymnasium(name, arguments):
    ours, theirs = both(name, arguments)
    if name not in NUMBERED:
        for space in ("observation_space", "single_observation_space"):
            assert getattr(ours, space) == getattr(theirs, space)
    for space in ("action_space", "single_action_space"):
        assert getattr(ours, space) == getattr(theirs, space)
    assert ours.metadata["autoreset_mode"] is theirs.metadata["autoreset_mode"]
    assert ours.num_envs == theirs.num_envs
    assert ours.render_mode is theirs.render_mode is None
    if name in ENV_IDS and "Bandit" in name:
        assert ours.metadata == theirs.metadata
    assert ours.unwrapped is ours
    assert ours.closed is theirs.closed is False
    for env in (ours, theirs):
        env.close()
        env.close()
        assert env.closed


def kinds(info, rows=3):
    """The entries of an info: dtype, shape, and the rows that told it; a mask may be of bool or of int8."""
    described = {}
    for key, value in info.items():
        if key.startswith("_"):
            assert value.dtype == np.bool_
            assert value.shape == (rows,)
            described[key] = value.tolist() if key in ("_final_obs", "_final_info", "_action_mask") else None
        elif key == "final_info":
            described[key] = kinds(value)
        elif key != "final_obs":
            described[key] = key == "action_mask" or value.dtype.kind, value.shape
    assert {key for key in info if not key.startswith("_")} == {key[1:] for key in info if key.startswith("_")}
    return described


@EVERY
def test_infos_have_the_fields_dtypes_and_marks_of_gymnasium(name, arguments):
    """Draws differ, so an entry stands for all steps with the same rows ended."""
    fields = []
    for env in both(name, arguments):
        seen = {}
        for observations, rewards, terminated, truncated, info in play(env):
            assert observations in env.observation_space
            for part in (info, info.get("final_info", {})):
                # Toy-text environments report the probability of what happened, which tables do not.
                part.pop("prob", None)
                part.pop("_prob", None)
            if rewards is None:
                seen["reset"] = kinds(info)
                continue
            ended = terminated | truncated
            assert (rewards.dtype, terminated.dtype, truncated.dtype) == (np.float64, np.bool_, np.bool_)
            told = dict(info)
            if ended.all():
                # A table tells the gap of an ended episode's last action twice: here, and in final_info.
                told.pop("gap", None)
                told.pop("_gap", None)
            seen[tuple(ended.tolist())] = kinds(told)
            for row in np.flatnonzero(ended):
                assert info["final_obs"][row] in env.single_observation_space
        fields.append(seen)
        env.close()
    ours, theirs = fields
    shared = ours.keys() & theirs.keys()
    assert {"reset", (False, False, False)} <= shared
    if name == "Taxi-v4":
        assert (True, True, True) in shared
    assert {key: ours[key] for key in shared} == {key: theirs[key] for key in shared}


def test_the_final_info_tells_gap_and_mask_of_the_last_state():
    env = envs.make("Taxi-v4", 4, discount=0.9, max_episode_steps=3)
    env.reset(seed=1)
    for _ in range(2):
        env.step([0, 1, 2, 3])
    observations, _, _, truncated, info = env.step([0, 1, 2, 3])
    assert truncated.all()
    final = info["final_info"]
    np.testing.assert_array_equal(final["gap"], info["gap"])
    np.testing.assert_array_equal(final["action_mask"], env.table.action_mask[info["final_obs"]])
    np.testing.assert_array_equal(info["action_mask"], env.table.action_mask[observations])
    assert final["_gap"].all()
    assert final["_action_mask"].all()


@pytest.mark.parametrize("name", ["boltzmann/GaussianBandit-v0", "boltzmann/Chain-v0", "Taxi-v4"])
def test_the_seed_is_reported(name):
    env = envs.make(name, 3)
    assert env.np_random_seed >= 0
    env.reset(seed=42)
    assert env.np_random_seed == 42
    env.reset()
    assert env.np_random_seed == 42
    env.reset(seed=np.int64(7))
    assert env.np_random_seed == 7
    env.reset(seed=[5, 6, 7])
    # SyncVectorEnv reports the seeds of its environments.
    assert env.np_random_seed == (5, 6, 7)
    env.reset()
    assert env.np_random_seed == (5, 6, 7)
    for seeds in ([5, 6, 7], [0, 2**32, 1], [2**32 - 1, 0, 0]):
        env.reset(seed=seeds)
        made = np.random.default_rng(np.random.SeedSequence(seeds))
        assert env.np_random.bit_generator.state["state"]["inc"] == made.bit_generator.state["state"]["inc"]
    env.np_random = np.random.default_rng(0)
    assert env.np_random_seed == -1
    env.reset(seed=3)
    assert env.np_random_seed == 3


def test_a_seed_is_the_seed_of_gymnasiums_own_generator():
    env = TabularVectorEnv(river_swim(), 2)
    env.reset(seed=42)
    assert env.np_random.random() == gymnasium.utils.seeding.np_random(42)[0].random()


def test_some_rows_can_be_reset():
    env = envs.make("Taxi-v4", 4, max_episode_steps=3)
    with pytest.raises(ValueError, match="reset_mask must follow a reset of all rows"):
        env.reset(options={"reset_mask": np.array([True, False, True, False])})
    env.reset(seed=1)
    before, *_ = env.step([0, 0, 0, 0])
    marked = np.array([True, False, True, False])
    observations, info = env.reset(options={"reset_mask": marked})
    np.testing.assert_array_equal(observations[~marked], before[~marked])
    assert info["_action_mask"].tolist() == marked.tolist()
    assert not info["action_mask"][~marked].any()
    np.testing.assert_array_equal(info["action_mask"][marked], env.table.action_mask[observations[marked]])
    # The others' episodes go on.
    truncated = np.array([env.step([0, 0, 0, 0])[3] for _ in range(3)])
    assert truncated.tolist() == [[False] * 4, [False, True, False, True], [True, False, True, False]]


@pytest.mark.parametrize("wrong", [[True, True, False], np.zeros(3, dtype=bool), np.ones(2, dtype=bool), np.ones(3), 1])
def test_bad_reset_masks_are_refused(wrong):
    env = envs.make("FrozenLake-v1", 3)
    env.reset(seed=0)
    if isinstance(wrong, list):
        env.reset(options={"reset_mask": wrong})
        wrong = np.ma.array(wrong)
    with pytest.raises(ValueError, match="reset_mask must "):
        env.reset(options={"reset_mask": wrong})
    with pytest.raises(ValueError, match=r"reset_mask must follow .* and have no seed"):
        env.reset(seed=1, options={"reset_mask": np.ones(3, dtype=bool)})


def test_a_bandit_has_no_rows_to_reset():
    env = envs.make("boltzmann/GaussianBandit-v0", 2)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"options of reset are not supported, got \['reset_mask'\]"):
        env.reset(options={"reset_mask": np.ones(2, dtype=bool)})
