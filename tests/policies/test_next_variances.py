"""Variances in a loop of one's own are those of the numbers, and those that the learners tell their policies."""

import numpy as np
import pytest
from gymnasium.spaces import Discrete
from hypothesis import given
from hypothesis import strategies as st

import agents
from boltzmann import StandardError, Transition, next_variances


@given(numbers=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_rates_of_one_over_n_give_mean_and_variance(numbers):
    variance = mean = 0.0
    for n, number in enumerate(numbers, 1):
        variance, mean = next_variances(variance, mean, number, 1 / n)
    scale = max(map(abs, numbers))
    np.testing.assert_allclose(mean, np.mean(numbers), rtol=0, atol=1e-14 * len(numbers) * scale)
    np.testing.assert_allclose(variance, np.var(numbers), rtol=1e-9, atol=1e-13 * scale**2)


def test_arrays_move_entry_by_entry():
    parts = np.random.default_rng(0).random((5, 4, 3))
    variances, means = next_variances(*parts[:4], carried=parts[4])
    for entry in np.ndindex(4, 3):
        one = next_variances(*(float(part[entry]) for part in parts[:4]), carried=float(parts[4][entry]))
        assert (variances[entry], means[entry]) == one


def test_a_loop_learns_what_q_learning_tells_its_policy():
    agent = agents.QLearning(StandardError(), step_size=0.2, discount=0.9)
    agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    rng, shape = np.random.default_rng(1), (2, 2)
    values, variances, errors, visits = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=int)
    for _ in range(200):
        state, action, following = (int(each) for each in rng.integers(0, 2, 3))
        reward, terminated = rng.normal(), bool(rng.random() < 0.2)
        agent.update(Transition([state], [action], [reward], [following], [terminated], [False]))
        greedy = values[following] == values[following].max()
        carried = 0.0 if terminated else 0.9 * 0.9**2 * variances[following][greedy].mean()
        error = reward + (0.0 if terminated else 0.9 * values[following].max()) - values[state, action]
        visits[state, action] += 1
        moved = variances[state, action], errors[state, action], error, max(1 / visits[state, action], 0.2)
        variances[state, action], errors[state, action] = next_variances(*moved, carried=carried)
        values[state, action] += 0.2 * error
    for state in range(2):
        told = agent._policy_inputs(np.array([state]))
        np.testing.assert_allclose(told["values"][0], values[state], rtol=1e-12)
        np.testing.assert_allclose(told["variances"][0], variances[state], rtol=1e-10)
        decided = agent.act([state]).distribution.probs[0]
        mine = StandardError().of_returns(values[state], visits=visits[state], variances=variances[state]).probs
        np.testing.assert_allclose(decided, mine, rtol=1e-10)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"variances": -1.0}, ValueError, r"variances must be in \[0, inf\), got -1.0"),
        ({"means": np.nan}, ValueError, r"means must be in \(-inf, inf\), got nan"),
        ({"numbers": np.inf}, ValueError, "numbers must be in"),
        ({"numbers": "much"}, TypeError, "numbers must be real numbers"),
        ({"rates": 1.5}, ValueError, r"rates must be in \[0, 1\], got 1.5"),
        ({"carried": -0.5}, ValueError, "carried must be in"),
        ({"variances": [0.0, 0.0], "means": [0.0] * 3}, ValueError, "must broadcast, got variances"),
    ],
)
def test_wrong_arguments_are_refused(wrong, error, message):
    right = {"variances": 1.0, "means": 0.0, "numbers": 1.0, "rates": 0.5}
    with pytest.raises(error, match=message):
        next_variances(**{**right, **wrong})
