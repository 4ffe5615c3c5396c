"""What an agent hands back: computed when asked for, of what acted, whatever the learner does afterwards."""

import numpy as np
import pytest

from agents import Decision, GradientBandit, QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Linear, Transition
from tests.support.streams import prepared

VALUES = np.array([[0.0, 1.0, 2.0], [3.0, 3.0, 1.0], [5.0, 4.0, 4.0]])
MASK = np.array([[True, True, False], [True, True, True], [False, True, True]])


def decision_of(policy, actions, where=None):
    return Decision(np.array(actions), policy(VALUES, step=1, where=where), VALUES, where)


def test_a_decision_is_greedy_where_the_action_has_a_largest_allowed_value():
    np.testing.assert_array_equal(decision_of(Boltzmann(1.0), [2, 1, 1]).greedy, [True, True, False])
    np.testing.assert_array_equal(decision_of(Boltzmann(1.0), [1, 2, 2], MASK).greedy, [True, False, True])


def test_log_probability_entropy_and_temperature_are_those_of_the_distribution():
    decision = decision_of(Boltzmann(Linear(1.0, 0.0, 4)), [0, 1, 2], MASK)
    probs = decision.distribution.probs
    np.testing.assert_allclose(decision.log_prob, np.log(probs[[0, 1, 2], [0, 1, 2]]))
    terms = np.where(probs > 0, probs * np.log(np.where(probs > 0, probs, 1.0)), 0.0)
    np.testing.assert_allclose(decision.entropy, -terms.sum(axis=-1))
    np.testing.assert_array_equal(decision.temperature, [0.75] * 3)
    assert np.isnan(decision_of(EpsilonGreedy(0.1), [0, 0, 0]).temperature).all()


def test_quantities_are_computed_only_on_request():
    class Silent:
        def __getattr__(self, name):
            raise AssertionError(f"{name} was asked for")

    decision = Decision(np.array([0, 1, 2]), Silent(), VALUES)
    assert decision.greedy.tolist() == [False, True, False]
    with pytest.raises(AssertionError, match="log_prob was asked for"):
        decision.log_prob  # noqa: B018
    assert "greedy" in vars(decision)


@pytest.mark.parametrize("learner", [SampleAverage(Boltzmann(0.5)), QLearning(Boltzmann(0.5)), GradientBandit()])
def test_later_learning_does_not_change_a_decision(learner):
    agent = prepared(learner, num_envs=50, states=1)
    agent.values[:, 0] = np.random.default_rng(1).normal(size=(50, 3))
    zeros, no = np.zeros(50, dtype=np.int64), np.zeros(50, dtype=bool)
    decision = agent.act(zeros)
    held = agent.values[:, 0].copy()
    for _ in range(3):
        agent.update(Transition(zeros, zeros, np.full(50, 9.0), zeros, no, no))
    np.testing.assert_array_equal(decision.values, held)
    np.testing.assert_array_equal(decision.greedy, decision.actions == held.argmax(axis=-1))
    expected = np.take_along_axis(decision.distribution.probs, decision.actions[:, np.newaxis], axis=-1)[:, 0]
    np.testing.assert_allclose(np.exp(decision.log_prob), expected)
