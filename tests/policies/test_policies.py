"""One contract for all policies, walked over one list; a new policy is tested by being listed."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from boltzmann import (
    BernoulliThompson,
    Boltzmann,
    Categorical,
    Uniform,
)
from boltzmann.notation import parse
from scripts.support.names import NAMES
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.lists import POLICIES
from tests.support.policies import VALUES, VARIANCES, VISITS, WHERE, ask

INF = math.inf
every_policy = pytest.mark.parametrize("policy", POLICIES, ids=repr)
DRAWS = 100_000
SHIFTABLE = [p for p in POLICIES if not isinstance(p, BernoulliThompson) and getattr(p, "prior_deviation", INF) == INF]


@every_policy
@given(
    values=arrays(np.float64, (3, 4), elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 2))),
    where=arrays(np.bool_, (3, 4)),
    step=st.integers(0, 200),
    row=st.integers(0, 2),
)
def test_probabilities_are_a_distribution_over_the_allowed_actions(policy, values, where, step, row):
    where[:, 0] = True
    distribution = ask(policy, values, step=step, where=where)
    np.testing.assert_allclose(distribution.probs.sum(axis=-1), 1, rtol=1e-12)
    assert (distribution.probs >= 0).all()
    assert not distribution.probs[~where].any()
    compare_alone(policy, distribution, row, values, where, step)


def compare_alone(policy, distribution, row, values, where, step):
    alone = ask(policy, values[row], rows=row, step=step, where=where[row])
    np.testing.assert_allclose(alone.probs, distribution.probs[row], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(alone.entropy, distribution.entropy[row], rtol=1e-10, atol=1e-12)


@every_policy
def test_each_row_alone_has_the_same_distribution(policy):
    distribution = ask(policy, VALUES, step=10, where=WHERE)
    for row in range(3):
        compare_alone(policy, distribution, row, VALUES, WHERE, 10)


@pytest.mark.parametrize("policy", SHIFTABLE, ids=repr)
@given(
    values=arrays(np.float64, (3, 4), elements=st.integers(-1000, 1000).map(float)),
    shift=st.integers(-(10**6), 10**6),
)
def test_translating_the_values_changes_nothing(policy, values, shift):
    moved, still = (ask(policy, table, step=3).probs for table in (values + shift, values))
    np.testing.assert_allclose(moved, still, rtol=1e-9, atol=1e-13)


@every_policy
def test_masked_entries_are_never_read(policy):
    hidden = np.where(WHERE, VALUES, np.nan)
    np.testing.assert_array_equal(ask(policy, hidden, where=WHERE).probs, ask(policy, VALUES, where=WHERE).probs)


@every_policy
def test_draws_follow_the_probabilities(policy):
    distribution = ask(policy, VALUES, step=10, where=WHERE)
    draws = distribution.sample(fresh_rng(), (DRAWS,))
    assert draws.shape == (DRAWS, 3)
    for row in range(3):
        assert agrees(counts_of(draws[:, row], 4), distribution.probs[row])


class Planted(Categorical):
    """A policy's distribution whose draws are not those of its probabilities: it forgets the ties."""

    def sample(self, rng, shape=()):
        return np.broadcast_to(self.probs.argmax(axis=-1), (*shape, *self.probs.shape[:-1]))


def test_a_policy_that_draws_something_else_is_caught():
    distribution = Planted(Boltzmann(1.0)(VALUES).probs)
    draws = distribution.sample(fresh_rng(), (DRAWS,))
    assert not agrees(counts_of(draws[:, 0], 4), distribution.probs[0])


@every_policy
def test_log_probabilities_and_entropy_are_those_of_the_probabilities(policy):
    distribution = ask(policy, VALUES, step=50)
    with np.errstate(divide="ignore"):
        logs = np.log(distribution.probs)
    np.testing.assert_allclose(distribution.log_prob(np.full(3, 2)), logs[:, 2], rtol=1e-12)
    terms = np.where(distribution.probs > 0, distribution.probs * np.where(np.isinf(logs), 0, logs), 0)
    np.testing.assert_allclose(distribution.entropy, -terms.sum(axis=-1), rtol=1e-12, atol=1e-15)


@every_policy
def test_reading_changes_nothing(policy):
    before = repr(policy)
    first = ask(policy, VALUES, step=7).probs.copy()
    for step in (0, 1000, 3):
        ask(policy, VALUES, step=step, visits=np.ones(VALUES.shape, dtype=int)).sample(np.random.default_rng(0))
    np.testing.assert_array_equal(ask(policy, VALUES, step=7).probs, first)
    assert repr(policy) == before


