"""Learners for bandits: a dictionary and a loop for each, from its paper; published numbers; a million rounds."""

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from agents import (
    ConstantStep,
    Exp3,
    Exp3IX,
    GradientBandit,
    GradientBanditIncludingCurrent,
    GradientBanditWithoutBaseline,
    ReinforcementComparison,
    SampleAverage,
    SampleAverageWithInitial,
    ScheduledStep,
    TsallisINF,
    tsallis_probs,
)
from boltzmann import Boltzmann, Gibbs, Greedy, Linear, Uniform
from boltzmann.notation import Expression
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.streams import allowed_transitions, masked, prepared, random_transitions

WIDE = {"lowest_reward": -10.0, "highest_reward": 10.0}


def softmax(values):
    """The oracle's own: over the entries of a dictionary."""
    weights = {key: math.exp(value) for key, value in values.items()}
    return {key: weight / sum(weights.values()) for key, weight in weights.items()}


def average_of(rewards, initial):
    return math.fsum(rewards) / len(rewards) if rewards else initial


def recency_weighted(rewards, initial, step_size):
    value = initial
    for n, reward in enumerate(rewards):
        size = step_size(n)
        value = (1 - size) * value + size * reward
    return value


@pytest.mark.parametrize(
    ("learner", "oracle"),
    [
        (SampleAverage(Uniform(), initial_value=2.5), lambda rewards: average_of(rewards, 2.5)),
        (SampleAverageWithInitial(Uniform(), initial_value=2.5), lambda rewards: average_of([2.5, *rewards], 2.5)),
        (ConstantStep(Uniform(), step_size=0.3), lambda rewards: recency_weighted(rewards, 0.0, lambda n: 0.3)),
        (
            ScheduledStep(Uniform(), step_size=Linear(1.0, 0.2, 8), initial_value=2.5),
            lambda rewards: recency_weighted(rewards, 2.5, lambda n: max(1.0 - 0.1 * n, 0.2)),
        ),
        (ScheduledStep(Uniform()), lambda rewards: average_of(rewards, 0.0)),
    ],
    ids=lambda value: repr(value) if isinstance(value, Expression) else "",
)
def test_averages_are_those_of_what_each_arm_paid(learner, oracle):
    agent, brought = prepared(learner), defaultdict(list)
    for states, actions, rewards, *rest in random_transitions(np.random.default_rng(5), 200, 3, 4, 3):
        agent.update(states, actions, rewards, *rest)
        for row, place in enumerate(zip(states, actions, strict=True)):
            brought[row, int(place[0]), int(place[1])].append(rewards[row])
    assert len(brought) == 36
    for place, rewards in brought.items():
        assert agent.values[place] == pytest.approx(oracle(rewards), rel=1e-11)
        assert agent.visits[place] == len(rewards)


@dataclass(frozen=True, repr=False)
class Curious(Expression):
    """A policy that reads variances, and notes what it was told."""

    reads = frozenset({"visits", "variances"})
    told = []  # noqa: RUF012 (shared on purpose: the policy is copied)

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None):
        self.told.append(variances)
        return Gibbs(values, 1.0, where=where)


@pytest.mark.parametrize("kind", [SampleAverage, SampleAverageWithInitial, ConstantStep, ScheduledStep])
def test_who_reads_variances_is_told_those_of_the_rewards(kind):
    agent, brought = prepared(kind(Curious(), initial_value=3.0)), defaultdict(list)
    for states, actions, rewards, *rest in random_transitions(np.random.default_rng(5), 150, 3, 2, 3):
        # Far from 0, where the difference of two large sums would lose everything.
        agent.update(states, actions, rewards + 1e6, *rest)
        for row, place in enumerate(zip(states, actions, strict=True)):
            brought[row, int(place[0]), int(place[1])].append(rewards[row])
    agent.act([1, 1, 1])
    for row in range(3):
        expected = [np.var(brought[row, 1, arm]) for arm in range(3)]
        np.testing.assert_allclose(Curious.told[-1][row], expected, rtol=1e-6)
    agent.act([3, 3, 3])  # never seen
    np.testing.assert_array_equal(Curious.told[-1], np.zeros((3, 3)))


