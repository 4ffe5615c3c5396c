"""Ridge regression for each arm, beside the normal equations, and as a learner among others."""

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

import envs
from agents import RidgeBandit
from boltzmann import UCB1, Boltzmann, Greedy, Linear, Transition, UCB1Tuned
from boltzmann.experiments import Experiment, Task, leaderboard, run
from boltzmann.notation import parse
from boltzmann.offpolicy import read_run
from scripts.support import NAMES

BOX = Box(-np.inf, np.inf, (3,))


def taught(rng, rounds=60, rows=4, arms=3, penalty=0.7):
    agent = RidgeBandit(Boltzmann(0.5), penalty=penalty)
    agent.reset(rows, BOX, Discrete(arms), np.random.default_rng(0))
    contexts, rewards = rng.normal(size=(rounds, rows, 3)), rng.normal(size=(rounds, rows))
    actions = rng.integers(arms, size=(rounds, rows))
    never = np.zeros(rows, dtype=bool)
    for step in range(rounds):
        agent.update(Transition(contexts[step], actions[step], rewards[step], contexts[step], never, never))
    return agent, contexts, actions, rewards


def test_weights_are_those_of_the_normal_equations():
    agent, contexts, actions, rewards = taught(np.random.default_rng(3))
    for row in range(4):
        for arm in range(3):
            chosen = actions[:, row] == arm
            x = np.column_stack([contexts[chosen, row], np.ones(chosen.sum())])
            expected = np.linalg.solve(0.7 * np.eye(4) + x.T @ x, x.T @ rewards[chosen, row])
            np.testing.assert_allclose(agent.weights[row, arm], expected, rtol=1e-10, atol=1e-12)
    assert agent.visits.sum() == 240
    assert agent.step == 60


def test_replicates_learn_independently():
    together, contexts, actions, rewards = taught(np.random.default_rng(4), rows=4)
    alone = RidgeBandit(Boltzmann(0.5), penalty=0.7)
    alone.reset(1, BOX, Discrete(3), np.random.default_rng(0))
    never = np.zeros(1, dtype=bool)
    for step in range(60):
        alone.update(
            Transition(contexts[step, 2:3], actions[step, 2:3], rewards[step, 2:3], contexts[step, 2:3], never, never)
        )
    np.testing.assert_allclose(together.weights[2], alone.weights[0], rtol=1e-12)


def test_acting_learns_nothing_and_respects_the_mask():
    agent, contexts, *_ = taught(np.random.default_rng(5))
    before = agent.weights.copy()
    where = np.array([[False, True, False]] * 4)
    decision = agent.act(contexts[0], where=where)
    assert (decision.actions == 1).all()
    assert decision.values == pytest.approx(np.einsum("rkd,rd->rk", before[:, :, :3], contexts[0]) + before[:, :, 3])
    assert np.array_equal(agent.weights, before)
    with pytest.raises(ValueError, match="read-only"):
        decision.values[0, 0] = 1.0


@pytest.mark.parametrize("policy", [Greedy(), UCB1(), Boltzmann(Linear(1.0, 0.1, 50))])
def test_any_policy_of_values_and_visits_serves(policy):
    agent = RidgeBandit(policy)
    assert parse(repr(agent), NAMES) == agent
    agent.reset(2, BOX, Discrete(3), np.random.default_rng(0))
    for _ in range(5):
        context = np.ones((2, 3))
        actions = agent.act(context).actions
        agent.update(Transition(context, actions, [1.0, 0.0], context, [False] * 2, [False] * 2))
    assert agent.act(np.ones((2, 3))).distribution.probs.sum(axis=1) == pytest.approx(1.0)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"policy must read values and visits alone, got UCB1Tuned.*variances"):
        RidgeBandit(UCB1Tuned())
    with pytest.raises(ValueError, match=r"penalty must be in \(0, inf\), got 0.0"):
        RidgeBandit(Greedy(), penalty=0.0)
    agent = RidgeBandit(Greedy())
    with pytest.raises(RuntimeError, match="reset must be called"):
        agent.act(np.ones((1, 3)))
    with pytest.raises(TypeError, match=r"observation_space must be a Box of features.*observe='raw'"):
        agent.reset(1, Discrete(4), Discrete(2), np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator"):
        agent.reset(1, BOX, Discrete(2), 0)
    agent.reset(2, BOX, Discrete(2), np.random.default_rng(0))
    with pytest.raises(ValueError, match="observations must be 2 rows of 3 numbers"):
        agent.act(np.ones((2, 4)))
    context, ends = np.ones((2, 3)), [False, False]
    before = agent.weights.copy()
    with pytest.raises(ValueError, match="rewards must be finite, got nan in row 1"):
        agent.update(Transition(context, [0, 1], [0.0, np.nan], context, ends, ends))
    with pytest.raises(ValueError, match=r"actions must be .* row 1"):
        agent.update(Transition(context, [0, 2], [0.0, 1.0], context, ends, ends))
    with pytest.raises(ValueError, match="observations must be finite"):
        agent.act(np.array([[1.0, 1.0, 1.0], [1.0, np.inf, 1.0]]))
    assert np.array_equal(agent.weights, before)


def test_ridge_learners_are_compared_and_the_best_of_them_is_not_uniform(tmp_path):
    task = Task(
        "boltzmann/LinearContexts-v0(arms=4, observe='raw')",
        [RidgeBandit(Boltzmann(0.1)), RidgeBandit(Boltzmann(10.0))],
        200,
    )
    results = run(Experiment([task], 12, 1, record="log"), tmp_path, make=envs.make)
    rows = leaderboard(results)
    assert "Boltzmann(0.1)" in str(rows.iloc[0].to_dict())
    assert read_run(tmp_path).contexts.shape == (2400, 5)
