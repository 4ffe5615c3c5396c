"""Averages of rewards against a list of rewards for each arm, and variances for the policies that read them."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest

from agents import (
    ConstantStep,
    SampleAverage,
    SampleAverageWithInitial,
    ScheduledStep,
)
from boltzmann import Boltzmann, Gibbs, Linear, Transition, Uniform
from boltzmann.notation import Expression
from tests.support.oracles import average_of, named
from tests.support.streams import prepared, random_transitions


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
    ids=named,
)
def test_averages_are_those_of_the_rewards_of_each_arm(learner, oracle):
    agent, brought = prepared(learner), defaultdict(list)
    for states, actions, rewards, *rest in random_transitions(np.random.default_rng(5), 200, 3, 4, 3):
        agent.update(Transition(states, actions, rewards, *rest))
        for row, pair in enumerate(zip(states, actions, strict=True)):
            brought[row, int(pair[0]), int(pair[1])].append(rewards[row])
    assert len(brought) == 36
    for pair, rewards in brought.items():
        assert agent.values[pair] == pytest.approx(oracle(rewards), rel=1e-11)
        assert agent.visits[pair] == len(rewards)


@dataclass(frozen=True, repr=False)
class Curious(Expression):
    """A policy that reads variances and records them."""

    reads = frozenset({"visits", "variances"})
    variances_seen = []  # noqa: RUF012 (shared on purpose: the policy is copied)

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None):
        self.variances_seen.append(variances)
        return Gibbs(values, 1.0, where=where)


@pytest.mark.parametrize("kind", [SampleAverage, SampleAverageWithInitial, ScheduledStep])
def test_a_policy_that_reads_variances_gets_those_of_the_rewards(kind):
    agent, brought = prepared(kind(Curious(), initial_value=3.0)), defaultdict(list)
    for states, actions, rewards, *rest in random_transitions(np.random.default_rng(5), 150, 3, 2, 3):
        # Rewards far from 0: the difference of two large sums would lose all digits there.
        agent.update(Transition(states, actions, rewards + 1e6, *rest))
        for row, pair in enumerate(zip(states, actions, strict=True)):
            brought[row, int(pair[0]), int(pair[1])].append(rewards[row])
    agent.act([1, 1, 1])
    for row in range(3):
        expected = [np.var(brought[row, 1, arm]) for arm in range(3)]
        np.testing.assert_allclose(Curious.variances_seen[-1][row], expected, rtol=1e-6)
    agent.act([3, 3, 3])  # never seen
    np.testing.assert_array_equal(Curious.variances_seen[-1], np.zeros((3, 3)))


def test_no_variances_are_stored_for_a_policy_that_does_not_read_them():
    seen = {}

    class Plain:
        def __call__(self, values, **inputs):
            seen.update(inputs)
            return Gibbs(values, 1.0)

    agent = prepared(SampleAverage(Plain()))
    agent.act([0, 0, 0])
    assert set(seen) == {"step", "visits", "where"}
    assert agent._variances is None


def test_a_step_size_that_leaves_its_bounds_is_refused_before_anything_is_learnt():
    agent = prepared(ScheduledStep(Boltzmann(1.0), step_size=Linear(0.5, 1.5, 2)), num_envs=2)
    # 0.5 and 1.0 are valid; the third step size of an arm is not.
    for actions in ([0, 1], [0, 1]):
        agent.update(Transition([0, 0], actions, [1.0, 1.0], [0, 0], [False] * 2, [False] * 2))
    before = agent.values.copy(), agent.visits.copy()
    with pytest.raises(ValueError, match=r"step_size must be in \[0, 1\], got 1\.5 in row 1"):
        agent.update(Transition([0, 0], [2, 1], [1.0, 1.0], [0, 0], [False] * 2, [False] * 2))
    np.testing.assert_array_equal(agent.values, before[0])
    np.testing.assert_array_equal(agent.visits, before[1])
