"""Untaken actions come first, whatever the other policy would do with the initial values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import envs
from agents import SampleAverage
from boltzmann import (
    UCB1,
    VDBE,
    Boltzmann,
    EntropyTarget,
    GaussianThompson,
    Gibbs,
    KLBoltzmann,
    RangeScaled,
    Sparsemax,
    StandardError,
    UntakenFirst,
)
from boltzmann.experiments.engine import rollout
from tests.support.frequencies import agrees, counts_of, fresh_rng

# One policy of each kind; the contract tests walk all of them in rows without untaken actions.
KINDS = [
    Boltzmann(RangeScaled(0.1)),
    Boltzmann(EntropyTarget(0.5)),
    Sparsemax(0.5),
    UCB1(),
    StandardError(),
    GaussianThompson(1.0),
    VDBE(1.0, initial_epsilon=0.3),
]


@pytest.mark.parametrize("policy", KINDS, ids=repr)
@given(
    values=arrays(np.float64, (3, 4), elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 2))),
    visits=arrays(np.int64, (3, 4), elements=st.integers(0, 2)),
    where=arrays(np.bool_, (3, 4)),
)
def test_rows_with_untaken_actions_are_uniform_over_them_and_others_the_policys(policy, values, visits, where):
    where[:, 0] = True
    variances = np.full(values.shape, 0.25)
    inputs = {"step": 3, "visits": visits, "where": where, "variances": variances}
    found, own = UntakenFirst(policy)(values, **inputs), policy(values, **inputs)
    untaken = where & (visits == 0)
    for row in range(3):
        count = untaken[row].sum()
        expected = untaken[row] / count if count else own.probs[row]
        np.testing.assert_allclose(found.probs[row], expected, rtol=1e-9, atol=1e-12)
    greedy = where & (values == np.where(where, values, -np.inf).max(axis=-1, keepdims=True))
    np.testing.assert_allclose(found.greedy_probability, (found.probs * greedy).sum(axis=-1), rtol=1e-9)
    np.testing.assert_allclose(found.exploration_probability, 1 - found.greedy_probability, atol=1e-9)
    np.testing.assert_array_equal(found.log_prob(np.zeros(3, dtype=int)), found.log_probs[:, 0])


def test_it_draws_the_untaken_actions_alone_and_alike():
    for policy in (Boltzmann(0.1), GaussianThompson(1.0)):
        distribution = UntakenFirst(policy)([9.0, 5.0, 0.0, 7.0], visits=[1, 0, 0, 0], where=[1, 1, 1, 0])
        counts = counts_of(distribution.sample(fresh_rng(), (20_000,)), 4)
        assert agrees(counts, [0.0, 0.5, 0.5, 0.0])
        assert not agrees(counts, [0.0, 0.45, 0.55, 0.0])


def test_a_prior_keeps_its_weights_among_the_untaken():
    policy = UntakenFirst(KLBoltzmann((0.5, 0.25, 0.75), 0.1))
    np.testing.assert_allclose(policy([9.0, 0.0, 1.0], visits=[1, 0, 0]).probs, [0.0, 0.25, 0.75])


def test_once_all_are_taken_the_distribution_is_the_policys_own():
    values, visits = [0.0, 1.0], [1, 1]
    assert isinstance(UntakenFirst(Boltzmann(0.1))(values, visits=visits), Gibbs)
    assert UntakenFirst(Boltzmann(0.1)).reads == {"visits"}
    assert UntakenFirst(StandardError()).reads == {"visits", "variances"}
    assert UntakenFirst(StandardError()).of_returns == UntakenFirst(StandardError().of_returns)
    assert not hasattr(UntakenFirst(Boltzmann(0.1)), "initial_epsilon")
    assert UntakenFirst(VDBE(1.0, initial_epsilon=0.4)).initial_epsilon == 0.4


def test_rewards_far_above_the_initial_values_no_longer_lead_astray():
    gaps = []
    for policy in (Boltzmann(RangeScaled(0.1)), UntakenFirst(Boltzmann(RangeScaled(0.1)))):
        env = envs.make("boltzmann/GaussianBandit-v0", 200, mean=1000.0)
        record = rollout(env, SampleAverage(policy), np.array([300]), list(range(200)), fresh_rng(), engine="lockstep")
        gaps.append(record.arrays["gap"].mean())
    # Uniform exploration loses 1.54 a step on average.
    assert gaps[0] > 1.2
    assert gaps[1] < 0.6


@pytest.mark.parametrize("wrong", [0.1, Boltzmann, None])
def test_only_a_policy_is_wrapped(wrong):
    with pytest.raises(TypeError, match="policy must be a policy, such as Boltzmann"):
        UntakenFirst(wrong)


def test_visits_are_needed():
    with pytest.raises(ValueError, match="visits must be given"):
        UntakenFirst(Boltzmann(0.1))([0.0, 1.0])