@every_policy
def test_a_table_may_be_written_to_while_a_distribution_of_it_is_in_use(policy):
    # Many rows and one row, in both memory layouts: late computations use the values at the time of the call.
    for table in (VALUES.copy(), np.asfortranarray(VALUES), np.tile(VALUES, (40, 1)), VALUES[:1].copy()):
        tiles = (len(table) + 2) // 3
        seen = {
            "visits": np.tile(VISITS, (tiles, 1))[: len(table)],
            "variances": np.tile(VARIANCES, (tiles, 1))[: len(table)],
        }
        if isinstance(policy, BernoulliThompson):
            table = 1 / (1 + np.exp(-table))
        before, late = policy(table.copy(), step=3, **seen), policy(table, step=3, **seen)
        table[:] = np.arange(table.size, dtype=np.float64).reshape(table.shape) / table.size
        seen["visits"][:] = 1
        for name in ("entropy", "log_probs", "probs"):
            np.testing.assert_array_equal(getattr(late, name), getattr(before, name))
        np.testing.assert_array_equal(
            *(distribution.sample(np.random.default_rng(3), (5,)) for distribution in (before, late))
        )


@every_policy
def test_a_policy_prints_reads_back_and_pickles(policy):
    assert parse(repr(policy), NAMES) == policy
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert hash(policy) == hash(parse(repr(policy), NAMES))
    with pytest.raises(AttributeError):
        policy.temperature = 2.0


@every_policy
def test_bad_values_are_named(policy):
    if isinstance(policy, Uniform):
        np.testing.assert_array_equal(policy([math.nan, 1.0]).probs, [0.5, 0.5])
    else:
        with pytest.raises(ValueError, match="NaN for action 1 in row 1"):
            ask(policy, [[0.0, 1.0, 0.0, 0.0], [0.0, math.nan, 0.0, 0.0]], rows=slice(2))
    with pytest.raises(ValueError, match="at least one action must be allowed"):
        ask(policy, VALUES, where=np.zeros((3, 4), dtype=bool))


@every_policy
def test_visits_and_variances_of_masked_actions_are_never_read(policy):
    visits = np.where(WHERE, VISITS, np.nan)
    expected = ask(policy, VALUES, where=WHERE).probs
    np.testing.assert_array_equal(ask(policy, VALUES, where=WHERE, visits=visits).probs, expected)
    np.testing.assert_array_equal(
        ask(policy, VALUES, where=WHERE, visits=np.where(WHERE, VISITS, 10**6)).probs, expected
    )


@every_policy
def test_no_rows_at_all(policy):
    distribution = ask(policy, np.zeros((0, 4)), rows=slice(0))
    assert distribution.probs.shape == (0, 4)
    assert distribution.sample(np.random.default_rng(0)).shape == (0,)


@every_policy
def test_a_distribution_pickles_and_rows_draw_on_their_own(policy):
    distribution = pickle.loads(pickle.dumps(ask(policy, VALUES, step=10)))
    np.testing.assert_array_equal(distribution.probs, ask(policy, VALUES, step=10).probs)
    # Two rows of one law agree with the probability of two independent draws, and not always.
    row = {"values": [0.5, 0.4, 0.6, 0.5], "visits": [3, 4, 3, 2], "variances": [0.1, 0.1, 0.1, 0.1]}
    draws = policy(step=0, **{name: np.tile(part, (20_000, 1)) for name, part in row.items()}).sample(fresh_rng())
    draws = draws.reshape(2, -1)
    chance = (np.asarray(policy(step=0, **{name: np.array(part) for name, part in row.items()}).probs) ** 2).sum()
    alike = np.count_nonzero(draws[0] == draws[1])
    assert agrees([alike, draws.shape[1] - alike], [chance, 1 - chance])


@every_policy
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_keep_their_dtype(policy, dtype):
    assert ask(policy, VALUES.astype(dtype)).probs.dtype == dtype


@every_policy
@pytest.mark.parametrize("where", [True, np.ones((3, 1), dtype=bool), np.array([True, False, True, True])])
def test_masks_broadcast(policy, where):
    full = np.broadcast_to(where, VALUES.shape)
    np.testing.assert_array_equal(ask(policy, VALUES, where=where).probs, ask(policy, VALUES, where=full).probs)
