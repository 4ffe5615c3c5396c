"""Candidate sampling: expected losses by enumeration, proposals, derivatives, and refusals."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltzmann import Gibbs
from boltzmann.large import GibbsTree
from boltzmann.large.candidates import Alias, LogUniform, OwnSoftmax, sampled_log_loss, target_log_loss
from tests.support.frequencies import agrees, counts_of, fresh_rng

LOGITS = np.array([2.0, 1.0, 0.0, -1.0, -2.0, 0.5])
TARGET = 2
UNIFORM = -math.log(6)
# The mean over all 6^n candidates, which tests below compute; the full loss is log(sum(exp(LOGITS))) - LOGITS[2].
EXPECTED = {1: 1.802208290395, 2: 2.150818098723, 3: 2.297822052263}
FULL = 2.584697226282


def every_draw(count):
    return np.array(list(itertools.product(range(6), repeat=count)))


@pytest.mark.parametrize("count", EXPECTED)
def test_the_expected_loss_is_exact_by_enumeration(count):
    draws = every_draw(count)
    losses = sampled_log_loss(LOGITS.__getitem__, np.full(len(draws), TARGET), draws, UNIFORM)
    assert round(float(losses.mean()), 12) == EXPECTED[count]
    # By the definition, a loop for each draw.
    plain = [math.log(1 + sum(6 / count * math.exp(LOGITS[a]) for a in draw if a != TARGET)) for draw in draws.tolist()]
    np.testing.assert_allclose(losses, plain, rtol=1e-14)


def test_the_estimate_of_the_sum_is_unbiased_for_any_proposal_without_hits():
    rng = np.random.default_rng(0)
    q = rng.random(6)
    q /= q.sum()
    draws = every_draw(2)
    chances = q[draws].prod(axis=1)
    targets = np.full(len(draws), TARGET)
    sums = np.exp(sampled_log_loss(LOGITS.__getitem__, targets, draws, lambda a: np.log(q[a])) + LOGITS[TARGET])
    np.testing.assert_allclose(chances @ sums, np.exp(LOGITS).sum(), rtol=1e-13)
    with_hits = sampled_log_loss(LOGITS.__getitem__, targets, draws, lambda a: np.log(q[a]), remove_hits=False)
    twice = np.exp(LOGITS).sum() + np.exp(LOGITS[TARGET])
    np.testing.assert_allclose(chances @ np.exp(with_hits + LOGITS[TARGET]), twice, rtol=1e-13)


def test_all_actions_as_candidates_give_the_full_loss():
    loss = sampled_log_loss(LOGITS.__getitem__, TARGET, np.arange(6), UNIFORM)
    assert round(float(loss), 12) == FULL
    wide = np.array([1000.0, -1000.0, 999.0])
    loss = sampled_log_loss(wide.__getitem__, [0, 1, 2], np.arange(3), -math.log(3))
    np.testing.assert_allclose(loss, [math.log1p(math.exp(-1)), 2000.313261687518, 1.313261687518], rtol=1e-12)


def expected_slopes(count, remove_hits, probs, q):
    """The derivatives by the logits of the expected loss, with targets from probs and candidates from q."""
    draws, slopes = every_draw(count), np.zeros(6)
    chances = q[draws].prod(axis=1)
    for moved, sign in itertools.product(range(6), (1, -1)):
        logits = LOGITS + sign * 1e-5 * (np.arange(6) == moved)
        for target in range(6):
            losses = target_log_loss(
                logits.__getitem__,
                np.full(len(draws), target),
                draws,
                lambda actions: np.log(q[actions]),
                remove_hits=remove_hits,
            )
            slopes[moved] += sign * probs[target] * (chances @ losses) / 2e-5
    return slopes


def test_target_sampling_has_its_root_at_the_softmax_of_all_actions():
    probs, q = Gibbs(LOGITS).probs, np.array([0.1, 0.2, 0.3, 0.1, 0.1, 0.2])
    for count, remove_hits in [(1, False), (1, True), (2, False), (3, False)]:
        assert np.abs(expected_slopes(count, remove_hits, probs, q)).max() < 1e-9
    # Without hits the root is elsewhere for more than one candidate, and so it is for other targets.
    assert np.abs(expected_slopes(2, True, probs, q)).max() > 1e-3
    assert np.abs(expected_slopes(2, False, q, q)).max() > 1e-2


def test_target_sampling_with_uniform_candidates_is_a_softmax_over_these():
    loss = target_log_loss(LOGITS.__getitem__, 2, [0, 2, 3], lambda a: np.full(len(a), -9.0), remove_hits=True)
    np.testing.assert_allclose(loss, np.log(np.exp([0.0, 2.0, -1.0]).sum()), rtol=1e-14)


def test_bias_of_the_published_setting():
    logits = np.random.default_rng(0).normal(size=10_000)
    target = int(np.argsort(logits)[-11])
    full = float(np.log(np.exp(logits).sum()) - logits[target])
    assert round(full, 4) == 6.7233
    draws = np.random.default_rng(1).integers(10_000, size=(4000, 100))
    targets = np.full(4000, target)
    bias = sampled_log_loss(logits.__getitem__, targets, draws, -math.log(10_000)).mean() - full
    # The bias is about minus half the relative variance of the estimate of Z, (e - 1) / 200 = 0.0086, and the standard
    # error of 4000 losses of deviation 0.13 is 0.0021.
    assert abs(bias + 0.0086) < 6.2 * 0.0021
    uncorrected = sampled_log_loss(logits.__getitem__, targets, draws, None).mean() - full
    assert -4.7 < uncorrected < -4.3
    own = OwnSoftmax(Gibbs(logits, 2.0))
    fewer = own.sample(np.random.default_rng(2), (4000, 10))
    better = sampled_log_loss(logits.__getitem__, targets, fewer, own.log_q).mean() - full
    assert -0.03 < better < 0.005


def test_log_uniform_probabilities_are_the_known_ones():
    proposal = LogUniform(10_000)
    q = np.exp(proposal.log_q(np.arange(10_000)))
    assert round(float(q[0]), 11) == 0.07525668187
    np.testing.assert_allclose(q.sum(), 1, rtol=1e-12)
    np.testing.assert_allclose(q, np.log((np.arange(10_000) + 2) / (np.arange(10_000) + 1)) / np.log(10_001))


PROPOSALS = [
    LogUniform(1),
    LogUniform(20),
    Alias([1.0]),
    Alias([3.0, 0.0, 1.0, 1e-3, 7.0, 0.0]),
    Alias([1e308, 1e308, 5e307]),
    Alias([5e-324, 1e-323]),
    OwnSoftmax(Gibbs([0.0, 1.0, -np.inf, 2.0], 2.0)),
    OwnSoftmax(GibbsTree([0.0, 1.0, -np.inf, 2.0], 2.0)),
]
ACTIONS = [1, 20, 1, 6, 3, 2, 4, 4]


@pytest.mark.parametrize(("proposal", "actions"), list(zip(PROPOSALS, ACTIONS, strict=True)), ids=repr)
def test_draws_of_proposals_follow_their_probabilities(proposal, actions):
    q = np.exp(proposal.log_q(np.arange(actions)))
    np.testing.assert_allclose(q.sum(), 1, rtol=1e-12)
    draws = proposal.sample(fresh_rng(), (50, 400))
    assert draws.shape == (50, 400)
    assert agrees(counts_of(draws, actions), q)
    assert np.shape(proposal.sample(fresh_rng())) == ()


def test_candidates_from_a_tree_follow_its_values():
    tree = GibbsTree(LOGITS, 2.0)
    proposal = OwnSoftmax(tree)
    tree[5] = 30.0
    assert (proposal.sample(np.random.default_rng(0), (50,)) == 5).all()
    np.testing.assert_allclose(proposal.log_q([0, 5]), Gibbs([*LOGITS[:5], 30.0], 2.0).log_probs[[0, 5]], rtol=1e-13)


def test_the_check_of_draws_catches_a_table_without_aliases():
    weights = [3.0, 0.0, 1.0, 1e-3, 7.0, 0.0]
    proposal = Alias(weights)
    proposal._others = np.arange(6)
    assert not agrees(counts_of(proposal.sample(fresh_rng(), (20_000,)), 6), weights)


@given(weights=st.lists(st.floats(0, 1e3), min_size=1, max_size=30).filter(any))
def test_the_alias_table_holds_the_weights(weights):
    proposal, shares = Alias(weights), np.zeros(len(weights))
    np.add.at(shares, np.arange(len(weights)), proposal._thresholds / len(weights))
    np.add.at(shares, proposal._others, (1 - proposal._thresholds) / len(weights))
    np.testing.assert_allclose(shares, np.array(weights) / sum(weights), rtol=1e-9, atol=1e-15)
    assert not shares[np.array(weights) == 0].any()


def flat(actions):
    return np.zeros(np.shape(actions))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sampled_log_loss(flat, 0.5, [1], None), TypeError, "target must be whole numbers, got float64"),
        (lambda: sampled_log_loss(flat, -1, [1], None), ValueError, "target must be at least 0, got -1"),
        (lambda: sampled_log_loss(flat, 0, [], None), TypeError, "samples must be whole numbers"),
        (lambda: sampled_log_loss(flat, 0, np.zeros(0, int), None), ValueError, "samples must hold at least one"),
        (lambda: sampled_log_loss(flat, [0, 1], [[1]], None), ValueError, None),
        (lambda: sampled_log_loss(flat, 0, [1], -math.inf), ValueError, "log_q must be above -inf"),
        (lambda: sampled_log_loss(lambda a: 0.0, 0, [1], None), ValueError, r"logits of shape \(2,\), got \(\)"),
        (lambda: target_log_loss(flat, 0, [1], -1.0), TypeError, "log_q must be callable"),
        (lambda: Alias([]), ValueError, r"weights must have shape \(K,\), got \(0,\)"),
        (lambda: Alias([0.0]), ValueError, "weights must have a positive sum"),
        (lambda: Alias([1.0, -1.0]), ValueError, "weights must be finite and at least 0, got -1.0 for action 1"),
        (lambda: LogUniform(0), ValueError, "actions must be at least 1, got 0"),
        (lambda: LogUniform(5).log_q([0, 5]), ValueError, r"actions must be in \[0, 5\), got 5 in row 1"),
        (lambda: LogUniform(5).log_q(0.5), TypeError, "actions must be integers"),
        (lambda: LogUniform(5).sample(3), TypeError, "rng must be a numpy.random.Generator, got 3"),
        (lambda: OwnSoftmax(3.0), TypeError, "distribution must have sample and log_prob, got 3.0"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    if message is None:
        # One row of candidates serves both targets.
        assert call().shape == (2,)
        return
    with pytest.raises(error, match=message):
        call()
