"""Observations outside their space are refused, with the environment, the row and the value, in every kind of space."""

import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, Graph, MultiBinary, MultiDiscrete, OneOf, Sequence, Text, Tuple

import envs
from envs import HashObservation, OutsideSpaceError, number_observations
from tests.support.shown import Shows, spec_of

PAIR = MultiDiscrete([2, 3])
STARTED = MultiDiscrete([[2], [3]], start=[[-1], [5]])
NESTED = Tuple([Discrete(2), Dict(x=MultiBinary(2), y=Tuple([Discrete(3, start=1)]))])
OUTSIDE = [
    (Discrete(3), [3, -1, 1.9, 1.0, np.nan, "1", None, [1], np.array([1]), np.float64(1)]),
    (Discrete(3, start=5), [0, 4, 8, 5.5, np.uint8(8)]),
    (PAIR, [[0, 3], [2, 0], [-1, 0], [1.9, 0], [0.0, 1.0], [np.nan, 0], [0], [0, 0, 0], [[0, 0]], 0, [[0], [0, 1]]]),
    (PAIR, [np.array([0, 3], np.uint8), np.array([0, 2**64 - 1], np.uint64), {"x": 0}, None, "01"]),
    (STARTED, [[[-2], [5]], [[1], [5]], [[0], [8]], [[0], [4]], [0, 5], [[0, 5]]]),
    (MultiBinary(3), [[0, 1, 2], [0, 1, -1], [0, 1], [0, 1, 0.5], [0.0, 1.0, 0.0], [[0, 1, 0]], 7]),
    (MultiBinary((2, 2)), [[[0, 1], [0, 2]], [0, 1, 0, 1], [[0, 1, 0], [0, 1, 0]]]),
    (Tuple([Discrete(2), Discrete(3)]), [(2, 0), (0, 3), (1.9, 0), (0,), (0, 0, 0), 0, None, {0: 1, 1: 1}]),
    (Dict(a=Discrete(2), b=MultiBinary(1)), [{"a": 2, "b": [0]}, {"a": 0}, {"a": 0, "b": [0], "c": 0}, {}, (0, [0])]),
    (Dict(a=Discrete(2), b=MultiBinary(1)), [{"a": 0.5, "b": [0]}, {"a": 0, "b": [3]}, {"a": 0, "B": [0]}]),
    (NESTED, [(0, {"x": [0, 2], "y": (1,)}), (0, {"x": [0, 1], "y": (0,)}), (0, {"x": [0, 1], "y": 1}), (0, {})]),
    (OneOf([Discrete(2), MultiBinary(1)]), [(2, 0), (-1, 0), (0, 2), (1, 0), (0,), 0, (0.0, 1), [0, 1, 1]]),
]
GRID = Dict(agent=Box(0, 4, (2,), np.int64))
OUTSIDE += [(GRID, [{"agent": value}]) for value in ([0, 5], [-1, 0], [0, 1.5], [0.0, 1.0], [np.nan, 0], [0], [[0, 0]])]
BOXES = [
    (Box(0, 1, (2,)), [[np.nan, 0], [0], [0, 0, 0], [[0, 0]], 0.5, "ab", [None, 0], [0, 1j], [[0], [0, 1]]]),
    (Box(0, 9, (2,), np.int64), [[1.9, 0], [1.0, 0.0], [np.nan, 0], [0], np.zeros((2, 1), int)]),
    (Box(0, 9, (2, 2), np.uint8), [np.zeros(4, int), np.zeros((2, 3), int), np.zeros((1, 2, 2), int)]),
]
MET = [
    (Box(0, 9, (2,), np.int64), [[10, 0], [-1, 0]]),
    (Box(0, 1, (2,)), [[1.5, 0], [-np.inf, 0], [1e300, 0]]),
    (Text(3, charset="ab"), ["abc", "aaaa", "", 1, None, b"ab"]),
    (Sequence(Discrete(3)), [(3,), (0, -1), [0, 1], 0, None, ("a",)]),
    (Sequence(Box(0, 1, (1,))), [(np.array([2.0], np.float32),), (np.zeros(2, np.float32),)]),
    (Graph(Discrete(3), Discrete(2)), [(0, 1), None, {"nodes": [0]}]),
    (Dict(image=Box(0, 255, (2,), np.uint8), text=Text(3)), [{"image": [0, 256], "text": "a"}, {"image": [0, 0]}]),
    (Dict(image=Box(0, 255, (2,), np.uint8), text=Text(3)), [{"image": [0, 0], "text": ""}, "a"]),
    (Tuple([Text(3), Box(0, 1, (1,))]), [("a", [np.nan]), ("a",), ("a", [0.0], 0), (1, [0.0])]),
]
NUMBERED = [(space, value) for space, values in [*OUTSIDE, *BOXES] for value in values]
HASHED = [(space, value) for space, values in [*OUTSIDE, *BOXES, *MET] for value in values]


