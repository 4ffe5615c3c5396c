"""The Gibbs distribution: axes, dtypes, awkward input and errors."""

import math

import numpy as np
import pytest

import boltzmann
from boltzmann import Gibbs, entropy, log_partition, log_softmax, soft_value, softmax

INF = math.inf
FUNCTIONS = (softmax, log_softmax, log_partition, soft_value, entropy)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_any_axis_holds_the_actions(function):
    values = np.random.default_rng(1).normal(size=(2, 3, 4))
    where, prior = values > -1.5, np.arange(1.0, 5.0)
    for axis in (-3, -2, -1, 0, 1, 2):
        moved = function(np.moveaxis(values, axis, -1), 0.5, where=np.moveaxis(where, axis, -1))
        result = function(values, 0.5, axis=axis, where=where)
        if result.ndim == 3:
            moved = np.moveaxis(moved, -1, axis)
        np.testing.assert_array_equal(result, moved)
    np.testing.assert_array_equal(
        function(values, 0.5, axis=2, prior=prior), function(values, 0.5, axis=-1, prior=prior)
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_keep_their_dtype(dtype):
    values = np.array([[0.0, 1.0], [2.0, 4.0]], dtype=dtype)
    for function in FUNCTIONS:
        assert function(values, 0.5).dtype == dtype
    np.testing.assert_array_equal(softmax(values, 1e-300), [[0, 1], [0, 1]])


def test_integers_become_float64_before_any_difference():
    values = np.array([-128, 127], dtype=np.int8)
    assert softmax(values, 100).dtype == np.float64
    assert softmax(values, 100)[0] == pytest.approx(1 / (1 + math.exp(2.55)), rel=1e-14)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"values": [1.0, 2.0], "temperature": -1.0}, ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (
            {"values": np.zeros((4, 2)), "temperature": [1.0, 0.0, 2.0, -0.5]},
            ValueError,
            r"temperature must be in \[0, inf\], got -0.5 in row 3",
        ),
        ({"values": [1.0], "temperature": math.nan}, ValueError, r"got nan"),
        ({"values": [[1.0, 2.0], [0.0, math.nan]]}, ValueError, "got NaN for action 1 in row 1"),
        (
            {"values": np.where(np.arange(8).reshape(2, 2, 2) == 5, math.nan, 0)},
            ValueError,
            r"action 1 in row \(1, 0\)",
        ),
        ({"values": [[1.0], [-INF]]}, ValueError, "value above -inf, got none in row 1"),
        ({"values": [1.0, 2.0], "where": [False, False]}, ValueError, "at least one action must be allowed"),
        ({"values": [1.0, 2.0], "prior": [0.0, 0.0]}, ValueError, "at least one action must be allowed"),
        ({"values": [1.0, 2.0], "prior": [1.0, -1.0]}, ValueError, "prior must be finite and at least 0, got -1.0"),
        ({"values": [1.0, 2.0], "prior": [1.0, INF]}, ValueError, "prior must be finite"),
        ({"values": [1.0, 2.0], "prior": [1.0, math.nan]}, ValueError, "prior must be finite"),
        ({"values": []}, ValueError, "values must hold at least one action"),
        ({"values": 3.0}, ValueError, "values must hold at least one action"),
        ({"values": [[1.0, 2.0], [3.0]]}, ValueError, "values must be a rectangular array"),
        ({"values": np.zeros((2, 3)), "temperature": [1.0, 1.0, 1.0]}, ValueError, "shapes do not broadcast"),
        ({"values": np.zeros((2, 3)), "where": [True, False]}, ValueError, r"where \(2,\)"),
        ({"values": ["a", "b"]}, TypeError, "values must be real numbers"),
        ({"values": [1.0 + 1j]}, TypeError, "values must be real numbers, got complex128"),
        ({"values": [True, False]}, TypeError, "values must be real numbers, got bool"),
        ({"values": [None, 1.0]}, TypeError, "values must be real numbers, got object"),
        ({"values": [1.0], "temperature": "hot"}, TypeError, "temperature must be real numbers"),
        ({"values": np.ma.array([1.0], mask=[False])}, TypeError, "values must not be a masked array"),
        ({"values": [1.0], "where": [0.5]}, ValueError, "where must be boolean, or 0 and 1, got 0.5 for action 0"),
        ({"values": [1.0], "where": ["yes"]}, TypeError, "where must be boolean, or 0 and 1, got <U3"),
        ({"values": [1.0, 1.0], "where": [1, 2]}, ValueError, "where must be boolean, or 0 and 1, got 2 for action 1"),
        ({"values": [1.0], "prior": [0.0]}, ValueError, "must be allowed, of a prior above 0, and have a value above"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        Gibbs(**arguments)


def test_no_rows_are_no_error():
    assert softmax(np.zeros((0, 3))).shape == (0, 3)
    assert log_partition(np.zeros((0, 3)), 0).shape == (0,)


def test_log_prob_picks_and_refuses():
    gibbs = Gibbs([[0.0, 1.0, 2.0], [5.0, 5.0, 5.0]])
    draws = gibbs.sample(np.random.default_rng(0), (4, 5))
    assert draws.shape == (4, 5, 2)
    picked = gibbs.log_prob(draws)
    assert picked.shape == (4, 5, 2)
    assert picked[1, 2, 0] == gibbs.log_probs[0, draws[1, 2, 0]]
    with pytest.raises(ValueError, match=r"actions must be in \[0, 3\), got 3 in row 1"):
        gibbs.log_prob([0, 3])
    with pytest.raises(ValueError, match="actions must be in"):
        gibbs.log_prob([0, -1])
    with pytest.raises(TypeError, match="actions must be integers"):
        gibbs.log_prob([0.0, 1.0])
    with pytest.raises(ValueError, match="shape that ends in"):
        gibbs.log_prob([0, 1, 2])


def test_a_distribution_is_frozen_and_leaves_its_input_alone():
    values = np.array([[0.0, 1.0], [2.0, 3.0]])
    before = values.copy()
    gibbs = Gibbs(values, [0.0, 1.0], where=np.array([True, False]), prior=np.array([1.0, 2.0]))
    for name in ("probs", "log_probs", "log_partition", "soft_value", "entropy"):
        getattr(gibbs, name)
    np.testing.assert_array_equal(values, before)
    with pytest.raises(AttributeError, match="frozen"):
        gibbs.temperature = 3.0
    assert "temperature=" in repr(gibbs)


def test_the_public_names_are_there():
    for name in boltzmann.__all__:
        assert getattr(boltzmann, name) is not None


def test_no_rows_of_many_actions_are_drawn_from():
    assert Gibbs(np.zeros((0, 300))).sample(np.random.default_rng(0)).shape == (0,)