def test_who_does_not_read_variances_does_not_pay_for_them():
    seen = {}

    class Plain:
        def __call__(self, values, **told):
            seen.update(told)
            return Gibbs(values, 1.0)

    agent = prepared(SampleAverage(Plain()))
    agent.act([0, 0, 0])
    assert set(seen) == {"step", "visits", "where"}
    assert agent._variances is None


@pytest.mark.parametrize(
    ("learner", "baseline"),
    [
        (GradientBandit(step_size=0.3), lambda past, reward: average_of(past, 0.0)),
        (GradientBanditIncludingCurrent(step_size=0.3), lambda past, reward: average_of([*past, reward], 0.0)),
        (GradientBanditWithoutBaseline(step_size=0.3), lambda past, reward: 0.0),
    ],
    ids=lambda value: repr(value) if isinstance(value, Expression) else "",
)
def test_gradient_bandits_follow_equation_2_12(learner, baseline):
    agent, rng = prepared(learner), np.random.default_rng(8)
    mask = masked(agent, rng)
    preferences, past = defaultdict(float), defaultdict(list)
    for transition in allowed_transitions(rng, mask, 120):
        agent.update(*transition)
        for row, (s, a, reward, *_) in enumerate(zip(*transition, strict=True)):
            probs = softmax({b: preferences[row, s, b] for b in range(3) if mask[row, s, b]})
            advantage = 0.3 * (reward - baseline(past[row, s], reward))
            for b, probability in probs.items():
                preferences[row, s, b] += advantage * ((b == a) - probability)
            past[row, s].append(reward)
    for place, preference in preferences.items():
        assert agent.values[place] == pytest.approx(preference, rel=1e-9, abs=1e-11)


def test_reinforcement_comparison_is_the_book_s_rule():
    agent = prepared(ReinforcementComparison(step_size=0.2, reference_step_size=0.4, initial_reference=1.0))
    preferences, references = defaultdict(float), defaultdict(lambda: 1.0)
    for transition in random_transitions(np.random.default_rng(9), 120, 3, 4, 3):
        agent.update(*transition)
        for row, (s, a, reward, *_) in enumerate(zip(*transition, strict=True)):
            preferences[row, s, a] += 0.2 * (reward - references[row, s])
            references[row, s] += 0.4 * (reward - references[row, s])
    for place, preference in preferences.items():
        assert agent.values[place] == pytest.approx(preference, rel=1e-11)


def exp3(estimates, count):
    weights = softmax({b: 0.3 * total / len(estimates) for b, total in estimates.items()})
    return {b: 0.7 * weight + 0.3 / len(estimates) for b, weight in weights.items()}


def exp3_ix(estimates, count):
    eta = math.sqrt(math.log(3) / (3 * (count + 1)))
    return softmax({b: eta * total for b, total in estimates.items()})


def tsallis(estimates, count):
    # x by bisection, where the learner uses Newton's method.
    eta, losses = 2 / math.sqrt(count + 1), [-total for total in estimates.values()]
    least = min(losses)
    x = brentq(lambda x: sum(4 / (eta * (loss - x)) ** 2 for loss in losses) - 1, least - 9 / eta, least - 1e-9)
    return {b: 4 / (eta * (-total - x)) ** 2 for b, total in estimates.items()}


@pytest.mark.parametrize(
    ("learner", "law", "credit"),
    [
        (Exp3(exploration=0.3, **WIDE), exp3, lambda gain, p, count: gain / p),
        (
            Exp3IX(**WIDE),
            exp3_ix,
            lambda gain, p, count: (gain - 1) / (p + math.sqrt(math.log(3) / (3 * (count + 1))) / 2),
        ),
        (TsallisINF(**WIDE), tsallis, lambda gain, p, count: (gain - 1) / p),
    ],
    ids=lambda value: repr(value) if isinstance(value, Expression) else "",
)
def test_adversarial_learners_credit_by_probability(learner, law, credit):
    agent, rng = prepared(learner), np.random.default_rng(10)
    mask = masked(agent, rng)
    estimates, counts = defaultdict(float), defaultdict(int)
    for states, _, *rest in random_transitions(rng, 100, 3, 4, 3):
        # Its own draws: arms of small probability that are pulled all the same make estimates without bound.
        transition = (states, agent.act(states, where=mask[np.arange(3), states]).actions, *rest)
        agent.update(*transition)
        for row, (s, a, reward, *_) in enumerate(zip(*transition, strict=True)):
            known = {b: estimates[row, s, b] for b in range(3) if mask[row, s, b]}
            probability = law(known, counts[row, s])[a]
            estimates[row, s, a] += credit((reward + 10) / 20, probability, counts[row, s])
            counts[row, s] += 1
    for place, estimate in estimates.items():
        assert agent.values[place] == pytest.approx(estimate, rel=1e-8, abs=1e-9)
    for s in range(4):
        acted = agent.act([s] * 3, where=mask[:, s]).distribution.probs
        for row in range(3):
            known = {b: estimates[row, s, b] for b in range(3) if mask[row, s, b]}
            for b, probability in law(known, counts[row, s]).items():
                assert acted[row, b] == pytest.approx(probability, rel=1e-8)
            assert not acted[row, ~mask[row, s]].any()


