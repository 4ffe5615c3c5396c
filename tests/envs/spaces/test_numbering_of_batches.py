"""A batch numbers its observations in one call, as the wrappers of single environments number those of each row."""

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, OneOf, Sequence, Text, Tuple
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import envs
from envs import BoundObservation, HashObservation, NumberObservation, OutsideSpaceError, number_observations
from tests.support.shown import Shows

ROWS, LIMIT = 7, 6
IMAGES = Dict(image=Box(0, 255, (3, 3, 1), np.uint8), direction=Discrete(4), at=Box(-1, 1, (2,)))
NUMBERED = [
    (Discrete(4), {}),
    (Discrete(5, start=-2), {}),
    (Discrete(3, start=2**63 - 3), {}),
    (MultiDiscrete([2, 3]), {}),
    (MultiDiscrete([[2], [3]], start=[[-1], [5]], dtype=np.int8), {}),
    (MultiDiscrete([2, 3], dtype=np.uint8, start=[250, 0]), {}),
    (MultiBinary((2, 3)), {}),
    (MultiBinary(62), {}),
    (Tuple([Discrete(3), Tuple([MultiBinary(1), Discrete(2, start=7)])]), {}),
    (Dict(agent=Box(0, 4, (2,), np.int64), goal=Box(-3, -1, (1,), np.int8)), {}),
    (OneOf([Discrete(2), MultiBinary(2), Tuple([Discrete(2), Discrete(1)])]), {}),
    (Box(0, 1, (2,)), {"bins": (3, 4)}),
    (Box(-np.inf, np.inf, (3,), np.float64), {"bins": 5, "bounds": [None, (-0.5, 2.0), None]}),
    (Box(-1e-30, 1e-30, (2, 1)), {"bins": 4}),
    (Box(np.array([0.0, 0.0]), np.array([1e308, 3.0]), dtype=np.float64), {"bins": (6, 1)}),
    (Box(0, 255, (2, 2), np.uint8), {"bins": 3}),
    (Box(0, 1, ()), {"bins": 4}),
]
HASHED = [
    *(space for space, arguments in NUMBERED if not arguments),
    Box(-1, 1, (2,), np.float64),
    Box(0, 2, (2, 2), np.int16),
    MultiBinary(64),
    IMAGES,
    Tuple([Box(0, 1, (1,), np.int8), Text(2, charset="ab")]),
    Sequence(Discrete(2)),
]
KINDS = [*NUMBERED, *((space, {"observe": "hash"}) for space in HASHED)]


class Ending(Shows):
    """Random observations of a space; episodes end at random, too."""

    def step(self, action):
        observation, _, _, _, info = super().step(action)
        return observation, float(action), bool(self.np_random.random() < 0.2), False, {**info, "told": 3}


def spec_of(make):
    return EnvSpec("Shows-v0", make, max_episode_steps=LIMIT, disable_env_checker=True)


def wrapped(spec, observe="number", **arguments):
    """The wrappers of a single environment."""
    single = gymnasium.make(spec)
    return HashObservation(single) if observe == "hash" else number_observations(single, **arguments)


