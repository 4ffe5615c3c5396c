"""Every policy's distribution has a temperature, an entropy and the two masses, one for each row, in every library."""

import pickle

import numpy as np
import pytest

from boltzmann import Categorical, Gibbs, Greedy, Maillard, Uniform
from tests.support.libraries import every_library
from tests.support.lists import POLICIES
from tests.support.policies import VALUES, VARIANCES, VISITS, WHERE, ask

ROWS = ("temperature", "entropy", "greedy_probability", "exploration_probability")
MARKS = np.where(WHERE, VALUES, -np.inf).max(axis=-1, keepdims=True) == VALUES
# The probabilities of largest draws are integrals, exact to about 1e-11.
ROUNDING = 1e-9


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_masses_are_those_of_the_largest_values(policy):
    result = ask(policy, VALUES, where=WHERE)
    greedy = np.where(MARKS & WHERE, result.probs, 0.0).sum(axis=-1)
    np.testing.assert_allclose(result.greedy_probability, greedy, rtol=ROUNDING, atol=1e-15)
    np.testing.assert_allclose(result.exploration_probability, 1 - greedy, atol=ROUNDING)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(result)).greedy_probability, result.greedy_probability)


@every_library
@pytest.mark.parametrize("policy", POLICIES, ids=repr)
@pytest.mark.parametrize("rows", [slice(None), 0, slice(0, 0)], ids=["rows", "row", "none"])
def test_they_have_the_shape_of_the_rows_in_every_library(library, policy, rows):
    given = 1 / (1 + np.exp(-VALUES[rows]))
    values, where = library.array(given), library.array(WHERE[rows], "bool")
    inputs = {"visits": library.array(VISITS[rows], "int64"), "variances": library.array(VARIANCES[rows])}
    found = policy(values, step=0, where=where, **inputs)
    expected = policy(given, step=0, where=WHERE[rows], visits=VISITS[rows], variances=VARIANCES[rows])
    for name in ROWS:
        one = getattr(found, name)
        assert tuple(one.shape) == given.shape[:-1], name
        assert one.dtype == values.dtype, name
        assert isinstance(one, np.generic | np.ndarray) if library.name == "numpy" else type(one) is type(values), name
        np.testing.assert_allclose(library.back(one), getattr(expected, name), rtol=1e-9, atol=1e-12, err_msg=name)


def test_what_there_is_not_is_nan():
    plain = Categorical([[0.5, 0.5], [1.0, 0.0]])
    for name in ("temperature", "greedy_probability", "exploration_probability"):
        np.testing.assert_array_equal(getattr(plain, name), [np.nan, np.nan])
    assert np.isnan(Maillard(1.0)([0.0, 1.0], visits=[1, 1]).temperature)


def test_ends_and_signs_of_the_temperature():
    assert Greedy()([0.0, 1.0]).temperature == 0.0
    assert Uniform()([0.0, 1.0]).temperature == np.inf
    np.testing.assert_array_equal(Gibbs.from_beta([[0.0, 1.0]] * 3, [-2.0, np.inf, 0.5]).temperature, [-0.5, 0.0, 2.0])


def test_uniform_is_greedy_by_chance_alone():
    found = Uniform()([[1.0, 3.0, 3.0, 9.0]], where=[True, True, True, False])
    np.testing.assert_allclose(found.greedy_probability, [2 / 3])
    np.testing.assert_allclose(found.exploration_probability, [1 / 3])