@pytest.mark.parametrize(
    ("learner", "scale"),
    [(Exp3(exploration=0.3), 20.0), (Exp3IX(step_size=0.5), 1.0), (TsallisINF(), 1.0), (GradientBandit(), 1.0)],
)
def test_what_acts_is_drawn_from_what_is_told(learner, scale):
    agent = prepared(learner, num_envs=20_000, states=1, actions=4)
    agent._rng = fresh_rng()
    agent.values[:] = scale * np.array([0.0, -0.5, 1.0, -3.0])
    decision = agent.act(np.zeros(20_000, dtype=np.int64))
    counts, probs = counts_of(decision.actions, 4), decision.distribution.probs[0]
    assert agrees(counts, probs)
    # A sampler that forgets to explore, or flattens what it should not, is caught.
    assert not agrees(counts, 0.8 * probs + 0.2 * (probs == probs.max()))
    assert not agrees(counts, 0.8 * probs + 0.2 / 4)


def test_tsallis_probabilities_are_the_known_ones():
    # scipy.optimize.brentq of sum 4 / (L - x)^2 = 1 in mpmath's 30 digits.
    expected = [0.57286656, 0.30149346, 0.12563998]
    np.testing.assert_allclose(tsallis_probs([0.0, 1.0, 3.0]), expected, atol=5e-9)
    agent = prepared(TsallisINF(step_size=1.0), num_envs=1, states=1)
    agent.values[:] = [0.0, -1.0, -3.0]
    np.testing.assert_allclose(agent.act([0]).distribution.probs[0], expected, atol=5e-9)


