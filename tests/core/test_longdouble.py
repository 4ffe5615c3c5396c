"""Values of np.longdouble are rounded to float64 in every function, and refused beyond its range."""

import numpy as np
import pytest

import boltzmann
from boltzmann import Boltzmann, Categorical, Gibbs
from tests.support.lists import POLICIES, THERMOSTATS
from tests.support.oracles import named

VALUES = np.array([[0.1, 0.5, 0.9, 0.4], [0.3, 0.3, 0.2, 0.8]])
WIDE = VALUES.astype(np.longdouble)
VISITS = np.array([3, 5, 1, 7])


def assert_same(found, expected):
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("policy", POLICIES, ids=named)
def test_policies(policy):
    inputs = {"step": 0, "visits": VISITS, "variances": np.full(4, 0.1)}
    assert_same(policy(WIDE, **inputs).probs, policy(VALUES, **inputs).probs)


@pytest.mark.parametrize("thermostat", THERMOSTATS, ids=named)
def test_thermostats(thermostat):
    assert_same(thermostat(WIDE, step=0, visits=VISITS), thermostat(VALUES, step=0, visits=VISITS))


def test_functions_and_calibrations():
    half, prior = np.longdouble(0.5), np.full(4, 2, dtype=np.longdouble)
    for name in ("softmax", "log_partition", "soft_value", "mellowmax", "entropy", "variance"):
        function = getattr(boltzmann, name)
        assert_same(function(WIDE, half, prior=prior), function(VALUES, 0.5, prior=[2.0] * 4))
    for name in ("entropy", "greedy_probability", "expected_loss", "kl"):
        function = getattr(boltzmann, f"temperature_for_{name}")
        target = 0.6 if name == "greedy_probability" else 0.2
        assert_same(function(WIDE, np.longdouble(target)).temperature, function(VALUES, target).temperature)
    assert_same(Gibbs.from_beta(WIDE, half).probs, Gibbs.from_beta(VALUES, 0.5).probs)
    assert_same(Categorical(np.array([0.5, 0.5], dtype=np.longdouble)).entropy, Categorical([0.5, 0.5]).entropy)
    rng = np.random.default_rng
    assert boltzmann.sample_categorical(rng(0), WIDE[0]) == boltzmann.sample_categorical(rng(0), VALUES[0])


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(np.float64).max, reason="longdouble is float64 here")
def test_numbers_beyond_the_range_of_float64_are_refused():
    beyond = np.array([0.0, np.longdouble("1e4000")])
    for ask in (boltzmann.softmax, Boltzmann(1.0), lambda values: boltzmann.temperature_for_entropy(values, 0.3)):
        with pytest.raises(ValueError, match="values must be within the range of float64, got 1e\\+4000 in row 1"):
            ask(beyond)