@pytest.mark.parametrize(("space", "arguments"), KINDS, ids=lambda part: repr(part)[:40])
def test_a_batch_is_numbered_as_its_rows_one_by_one(space, arguments, monkeypatch):
    spec = spec_of(lambda: Ending(space))
    rows = SyncVectorEnv([lambda: wrapped(spec, **arguments)] * ROWS, autoreset_mode=AutoresetMode.SAME_STEP)
    expected = [rows.reset(seed=list(range(ROWS)))]
    expected += [rows.step([row % 2 for row in range(ROWS)]) for _ in range(40)]
    batch = envs.make(spec, ROWS, **arguments)
    assert batch.single_observation_space == rows.single_observation_space
    assert batch.spec.additional_wrappers == rows.envs[0].spec.additional_wrappers
    observations, info = batch.reset(seed=list(range(ROWS)))
    assert (observations.tolist(), info) == (expected[0][0].tolist(), expected[0][1])
    # From here on no row goes through the wrappers.
    for kind in (BoundObservation, HashObservation, NumberObservation):
        monkeypatch.setattr(kind, "observation", None)
    ended = 0
    for before in expected[1:]:
        after = batch.step([row % 2 for row in range(ROWS)])
        assert after[0].dtype == np.int64
        for one, other in zip(after[:4], before[:4], strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
        assert after[4].keys() == before[4].keys()
        for name in after[4].keys() - {"final_obs", "final_info"}:
            np.testing.assert_array_equal(after[4][name], before[4][name])
        finals = np.flatnonzero(before[4].get("_final_obs", []))
        for row in finals:
            assert after[4]["final_obs"][row] == before[4]["final_obs"][row]
        ended += len(finals)
    assert ended > ROWS


@pytest.mark.parametrize("row", [0, 3, ROWS - 1])
@pytest.mark.parametrize(
    ("space", "outside", "arguments"),
    [
        (Box(0, 1, (2,)), np.array([0.5, np.nan], np.float32), {"bins": 3}),
        (Box(0, 1, (2,)), np.array([0.5, 2.0], np.float32), {"observe": "hash"}),
        (MultiDiscrete([2, 3]), np.array([0, 3]), {}),
        (MultiDiscrete([2, 3]), np.array([0.0, 1.0]), {}),
        (MultiDiscrete([2, 3]), np.ma.array([0, 1], mask=[0, 1]), {}),
        (MultiBinary(2), np.array([0, 2], np.int8), {"observe": "hash"}),
        (Tuple([Discrete(2), Discrete(3)]), (1, 3), {}),
        (Dict(a=Discrete(2)), {"a": -1}, {}),
        (OneOf([Discrete(2), Discrete(3)]), (0, 2), {}),
        (Discrete(3), 1.0, {}),
        (Discrete(3), 2**64, {}),
    ],
    ids=repr,
)
def test_a_row_outside_its_space_is_named_whether_its_episode_ends_or_not(space, outside, arguments, row):
    for ends in (False, True):
        made = []

        def make(ends=ends, made=made):
            inside = space.sample()
            made.append(Shows(space, [inside, outside if len(made) == row else inside, inside]))
            step = made[-1].step
            if ends:
                made[-1].step = lambda action: (*step(action)[:2], True, False, {})
            return made[-1]

        batch = envs.make(spec_of(make), ROWS, **arguments)
        batch.reset(seed=list(range(ROWS)))
        with pytest.raises(OutsideSpaceError, match=rf"(?s)observations of Shows-v0 must be in .* in row {row}$"):
            batch.step([0] * ROWS)


def test_other_types_of_the_same_numbers_have_the_same_numbers():
    space = MultiDiscrete([2, 3])
    forms = [[1, 2], (1, 2), np.array([1, 2], np.uint8), np.array([1, 2], np.uint64), np.array([1, 2]), [1, 2], [1, 2]]
    given = iter(forms)
    batch = envs.make(spec_of(lambda: Shows(space, [next(given)])), ROWS)
    batch.reset(seed=1)
    assert batch.step([0] * ROWS)[0].tolist() == [5] * ROWS


class Overwriting(gymnasium.Env):
    """An environment that shows one array and writes over it; each episode has one step, from 0 to 1."""

    observation_space, action_space = MultiDiscrete([2]), Discrete(2)

    def __init__(self):
        self._shown = {"at": np.zeros(1, dtype=np.int64)}

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._shown["at"][:] = 0
        return self._shown["at"], {}

    def step(self, action):
        self._shown["at"] += 1
        return self._shown["at"], 0.0, True, False, {}


class OverwritingDict(Overwriting):
    """The same inside a dictionary."""

    observation_space = Dict(at=MultiDiscrete([2]))

    def reset(self, *, seed=None, options=None):
        return self._shown, super().reset(seed=seed)[1]

    def step(self, action):
        return self._shown, *super().step(action)[1:]


@pytest.mark.parametrize("kind", [Overwriting, OverwritingDict])
@pytest.mark.parametrize("observe", ["number", "hash"])
def test_a_last_observation_that_is_overwritten_keeps_its_number(kind, observe):
    batch = envs.make(spec_of(kind), 3, observe=observe)
    assert batch.reset(seed=[1, 2, 3])[0].tolist() == [0, 0, 0]
    observations, _, _, _, info = batch.step([0, 0, 0])
    assert (observations.tolist(), info["final_obs"].tolist()) == ([0, 0, 0], [1, 1, 1])


def test_rows_of_other_bounds_are_numbered_by_their_own():
    bounds = iter([1.0, 10.0])
    batch = envs.make(spec_of(lambda: Shows(Box(0, next(bounds), (1,)), [[0.75]])), 2, bins=4)
    batch.reset(seed=1)
    assert batch.step([0, 0])[0].tolist() == [3, 0]


def test_some_rows_start_anew_and_the_others_keep_their_numbers():
    batch = envs.make(spec_of(lambda: Shows(Discrete(9, start=1), [1, 5, 8])), 3)
    batch.reset(seed=[1, 2, 3])
    assert batch.step([0, 0, 0])[0].tolist() == [4, 4, 4]
    observations, _ = batch.reset(options={"reset_mask": np.array([False, True, False])})
    assert observations.tolist() == [4, 7, 4]
    # The batch keeps no array that it returns.
    observations[:] = 0
    observations, _ = batch.reset(options={"reset_mask": np.array([True, False, False])})
    assert observations.tolist() == [7, 7, 4]