def refused_by(made, value, row=""):
    with pytest.raises(OutsideSpaceError) as raised:
        made()
    message = " ".join(str(raised.value).split())
    if isinstance(value, dict):
        # Messages quote the keys of a dictionary in their order.
        value = {key: value[key] for key in sorted(value)}
    assert message.startswith("observations of Shows")
    assert " must be in " in message
    assert f"got {' '.join(repr(value).split())}{row}"[:100] in message


def shown_in_row_one(space, value, **arguments):
    """Two environments, of which the second shows the value in its first step."""
    begun = []

    def make():
        begun.append(None)
        inside = space.sample()
        return Shows(space, [inside, value if len(begun) == 2 else inside])

    env = envs.make(spec_of(make), 2, **arguments)
    env.reset(seed=[1, 2])
    return env


@pytest.mark.parametrize(("space", "value"), NUMBERED, ids=repr)
def test_what_is_outside_the_space_is_refused_where_it_is_numbered_ahead(space, value):
    # A plain Discrete space needs no numbering, and is checked in a batch.
    if space != Discrete(3):
        env = number_observations(Shows(space, [value]))
        refused_by(lambda: env.reset(seed=0), value)
    batch = shown_in_row_one(space, value)
    refused_by(lambda: batch.step([0, 0]), value, " in row 1")


@pytest.mark.parametrize(("space", "value"), HASHED, ids=repr)
def test_what_is_outside_the_space_is_refused_where_it_is_numbered_as_it_is_met(space, value):
    env = HashObservation(Shows(space, [value]))
    refused_by(lambda: env.reset(seed=0), value)
    batch = shown_in_row_one(space, value, observe="hash")
    refused_by(lambda: batch.step([0, 0]), value, " in row 1")


def test_a_number_outside_a_discrete_space_is_refused_in_the_raw_form_too():
    batch = shown_in_row_one(Discrete(3), 1.9, observe="raw")
    refused_by(lambda: batch.step([0, 0]), 1.9, " in row 1")


def test_a_long_observation_is_quoted_in_part():
    env = HashObservation(Shows(Text(10**6, charset="a"), ["b" * 10**6]))
    with pytest.raises(OutsideSpaceError) as raised:
        env.reset(seed=0)
    assert len(str(raised.value)) < 500


def test_other_types_of_the_same_numbers_are_inside():
    for value in (1, np.int8(1), np.uint64(1), True, np.bool_(True), np.array(1)):
        env = number_observations(Shows(Dict(a=Discrete(2), b=MultiBinary(1)), [{"a": value, "b": [True]}]))
        assert env.reset(seed=0)[0] == 3
    for value in ([1, 2], (1, 2), np.array([1, 2], np.uint8)):
        assert number_observations(Shows(PAIR, [value])).reset(seed=0)[0] == 5


def test_a_number_beyond_the_ends_of_a_box_falls_into_the_first_or_last_bin():
    env = number_observations(Shows(Box(0, 1, (1,)), [[-0.1], [-np.inf], [1.1], [np.inf]]), bins=4)
    assert [int(env.reset(seed=0)[0]) for _ in range(4)] == [0, 0, 3, 3]
