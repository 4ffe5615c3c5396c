"""Gradient bandits and reinforcement comparison against the equations of their book."""

from collections import defaultdict

import numpy as np
import pytest

from agents import (
    GradientBandit,
    GradientBanditIncludingCurrent,
    GradientBanditWithoutBaseline,
    ReinforcementComparison,
)
from boltzmann import Transition
from tests.support.oracles import average_of, named, softmax
from tests.support.streams import allowed_transitions, masked, prepared, random_transitions


@pytest.mark.parametrize(
    ("learner", "baseline"),
    [
        (GradientBandit(step_size=0.3), lambda past, reward: average_of(past, 0.0)),
        (GradientBanditIncludingCurrent(step_size=0.3), lambda past, reward: average_of([*past, reward], 0.0)),
        (GradientBanditWithoutBaseline(step_size=0.3), lambda past, reward: 0.0),
    ],
    ids=named,
)
def test_gradient_bandits_follow_equation_2_12(learner, baseline):
    agent, rng = prepared(learner), np.random.default_rng(8)
    mask = masked(agent, rng)
    preferences, past = defaultdict(float), defaultdict(list)
    for transition in allowed_transitions(rng, mask, 120):
        agent.update(Transition(*transition))
        for row, (s, a, reward, *_) in enumerate(zip(*transition, strict=True)):
            probs = softmax({b: preferences[row, s, b] for b in range(3) if mask[row, s, b]})
            advantage = 0.3 * (reward - baseline(past[row, s], reward))
            for b, probability in probs.items():
                preferences[row, s, b] += advantage * ((b == a) - probability)
            past[row, s].append(reward)
    for entry, preference in preferences.items():
        assert agent.values[entry] == pytest.approx(preference, rel=1e-9, abs=1e-11)


def test_reinforcement_comparison_follows_the_rule_of_the_book():
    agent = prepared(ReinforcementComparison(step_size=0.2, reference_step_size=0.4, initial_reference=1.0))
    preferences, references = defaultdict(float), defaultdict(lambda: 1.0)
    for transition in random_transitions(np.random.default_rng(9), 120, 3, 4, 3):
        agent.update(Transition(*transition))
        for row, (s, a, reward, *_) in enumerate(zip(*transition, strict=True)):
            preferences[row, s, a] += 0.2 * (reward - references[row, s])
            references[row, s] += 0.4 * (reward - references[row, s])
    for entry, preference in preferences.items():
        assert agent.values[entry] == pytest.approx(preference, rel=1e-11)


def test_the_probabilities_are_those_of_the_act_where_the_same_state_has_another_mask_next():
    agent = prepared(GradientBanditWithoutBaseline(step_size=1.0), num_envs=1, states=1, actions=3)
    agent.act([0], where=[[1, 1, 0]])
    agent.update(Transition([0], [0], [1.0], [0], [False], [False], [[1, 0, 1]]))
    np.testing.assert_array_equal(agent.values[:, 0], [[0.5, -0.5, 0.0]])
    np.testing.assert_array_equal(agent.allowed[:, 0], [[True, False, True]])
