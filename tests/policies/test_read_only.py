"""What a distribution of NumPy's arrays hands out cannot be written to, so that later reads are those of the law."""

import contextlib
import pickle

import numpy as np
import pytest

from boltzmann import Categorical, Gibbs
from boltzmann.large import RaggedGibbs
from tests.support.lists import POLICIES
from tests.support.policies import VALUES, ask

QUANTITIES = ("probs", "log_probs", "entropy", "greedy_probability", "exploration_probability", "temperature")
OF_GIBBS = (*QUANTITIES, "log_partition", "soft_value", "mellowmax", "mean", "variance", "heat_capacity", "mode")


def cannot_be_changed(distribution, names):
    for name in names:
        before = np.array(getattr(distribution, name))
        # The temperature is made for each read, so writing to it changes no later one.
        with contextlib.suppress(ValueError, TypeError):
            getattr(distribution, name)[...] = 0
        np.testing.assert_array_equal(getattr(distribution, name), before, err_msg=name)


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
@pytest.mark.parametrize("rows", [slice(None), 0, slice(1)], ids=["rows", "row", "one row"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_quantity_of_a_policy_can_be_changed(policy, rows, dtype):
    made = ask(policy, VALUES[rows].astype(dtype), rows=rows)
    with pytest.raises(ValueError, match="read-only"):
        made.probs[..., 0] = 1.0
    cannot_be_changed(made, QUANTITIES)
    copied = pickle.loads(pickle.dumps(made))
    cannot_be_changed(copied, QUANTITIES)


@pytest.mark.parametrize("shape", [(4,), (1, 4), (100, 4), (3, 50_000)])
def test_nor_one_of_a_gibbs_distribution(shape):
    values = np.random.default_rng(0).random(shape)
    for made in (Gibbs(values, 0.5), Gibbs.from_beta(values, -2.0), Gibbs(values, 0.0), Gibbs(values, np.inf)):
        cannot_be_changed(made, OF_GIBBS)
    cannot_be_changed(RaggedGibbs(values.ravel(), [0, 3, values.size], 0.5), ("probs", "log_probs", "log_partition"))


@pytest.mark.parametrize("count", [4, 200_000])
def test_the_array_of_the_user_stays_writeable(count):
    for make in (Categorical, Gibbs):
        given = np.full(count, 1 / count)
        made = make(given)
        with pytest.raises(ValueError, match="read-only"):
            made.probs[0] = 1.0
        given[0] = 0.5
