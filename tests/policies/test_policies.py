"""One contract for all policies, walked over one list; a new policy is tested by being listed."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from boltzmann import (
    GLIE,
    BernoulliThompson,
    Boltzmann,
    BoltzmannGumbel,
    Categorical,
    EffectiveActionsTarget,
    Entmax,
    EntropyTarget,
    EpsilonBoltzmann,
    EpsilonGreedy,
    Greedy,
    KLBoltzmann,
    Linear,
    LossBudget,
    MaxBoltzmann,
    Mellowmax,
    RangeScaled,
    Sparsemax,
    StdScaled,
    Uniform,
    VDBESoftmax,
)
from boltzmann.notation import parse
from scripts.support.names import NAMES
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.lists import LIMITS, LIMITS_OF_LAWS, POLICIES

INF = math.inf
every_policy = pytest.mark.parametrize("policy", POLICIES, ids=repr)
VALUES = np.array([[0.0, 1.0, 0.5, 1.0], [3.0, -1.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
WHERE = np.array([[True, True, True, False], [False, True, True, True], [True, False, False, False]])
VISITS = np.array([[5, 3, 200, 7], [1, 1, 4, 2], [3, 30, 9, 1]])
VARIANCES = np.array([[0.1, 0.2, 0.25, 0.0], [0.01, 0.2, 0.0, 0.1], [0.1, 0.1, 0.1, 0.1]])
DRAWS = 100_000
SHIFTABLE = [p for p in POLICIES if not isinstance(p, BernoulliThompson) and getattr(p, "prior_deviation", INF) == INF]


def ask(policy, values, *, rows=slice(None), visits=VISITS, **seen):
    """Ask as an agent does that keeps all that a policy may read."""
    values = np.asarray(values)
    if isinstance(policy, BernoulliThompson):
        # Averages of rewards of 0 and 1.
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            values = (1 / (1 + np.exp(-values.astype(np.float64)))).astype(values.dtype)
    return policy(values, visits=visits[rows], variances=VARIANCES[rows], **seen)


@every_policy
@given(
    values=arrays(np.float64, (3, 4), elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 2))),
    where=arrays(np.bool_, (3, 4)),
    step=st.integers(0, 200),
)
@settings(max_examples=40)
def test_probabilities_are_a_distribution_over_what_is_allowed(policy, values, where, step):
    where[:, 0] = True
    distribution = ask(policy, values, step=step, where=where)
    np.testing.assert_allclose(distribution.probs.sum(axis=-1), 1, rtol=1e-12)
    assert (distribution.probs >= 0).all()
    assert not distribution.probs[~where].any()
    for row in range(3):
        alone = ask(policy, values[row], rows=row, step=step, where=where[row])
        np.testing.assert_allclose(alone.probs, distribution.probs[row], rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(alone.entropy, distribution.entropy[row], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("policy", SHIFTABLE, ids=repr)
@given(values=arrays(np.float64, 4, elements=st.integers(-1000, 1000).map(float)), shift=st.integers(-(10**6), 10**6))
@settings(max_examples=40)
def test_translating_the_values_changes_nothing(policy, values, shift):
    moved, still = (ask(policy, one, rows=0, step=3).probs for one in (values + shift, values))
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
    # Many rows and one row, in both layouts: what is computed late is of the values as they were.
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
        np.testing.assert_array_equal(*(one.sample(np.random.default_rng(3), (5,)) for one in (before, late)))


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


def test_every_policy_has_its_limits_in_the_list():
    listed = {type(policy) for limit, policies in LIMITS for policy in (limit, *policies)}
    assert {type(policy) for policy in POLICIES} - LIMITS_OF_LAWS == listed


@pytest.mark.parametrize(("limit", "policies"), LIMITS)
@pytest.mark.parametrize("where", [None, WHERE], ids=["all", "masked"])
def test_both_limits(limit, policies, where):
    for policy in policies:
        found = ask(policy, VALUES, where=where).probs
        np.testing.assert_allclose(
            found, limit(VALUES, where=where).probs, rtol=1e-13, atol=1e-15, err_msg=repr(policy)
        )


def test_schedules_act_through_their_policies():
    np.testing.assert_array_equal(Boltzmann(Linear(1.0, 0.0, 100))(VALUES, step=50).probs, Boltzmann(0.5)(VALUES).probs)
    np.testing.assert_array_equal(Boltzmann(lambda step: 2.0 * step)(VALUES, step=0).probs, Greedy()(VALUES).probs)
    np.testing.assert_allclose(EpsilonGreedy(Linear(1.0, 0.0, 10))([0.0, 1.0], step=5).probs, [0.25, 0.75], rtol=1e-15)


HALF_WAY = {
    "temperature": Linear(2.0, 0.0, 100),
    "epsilon": Linear(1.0, 0.0, 100),
    "omega": Linear(2.0, 0.0, 100),
    "C": Linear(2.0, 0.0, 100),
}
SCHEDULED = [
    (Boltzmann, "temperature", {}),
    (Boltzmann, "temperature", {"wrapped": RangeScaled}),
    (Boltzmann, "temperature", {"wrapped": StdScaled}),
    (Boltzmann, "temperature", {"wrapped": LossBudget}),
    (MaxBoltzmann, "epsilon", {"temperature": 0.5}),
    (MaxBoltzmann, "temperature", {"epsilon": 0.5}),
    (EpsilonBoltzmann, "epsilon", {"temperature": 0.5}),
    (EpsilonBoltzmann, "temperature", {"epsilon": 0.5}),
    (EpsilonGreedy, "epsilon", {}),
    (KLBoltzmann, "temperature", {"prior": (0.4, 0.3, 0.2, 0.1)}),
    (Sparsemax, "temperature", {}),
    (Entmax, "temperature", {"alpha": 1.5}),
    (Mellowmax, "omega", {}),
    (BoltzmannGumbel, "C", {}),
    (VDBESoftmax, "temperature", {"sensitivity": 1.0}),
]


@pytest.mark.parametrize(("kind", "name", "others"), SCHEDULED)
def test_a_schedule_at_a_step_is_the_number_that_it_gives_there(kind, name, others):
    others = dict(others)
    wrapped = others.pop("wrapped", lambda number: number)
    moving = kind(**{name: wrapped(HALF_WAY[name])}, **others)
    step = 25
    fixed = kind(**{name: wrapped(float(HALF_WAY[name](step)))}, **others)
    found, expected = (ask(policy, VALUES, step=step, where=WHERE).probs for policy in (moving, fixed))
    np.testing.assert_array_equal(found, expected)
    assert (ask(moving, VALUES, step=90).probs != ask(moving, VALUES, step=0).probs).any()


@pytest.mark.parametrize(
    "policy", [EpsilonGreedy, lambda e: MaxBoltzmann(e, 0.5), lambda e: Boltzmann(EntropyTarget(e))]
)
def test_a_target_that_follows_the_step_in_a_policy_is_read_there(policy):
    moving, fixed = policy(Linear(1.0, 0.0, 100)), policy(0.75)
    np.testing.assert_array_equal(ask(moving, VALUES, step=25).probs, ask(fixed, VALUES).probs)
    moving, fixed = (Boltzmann(EffectiveActionsTarget(number)) for number in (Linear(4.0, 1.0, 100), 3.25))
    np.testing.assert_array_equal(ask(moving, VALUES, step=25).probs, ask(fixed, VALUES).probs)


def test_inner_policies_and_thermostats_hear_what_the_outer_one_is_told():
    moving = KLBoltzmann(EpsilonGreedy(Linear(1.0, 0.0, 100)), 0.5)
    fixed = KLBoltzmann(EpsilonGreedy(0.75), 0.5)
    np.testing.assert_array_equal(ask(moving, VALUES, step=25).probs, ask(fixed, VALUES).probs)
    for policy in (
        VDBESoftmax(1.0, GLIE()),
        EpsilonBoltzmann(0.0, GLIE()),
        MaxBoltzmann(1.0, GLIE()),
        Boltzmann(GLIE()),
    ):
        np.testing.assert_array_equal(ask(policy, VALUES).probs, Boltzmann(GLIE())(VALUES, visits=VISITS).probs)


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
    # Rows of one law: that two of them agree has the probability of two draws, not 1.
    row = {"values": [0.5, 0.4, 0.6, 0.5], "visits": [3, 4, 3, 2], "variances": [0.1, 0.1, 0.1, 0.1]}
    draws = policy(**{name: np.tile(part, (20_000, 1)) for name, part in row.items()}).sample(fresh_rng())
    draws = draws.reshape(2, -1)
    chance = (np.asarray(policy(**{name: np.array(part) for name, part in row.items()}).probs) ** 2).sum()
    alike = np.count_nonzero(draws[0] == draws[1])
    assert agrees([alike, draws.shape[1] - alike], [chance, 1 - chance])


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
    assert ask(policy, VALUES.astype(dtype)).probs.dtype == dtype


@every_policy
@pytest.mark.parametrize("where", [True, np.ones((3, 1), dtype=bool), np.array([True, False, True, True])])
def test_masks_broadcast(policy, where):
    full = np.broadcast_to(where, VALUES.shape)
    np.testing.assert_array_equal(ask(policy, VALUES, where=where).probs, ask(policy, VALUES, where=full).probs)


def test_a_schedule_may_give_an_array_of_no_axes():
    assert EpsilonGreedy(lambda step: np.where(step < 5, 1.0, 0.0))([0.0, 1.0], step=9).probs[1] == 1.0
