"""Q-learning that heads for untaken actions: an oracle in plain Python, its limits, and problems it is for."""

import math

import numpy as np
import pytest
from gymnasium.spaces import Discrete
from hypothesis import given
from hypothesis import strategies as st

import agents
import envs
from boltzmann import Boltzmann, Gibbs, Greedy, StandardError, Transition
from boltzmann.experiments.engine import rollout

STATES, ACTIONS = 4, 3
STEP = st.tuples(
    *(st.integers(0, size - 1) for size in (STATES, ACTIONS, STATES)),
    st.integers(-3, 3).map(float),
    st.booleans(),
    st.booleans(),
)


def by_hand(steps, step_size, discount):
    """Values, nearness and frontier after steps, one entry after the other."""
    values = {(s, a): 0.0 for s in range(STATES) for a in range(ACTIONS)}
    nearness = dict.fromkeys(values, 1.0)
    taken, met, best = set(), set(), -math.inf
    for state, action, following, reward, terminated, _ in steps:
        there = [(following, a) for a in range(ACTIONS)]
        future = max(values[entry] for entry in there)
        if any(entry not in taken for entry in there):
            future = max(future, best)
        target = reward + (0.0 if terminated else discount * future)
        met |= {state} if terminated else {state, following}
        taken.add((state, action))
        values[state, action] += step_size * (target - values[state, action])
        best = max(best, values[state, action])
        nearest = max(nearness[entry] for entry in there if entry != (state, action))
        nearness[state, action] = 0.0 if terminated else discount * nearest
    left = sum((s, a) not in taken for s in met for a in range(ACTIONS))
    return values, nearness, left


def taught(steps, learner=agents.FrontierQ, policy=None, **parameters):
    agent = learner(policy or Greedy(), **parameters)
    agent.reset(1, Discrete(STATES), Discrete(ACTIONS), np.random.default_rng(0))
    for state, action, following, reward, terminated, truncated in steps:
        agent.update(Transition([state], [action], [reward], [following], [terminated], [truncated]))
    return agent


@given(
    steps=st.lists(STEP, max_size=40), step_size=st.sampled_from([0.1, 0.5, 1.0]), discount=st.sampled_from([0.9, 1])
)
def test_it_learns_what_the_rules_say(steps, step_size, discount):
    agent = taught(steps, step_size=step_size, discount=discount)
    values, nearness, left = by_hand(steps, step_size, discount)
    for (state, action), value in values.items():
        assert math.isclose(agent.values[0, state, action], value, rel_tol=1e-12, abs_tol=1e-12)
        assert math.isclose(agent.nearness[0, state, action], nearness[state, action], rel_tol=1e-12)
    assert agent.frontier.tolist() == [left]


def test_it_heads_for_the_frontier_as_often_as_that_is_near():
    # State 0 leads to state 1, which has untaken actions, to an end, and back to itself.
    steps = [(0, 1, 1, 0.0, False, False), (0, 2, 2, 0.0, True, False), (0, 0, 0, 5.0, False, False)]
    agent = taught(steps, discount=0.9)
    assert agent.frontier.tolist() == [3]
    distribution = agent.act([0]).distribution
    np.testing.assert_allclose(distribution.probs, [[0.1, 0.9, 0.0]], rtol=1e-12)
    np.testing.assert_allclose(distribution.greedy_probability, [0.1], rtol=1e-12)
    # The masked way is not taken, and untaken actions come first, allowed ones alone.
    np.testing.assert_allclose(agent.act([0], where=[True, False, True]).distribution.probs, [[1.0, 0.0, 0.0]])
    np.testing.assert_allclose(agent.act([1], where=[True, False, True]).distribution.probs, [[0.5, 0.0, 0.5]])


def test_without_a_frontier_it_is_q_learning():
    every = [(s, a, (s + a) % STATES, 1.0, False, False) for s in range(STATES) for a in range(ACTIONS)]
    agent = taught(every, policy=Boltzmann(0.3))
    assert agent.frontier.tolist() == [0]
    assert isinstance(agent.act([0]).distribution, Gibbs)
    plain = taught([], agents.QLearning)
    plain.values[:], plain.visits[:] = agent.values, agent.visits
    for each in (agent, plain):
        each.update(Transition([1], [2], [3.0], [0], [False], [False]))
    np.testing.assert_array_equal(agent.values, plain.values)


@pytest.mark.parametrize("unit", [2.0**-20, 2.0**20])
def test_the_unit_of_the_rewards_changes_no_action(unit):
    drawn = []
    for scale in (1.0, unit):
        table = envs.river_swim(small=5.0 * scale, large=10_000.0 * scale)
        agent = agents.FrontierQ(StandardError())
        env = envs.TabularVectorEnv(table, 5)
        rollout(env, agent, np.array([200]), list(range(5)), np.random.default_rng(0), engine="lockstep")
        drawn.append(agent.visits)
    np.testing.assert_array_equal(*drawn)


def test_every_episode_takes_something_new_where_nothing_is_random():
    taken = []
    for learner in (agents.QLearning, agents.FrontierQ):
        # 15 cells can be reached, with 2 actions in each; an episode has 5 steps.
        agent, env = learner(StandardError(), discount=1.0), envs.make("boltzmann/DeepSea-v0", 10, size=5)
        rollout(env, agent, np.array([150]), list(range(10)), np.random.default_rng(0), engine="lockstep")
        taken.append((agent.visits > 0).sum(axis=(1, 2)).tolist())
    assert max(taken[0]) < 30
    assert taken[1] == [30] * 10
