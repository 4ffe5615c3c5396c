"""Exp3, Exp3-IX and Tsallis-INF against a loop from each paper; a million rounds."""

import math
from collections import defaultdict

import numpy as np
import pytest
from scipy.optimize import brentq

from agents import (
    Exp3,
    Exp3IX,
    GradientBandit,
    TsallisINF,
)
from boltzmann import Transition
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.oracles import named, softmax
from tests.support.streams import masked, prepared, random_transitions

WIDE = {"lowest_reward": -10.0, "highest_reward": 10.0}


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
    ids=named,
)
def test_adversarial_learners_credit_by_probability(learner, law, credit):
    agent, rng = prepared(learner), np.random.default_rng(10)
    mask = masked(agent, rng)
    estimates, counts = defaultdict(float), defaultdict(int)
    for states, _, *rest in random_transitions(rng, 100, 3, 4, 3):
        # The test draws the arms itself: pulling arms of small probability makes estimates without bound.
        transition = (states, agent.act(states, where=mask[np.arange(3), states]).actions, *rest)
        agent.update(Transition(*transition))
        for row, (s, a, reward, *_) in enumerate(zip(*transition, strict=True)):
            known = {b: estimates[row, s, b] for b in range(3) if mask[row, s, b]}
            probability = law(known, counts[row, s])[a]
            estimates[row, s, a] += credit((reward + 10) / 20, probability, counts[row, s])
            counts[row, s] += 1
    for entry, estimate in estimates.items():
        assert agent.values[entry] == pytest.approx(estimate, rel=1e-8, abs=1e-9)
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
def test_actions_are_drawn_from_the_reported_probabilities(learner, scale):
    agent = prepared(learner, num_envs=20_000, states=1, actions=4)
    agent._rng = fresh_rng()
    agent.values[:] = scale * np.array([0.0, -0.5, 1.0, -3.0])
    decision = agent.act(np.zeros(20_000, dtype=np.int64))
    counts, probs = counts_of(decision.actions, 4), decision.distribution.probs[0]
    assert agrees(counts, probs)
    # Planted faults: a sampler that forgets to explore, and one that flattens the probabilities.
    assert not agrees(counts, 0.8 * probs + 0.2 * (probs == probs.max()))
    assert not agrees(counts, 0.8 * probs + 0.2 / 4)


@pytest.mark.parametrize("learner", [Exp3(), Exp3IX(), TsallisINF()])
def test_adversarial_learners_refuse_rewards_outside_their_range(learner):
    agent = prepared(learner, num_envs=2)
    with pytest.raises(ValueError, match=r"rewards must be in \[0, 1\], got 1.5 in row 1"):
        agent.update(Transition([0, 0], [0, 0], [0.5, 1.5], [0, 0], [False] * 2, [False] * 2))
    agent.act([0, 0], where=np.array([[True, True, True], [False, True, True]]))
    with pytest.raises(ValueError, match="actions must have a probability above 0, got 0 in row 1"):
        agent.update(Transition([0, 0], [0, 0], [0.5, 0.5], [0, 0], [False] * 2, [False] * 2))
    assert not agent.values.any()
    assert not agent.visits.any()


ADVERSARIAL = [Exp3(exploration=0.1), Exp3IX(), TsallisINF()]


def best_of_the_last(agent, rounds, last):
    """How often the better of two arms, which pays 1 where the other pays 0, is pulled in the last rounds."""
    nothing, zeros = np.zeros(len(agent.values), dtype=bool), np.zeros(len(agent.values), dtype=np.int64)
    best = 0.0
    for round_ in range(rounds):
        actions = agent.act(zeros).actions
        agent.update(Transition(zeros, actions, (actions == 1) * 1.0, zeros, nothing, nothing))
        best += (actions == 1).mean() if round_ >= rounds - last else 0.0
    assert np.isfinite(agent.values).all()
    return best / last


@pytest.mark.parametrize("learner", ADVERSARIAL)
def test_after_a_million_rounds_nothing_overflows(learner):
    # Estimates after a million rounds, and far larger ones: each term of the sum is at most K / exploration for Exp3.
    agent = prepared(learner, num_envs=200, states=1, actions=2)
    agent.values[:] = [-1e9, 1e9]
    agent.visits[:] = [10**4, 10**6]
    # 5 % of Exp3's pulls go to the other arm, 1000 draws a round apart: 0.95 +- 0.007, six times over.
    assert best_of_the_last(agent, 5, 5) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("learner", ADVERSARIAL)
def test_beyond_where_a_product_of_weights_overflows_the_best_arm_is_found(learner):
    # The product of exponentials in the textbook overflows within 15 791 rounds.
    assert best_of_the_last(prepared(learner, num_envs=4, states=1, actions=2), 40_000, 1000) > 0.9


def test_the_credit_is_that_of_the_act_where_the_same_state_has_another_mask_next():
    agent = prepared(Exp3(exploration=1.0), num_envs=1, states=1, actions=3)
    agent.act([0], where=[[1, 1, 0]])
    agent.update(Transition([0], [1], [1.0], [0], [False], [False], [[1, 0, 1]]))
    np.testing.assert_array_equal(agent.values[:, 0], [[0.0, 2.0, 0.0]])