@given(
    losses=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8),
    step_size=st.floats(0, 1e3),
    shift=st.sampled_from([0.0, 1.0, -1e3]),
)
def test_tsallis_probabilities_solve_their_equation(losses, step_size, shift):
    probs = tsallis_probs(losses, step_size)
    assert probs.sum() == pytest.approx(1, rel=1e-14)
    assert (probs > 0).all()
    # 2 / sqrt(p) = step_size (L - x): differences of losses, and x falls out.
    distances = step_size * (np.asarray(losses) - min(losses))
    np.testing.assert_allclose(2 / np.sqrt(probs) - 2 / np.sqrt(probs.max()), distances, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(tsallis_probs(np.asarray(losses) + shift, step_size), probs, rtol=1e-6)


def test_tsallis_refuses_what_has_no_answer():
    with pytest.raises(ValueError, match="losses must be finite, got nan for action 1"):
        tsallis_probs([0.0, math.nan])
    with pytest.raises(ValueError, match=r"step_size must be finite and at least 0, got -1\.0 in row 1"):
        tsallis_probs([[0.0, 1.0]] * 2, [1.0, -1.0])
    with pytest.raises(ValueError, match="at least one action must be allowed, got none in row 1"):
        tsallis_probs([[0.0, 1.0]] * 2, where=[[True, True], [False, False]])
    np.testing.assert_array_equal(tsallis_probs([math.nan, 1.0], where=[False, True]), [0.0, 1.0])


@pytest.mark.parametrize("learner", [Exp3(), Exp3IX(), TsallisINF()])
def test_adversarial_learners_refuse_rewards_they_have_no_place_for(learner):
    agent = prepared(learner, num_envs=2)
    with pytest.raises(ValueError, match=r"rewards must be in \[0, 1\], got 1.5 in row 1"):
        agent.update([0, 0], [0, 0], [0.5, 1.5], [0, 0], [False] * 2, [False] * 2)
    agent.act([0, 0], where=np.array([[True, True, True], [False, True, True]]))
    with pytest.raises(ValueError, match="actions must have a probability above 0, got 0 in row 1"):
        agent.update([0, 0], [0, 0], [0.5, 0.5], [0, 0], [False] * 2, [False] * 2)
    assert not agent.values.any()
    assert not agent.visits.any()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Exp3(exploration=0.0), ValueError, r"exploration must be in \(0, 1\]"),
        (lambda: Exp3(lowest_reward=1.0), ValueError, "highest_reward must be above lowest_reward=1.0, got 1.0"),
        (lambda: Exp3(highest_reward=5e-324), ValueError, "highest_reward must be above lowest_reward=0.0, got 5e-324"),
        (lambda: Exp3IX(step_size=0.0), ValueError, "step_size must be in"),
        (lambda: TsallisINF(step_size=-1.0), ValueError, "step_size must be in"),
        (lambda: TsallisINF(highest_reward=math.inf), ValueError, "highest_reward must be in"),
        (lambda: GradientBandit(step_size=math.inf), ValueError, "step_size must be in"),
        (lambda: ReinforcementComparison(reference_step_size=2.0), ValueError, "reference_step_size must be in"),
        (lambda: ConstantStep(Greedy(), step_size=0.0), ValueError, "step_size must be in"),
        (lambda: SampleAverageWithInitial(Greedy(), initial_value=math.nan), ValueError, "initial_value must be in"),
        (lambda: ScheduledStep(Greedy(), step_size=0.1), TypeError, "try ConstantStep"),
    ],
)
def test_wrong_parameters_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_step_size_that_leaves_its_bounds_is_refused_before_anything_is_learnt():
    agent = prepared(ScheduledStep(Boltzmann(1.0), step_size=Linear(0.5, 1.5, 2)), num_envs=2)
    # 0.5 and 1.0 are good; the third of one arm is not.
    for actions in ([0, 1], [0, 1]):
        agent.update([0, 0], actions, [1.0, 1.0], [0, 0], [False] * 2, [False] * 2)
    before = agent.values.copy(), agent.visits.copy()
    with pytest.raises(ValueError, match=r"step_size must be in \[0, 1\], got 1\.5 in row 1"):
        agent.update([0, 0], [2, 1], [1.0, 1.0], [0, 0], [False] * 2, [False] * 2)
    np.testing.assert_array_equal(agent.values, before[0])
    np.testing.assert_array_equal(agent.visits, before[1])


ADVERSARIAL = [Exp3(exploration=0.1), Exp3IX(), TsallisINF()]


def best_of_the_last(agent, rounds, last):
    """How often the better of two arms, which pays 1 where the other pays 0, is pulled in the last rounds."""
    nothing, zeros = np.zeros(len(agent.values), dtype=bool), np.zeros(len(agent.values), dtype=np.int64)
    best = 0.0
    for round_ in range(rounds):
        actions = agent.act(zeros).actions
        agent.update(zeros, actions, (actions == 1) * 1.0, zeros, nothing, nothing)
        best += (actions == 1).mean() if round_ >= rounds - last else 0.0
    assert np.isfinite(agent.values).all()
    return best / last


@pytest.mark.parametrize("learner", ADVERSARIAL)
def test_after_a_million_rounds_nothing_overflows(learner):
    # What a million rounds leave, and far more: estimates are sums, each term at most K / exploration for Exp3.
    agent = prepared(learner, num_envs=200, states=1, actions=2)
    agent.values[:] = [-1e9, 1e9]
    agent.visits[:] = [10**4, 10**6]
    # 5 % of Exp3's pulls go to the other arm, 1000 draws a round apart: 0.95 +- 0.007, six times over.
    assert best_of_the_last(agent, 5, 5) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("learner", ADVERSARIAL)
def test_beyond_where_a_product_of_weights_overflows_the_best_arm_is_found(learner):
    # The textbook's product of exponentials overflows within 15 791 rounds.
    assert best_of_the_last(prepared(learner, num_envs=4, states=1, actions=2), 40_000, 1000) > 0.9
