"""One contract for all policies, walked over one list; a new policy is tested by being listed."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import boltzmann
from boltzmann import Boltzmann, Categorical, Constant, EpsilonGreedy, Exponential, Greedy, InverseTime, Linear, Uniform
from boltzmann.notation import parse
from tests.frequencies import agrees, counts_of, fresh_rng

INF = math.inf
NAMES = {
    name: getattr(boltzmann, name)
    for name in boltzmann.__all__
    if name not in ("Policy", "Distribution") and isinstance(getattr(boltzmann, name), type)
}
POLICIES = [
    Boltzmann(1.0),
    Boltzmann(0),
    Boltzmann(INF),
    Boltzmann(Constant(0.3)),
    Boltzmann(Linear(1.0, 0.01, 100)),
    Boltzmann(Exponential(1.0, 0.01, 100)),
    Boltzmann(InverseTime(1.0, 0.1)),
    EpsilonGreedy(0.1),
    EpsilonGreedy(0),
    EpsilonGreedy(1),
    EpsilonGreedy(Linear(1.0, 0.05, 100)),
    Greedy(),
    Uniform(),
]
every_policy = pytest.mark.parametrize("policy", POLICIES, ids=repr)
VALUES = np.array([[0.0, 1.0, 0.5, 1.0], [3.0, -1.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
WHERE = np.array([[True, True, True, False], [False, True, True, True], [True, False, False, False]])
DRAWS = 100_000


@every_policy
@given(
    values=arrays(np.float64, (3, 4), elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 2))),
    where=arrays(np.bool_, (3, 4)),
    step=st.integers(0, 200),
)
def test_probabilities_are_a_distribution_over_what_is_allowed(policy, values, where, step):
    where[:, 0] = True
    distribution = policy(values, step=step, where=where)
    np.testing.assert_allclose(distribution.probs.sum(axis=-1), 1, rtol=1e-12)
    assert not distribution.probs[~where].any()
    for row in range(3):
        alone = policy(values[row], step=step, where=where[row])
        np.testing.assert_array_equal(alone.probs, distribution.probs[row])
        np.testing.assert_array_equal(alone.entropy, distribution.entropy[row])


@every_policy
@given(values=arrays(np.float64, 5, elements=st.integers(-1000, 1000).map(float)), shift=st.integers(-(10**6), 10**6))
def test_translating_the_values_changes_nothing(policy, values, shift):
    np.testing.assert_array_equal(policy(values + shift, step=3).probs, policy(values, step=3).probs)


@every_policy
def test_masked_entries_are_never_read(policy):
    hidden = np.where(WHERE, VALUES, np.nan)
    np.testing.assert_array_equal(policy(hidden, where=WHERE).probs, policy(VALUES, where=WHERE).probs)


@every_policy
def test_draws_follow_the_probabilities(policy):
    distribution = policy(VALUES, step=10, where=WHERE)
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
    distribution = policy(VALUES, step=50)
    with np.errstate(divide="ignore"):
        logs = np.log(distribution.probs)
    np.testing.assert_allclose(distribution.log_prob(np.full(3, 2)), logs[:, 2], rtol=1e-12)
    terms = np.where(distribution.probs > 0, distribution.probs * np.where(np.isinf(logs), 0, logs), 0)
    np.testing.assert_allclose(distribution.entropy, -terms.sum(axis=-1), rtol=1e-12, atol=1e-15)


@every_policy
def test_reading_changes_nothing(policy):
    before = repr(policy)
    first = policy(VALUES, step=7).probs.copy()
    for step in (0, 1000, 3):
        policy(VALUES, step=step, visits=np.ones(VALUES.shape, dtype=int)).sample(np.random.default_rng(0))
    np.testing.assert_array_equal(policy(VALUES, step=7).probs, first)
    assert repr(policy) == before


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
            policy([[0.0, 1.0], [0.0, math.nan]])
    with pytest.raises(ValueError, match="at least one action must be allowed"):
        policy(VALUES, where=np.zeros((3, 4), dtype=bool))


def test_both_limits():
    greedy, uniform = Greedy()(VALUES).probs, Uniform()(VALUES).probs
    for cold in (Boltzmann(0), Boltzmann(5e-324), EpsilonGreedy(0)):
        np.testing.assert_array_equal(cold(VALUES).probs, greedy)
    for hot in (Boltzmann(INF), EpsilonGreedy(1)):
        np.testing.assert_array_equal(hot(VALUES).probs, uniform)


def test_schedules_act_through_their_policies():
    np.testing.assert_array_equal(Boltzmann(Linear(1.0, 0.0, 100))(VALUES, step=50).probs, Boltzmann(0.5)(VALUES).probs)
    np.testing.assert_array_equal(Boltzmann(lambda step: 2.0 * step)(VALUES, step=0).probs, Greedy()(VALUES).probs)
    np.testing.assert_allclose(EpsilonGreedy(Linear(1.0, 0.0, 10))([0.0, 1.0], step=5).probs, [0.25, 0.75], rtol=1e-15)


def test_epsilon_greedy_shares_what_is_allowed():
    # 0.4 / 3 for each allowed action, and 0.6 for the one maximiser among them.
    probs = EpsilonGreedy(0.4)(VALUES[0], where=WHERE[0]).probs
    np.testing.assert_allclose(probs, [0.4 / 3, 0.4 / 3 + 0.6, 0.4 / 3, 0], rtol=1e-15)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Boltzmann(-1), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda: Boltzmann("cold"), TypeError, "temperature must be a number"),
        (lambda: Boltzmann(lambda step: -1.0)(VALUES), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda: EpsilonGreedy(1.5), ValueError, r"epsilon must be in \[0, 1\], got 1.5"),
        (lambda: EpsilonGreedy(Linear(2.0, 0.0, 10))(VALUES), ValueError, "epsilon must be"),
        (lambda: Categorical([0.5, 0.6]), ValueError, "sum of probs must be 1, got 1.1"),
        (lambda: Categorical([[0.5, 0.5], [1.1, -0.1]]), ValueError, r"probs must be in \[0, 1\]"),
        (lambda: Categorical([]), ValueError, "probs must hold at least one action"),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_categorical_distribution_is_frozen():
    distribution = Categorical([0.25, 0.75])
    with pytest.raises(AttributeError, match="frozen"):
        distribution.probs = np.array([1.0])
    assert repr(distribution) == "Categorical(array([0.25, 0.75]))"


@every_policy
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_keep_their_dtype(policy, dtype):
    assert policy(VALUES.astype(dtype)).probs.dtype == dtype


@every_policy
@pytest.mark.parametrize("where", [True, np.ones((3, 1), dtype=bool), np.array([True, False, True, True])])
def test_masks_broadcast(policy, where):
    full = np.broadcast_to(where, VALUES.shape)
    np.testing.assert_array_equal(policy(VALUES, where=where).probs, policy(VALUES, where=full).probs)


def test_a_schedule_may_give_an_array_of_no_axes():
    assert EpsilonGreedy(lambda step: np.where(step < 5, 1.0, 0.0))([0.0, 1.0], step=9).probs[1] == 1.0
