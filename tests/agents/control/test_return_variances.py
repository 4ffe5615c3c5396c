"""Variances of returns, learnt by every learner that bootstraps."""

import math

import numpy as np
import pytest
from gymnasium.spaces import Discrete

import agents
from agents.return_variances import ReturnVariances
from boltzmann import Boltzmann, InverseTime, StandardError, Transition, UCB1Tuned

LEARNERS = [
    agents.QLearning,
    agents.Sarsa,
    agents.ExpectedSarsa,
    agents.DoubleQ,
    agents.SpeedyQ,
    agents.SoftQ,
    agents.MellowmaxQ,
    agents.DynamicBoltzmannQ,
    agents.SarsaLambda,
    agents.QLambda,
]


@pytest.mark.parametrize(("rho", "expected"), [(1.0, 1.81), (0.9, 1.729)])
def test_two_steps_of_a_fair_coin(rho, expected):
    # Rewards of +-1 in both steps at discount 0.9: the variances are 1 and 1 + rho 0.81.
    copies, steps, rng = 400, 4000, np.random.default_rng(0)
    learnt = ReturnVariances(np.zeros((copies, 2, 1)), 0.9, rho)
    rows = np.arange(copies)
    for step in range(1, steps + 1):
        rates = np.full(copies, 1 / step)
        for state in (1, 0):
            following = learnt.variances[:, 1, 0] if state == 0 else np.zeros(copies)
            learnt_entries = entries_of(rows, np.full(copies, state))
            learnt.learn(learnt_entries, rng.choice([-1.0, 1.0], copies), following, rates)
    means = learnt.variances.mean(axis=0)[:, 0]
    # 1.6 million coins: the averages lie within 0.01 but once in 10^9 seeds.
    np.testing.assert_allclose(means, [expected, 1.0], atol=0.01)


def entries_of(rows, states):
    transition = agents.inputs.checked_transition(
        Transition(
            states,
            np.zeros_like(rows),
            np.zeros(len(rows)),
            states,
            np.zeros(len(rows), bool),
            np.zeros(len(rows), bool),
        ),
        rows,
        (len(rows), 2, 1),
    )
    return transition.entries


def by_hand(steps, step_size, discount, rho=0.9):
    """Q-learning with variances for one replicate, in plain Python."""
    values, means, variances, visits = ({} for _ in range(4))
    for state, action, reward, following, terminated in steps:
        key = (state, action)
        rows = [values.get((following, a), 0.0) for a in range(2)]
        greedy = [a for a in range(2) if rows[a] == max(rows)]
        carried = sum(variances.get((following, a), 0.0) for a in greedy) / len(greedy)
        error = reward + (0.0 if terminated else discount * max(rows)) - values.get(key, 0.0)
        visits[key] = visits.get(key, 0) + 1
        rate = max(1 / visits[key], step_size)
        mean = means.get(key, 0.0)
        means[key] = mean + rate * (error - mean)
        target = (error - mean) * (error - means[key]) + (0.0 if terminated else rho * discount**2 * carried)
        variances[key] = variances.get(key, 0.0) + rate * (target - variances.get(key, 0.0))
        values[key] = values.get(key, 0.0) + step_size * error
    return variances


@pytest.mark.parametrize("step_size", [0.1, 1.0])
def test_q_learning_learns_the_variances_of_the_formula(step_size):
    rng = np.random.default_rng(3)
    agent = agents.QLearning(StandardError(), step_size=step_size, discount=0.8)
    agent.reset(1, Discrete(3), Discrete(2), np.random.default_rng(0))
    steps = [
        (
            int(rng.integers(3)),
            int(rng.integers(2)),
            float(rng.normal()),
            int(rng.integers(3)),
            bool(rng.random() < 0.2),
        )
        for _ in range(300)
    ]
    for state, action, reward, following, terminated in steps:
        agent.update(Transition([state], [action], [reward], [following], [terminated], [False]))
    learnt = agent._variances.variances[0]
    for (state, action), variance in by_hand(steps, step_size, 0.8).items():
        assert math.isclose(learnt[state, action], variance, rel_tol=1e-12)


@pytest.mark.parametrize("learner", LEARNERS, ids=lambda kind: kind.__name__)
def test_every_learner_tells_variances_to_a_policy_that_reads_them(learner):
    own = {"temperature": 0.1} if learner in (agents.SoftQ, agents.MellowmaxQ) else {}
    agent = learner(StandardError(), step_size=InverseTime(1.0, 1.0), **own)
    agent.reset(3, Discrete(2), Discrete(2), np.random.default_rng(0))
    rng = np.random.default_rng(1)
    for _ in range(200):
        states = rng.integers(2, size=3)
        actions = agent.act(states).actions
        agent.update(
            Transition(states, actions, rng.normal(size=3), rng.integers(2, size=3), [False] * 3, rng.random(3) < 0.1)
        )
    told = agent._policy_inputs(np.zeros(3, dtype=np.int64))["variances"]
    # Rewards have a variance of 1, and the next state adds to it.
    assert (told[agent.visits[:, 0] > 20] > 0.3).all()
    assert np.isfinite(agent._variances.variances).all()


def test_no_variances_are_kept_for_other_policies():
    agent = agents.QLearning(Boltzmann(1.0))
    agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    assert agent._variances is None
    assert sorted(agent._policy_inputs(np.zeros(1, dtype=np.int64))) == ["values"]


def test_a_policy_of_rewards_also_reads_variances_of_returns():
    agent = agents.QLearning(UCB1Tuned())
    agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    agent.update(Transition([0], [0], [1.0], [0], [True], [False]))
    np.testing.assert_array_equal(agent.act([0]).distribution.probs, [[0.0, 1.0]])


def test_variances_of_returns_cost_no_degree_of_freedom():
    inputs = {"visits": [4, 4], "variances": [1.0, 1.0]}
    returns = StandardError().of_returns
    # s^2 = (8 + 0.25) / 9, c = 1.5.
    expected = 1 / (1 + math.exp(-1.5 * 2 / math.sqrt(8.25 / 9)))
    np.testing.assert_allclose(returns([1.0, 0.0], **inputs).probs[0], expected, rtol=1e-13)


def test_a_constant_step_tells_variances_of_its_memory():
    agent = agents.ConstantStep(StandardError(), step_size=0.5)
    agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    mean = variance = 0.0
    for number, reward in enumerate([1.0, 3.0, -2.0, 0.5], 1):
        agent.update(Transition([0], [0], [reward], [0], [False], [False]))
        rate = max(1 / number, 0.5)
        after = mean + rate * (reward - mean)
        variance += rate * ((reward - mean) * (reward - after) - variance)
        mean = after
    agent.update(Transition([0], [1], [0.0], [0], [False], [False]))
    inputs = agent._policy_inputs(np.zeros(1, dtype=np.int64))
    np.testing.assert_allclose(inputs["variances"], [[variance, 0.0]], rtol=1e-13)
    # A step size of 1/2 remembers three visits.
    expected = StandardError()(inputs["values"], visits=[[3.0, 1.0]], variances=inputs["variances"]).probs
    np.testing.assert_array_equal(agent.act([0]).distribution.probs, expected)
