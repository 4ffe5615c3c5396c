"""Exploration rates of states: held by the learner, updated by the policy from the changes of values."""

import math
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import pytest

from agents import (
    DoubleQ,
    ExpectedSarsa,
    QLambda,
    QLearning,
    SampleAverage,
    Sarsa,
    SpeedyQ,
)
from boltzmann import EpsilonGreedy, Greedy, InverseTime, Transition
from boltzmann.notation import Expression
from tests.support.oracles import named
from tests.support.streams import allowed_transitions, masked, prepared


@dataclass(frozen=True, repr=False)
class Curious(Expression):
    """A stand-in for exploration by value differences: one rate a state, updated from the changes of its values."""

    reads = frozenset({"epsilons"})
    initial_epsilon: float = 1.0
    epsilons_seen = []  # noqa: RUF012 (shared on purpose: the policy is copied)

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None, epsilons=None):
        self.epsilons_seen.append(np.array(epsilons))
        return EpsilonGreedy(0.5)(values, where=where)

    def next_epsilons(self, epsilons, value_changes, actions_allowed):
        weight = 1 / actions_allowed
        return weight * np.tanh(np.abs(value_changes)) + (1 - weight) * epsilons


@pytest.mark.parametrize(
    "learner",
    [kind(Curious()) for kind in (SampleAverage, QLearning, Sarsa, ExpectedSarsa, DoubleQ)]
    + [QLambda(Curious(), trace_decay=0.0)],
    ids=named,
)
def test_exploration_rates_are_stored_by_state_and_updated_from_the_changes(learner):
    agent, rng = prepared(learner), np.random.default_rng(16)
    assert agent.epsilons.shape == (3, 4)
    mask = masked(agent, rng)
    oracle = defaultdict(lambda: 1.0)
    for states, actions, *rest in allowed_transitions(rng, mask, 40):
        before = agent.values[np.arange(3), states, actions].copy()
        agent.update(Transition(states, actions, *rest))
        changes = agent.values[np.arange(3), states, actions] - before
        for row, (s, change) in enumerate(zip(states, changes, strict=True)):
            weight = 1 / mask[row, s].sum()
            oracle[row, int(s)] = weight * math.tanh(abs(change)) + (1 - weight) * oracle[row, int(s)]
    for (row, s), epsilon in oracle.items():
        assert agent.epsilons[row, s] == pytest.approx(epsilon, rel=1e-9)
    states = np.array([1, 2, 3])
    agent.act(states, where=mask[np.arange(3), states])
    np.testing.assert_array_equal(Curious.epsilons_seen[-1], agent.epsilons[np.arange(3), states])
    assert repr(agent) == repr(learner)
    assert prepared(replace(agent, policy=Greedy())).epsilons is None


def test_speedy_q_updates_the_rates_of_all_states_of_a_round():
    states_met = ([0, 0, 2], [3, 1, 1], [0, 1, 2], [1, 1, 0], [2, 0, 3])
    actions_taken = ([0, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0], [0, 1, 0])
    agent = prepared(SpeedyQ(Curious(), round_length=5, step_size=InverseTime(0.5, 0.0)))
    before = agent.values.copy()
    for states, actions in zip(states_met, actions_taken, strict=True):
        assert (agent.epsilons == 1).all()
        agent.update(Transition(states, actions, [1.0, -2.0, 3.0], [1, 1, 1], [True] * 3, [False] * 3))
    changes, rates = agent.values - before, np.ones(agent.epsilons.shape)
    for row, state, action in np.argwhere(agent.rounds > 0):
        weight = 1 / agent.values.shape[-1]
        rates[row, state] = weight * np.tanh(abs(changes[row, state, action])) + (1 - weight) * rates[row, state]
    np.testing.assert_allclose(agent.epsilons, rates, rtol=1e-12)
    assert (agent.epsilons < 1).sum() > 6
