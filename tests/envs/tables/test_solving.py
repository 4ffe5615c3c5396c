"""Values and gaps of tables: known ones, and those of an independent solver."""

from dataclasses import replace

import numpy as np
import pytest

import envs
from envs import Table, optimal_gaps, optimal_values
from envs.tables import solving
from tests.support.small_tables import gymnasium_table


def policy_iteration(table, discount):
    """An independent oracle: policy iteration with exact linear solves."""
    states, actions, _ = table.probs.shape
    going_on = np.where(table.terminated, 0.0, table.probs)
    transition = np.zeros((states, actions, states))
    for s in range(states):
        for a in range(actions):
            np.add.at(transition[s, a], table.next_states[s, a], going_on[s, a])
    reward = (table.probs * table.rewards).sum(axis=-1)
    policy = np.zeros(states, dtype=int)
    while True:
        rows = np.arange(states)
        V = np.linalg.solve(np.eye(states) - discount * transition[rows, policy], reward[rows, policy])
        Q = reward + discount * transition @ V
        better = Q.max(axis=1) > Q[rows, policy] + 1e-12
        if not better.any():
            return V, Q
        policy = np.where(better, Q.argmax(axis=1), policy)


@pytest.mark.parametrize("name", ["FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1", "CliffWalkingSlippery-v1"])
def test_values_agree_with_policy_iteration(name):
    table = gymnasium_table(name)
    V, Q = optimal_values(table, 0.99)
    for values, solved in zip((V, Q), policy_iteration(table, 0.99), strict=True):
        np.testing.assert_allclose(values, solved, rtol=1e-10, atol=1e-11)


def test_known_values():
    frozen = gymnasium_table("FrozenLake-v1")
    assert optimal_values(frozen, 0.99)[0][0] == pytest.approx(0.5420259320, abs=5e-11)
    assert optimal_values(frozen, 1.0)[0][0] == pytest.approx(14 / 17, abs=1e-10)
    assert optimal_values(gymnasium_table("CliffWalking-v1"), 1.0)[0][36] == -13.0
    taxi = gymnasium_table("Taxi-v4")
    assert optimal_values(taxi, 1.0)[0] @ taxi.initial == pytest.approx(7.93, abs=0.005)


def test_gaps_are_zero_for_the_optimal_actions_alone():
    table = gymnasium_table("FrozenLake-v1")
    V, Q = optimal_values(table, 0.99)
    gaps = optimal_gaps(table, 0.99)
    assert (gaps >= 0).all()
    assert (gaps == 0).any(axis=1).all()
    np.testing.assert_allclose(gaps, V[:, None] - Q, atol=1e-9)
    # In state 6 left and right slip alike: a tie in exact arithmetic, whatever the rounding.
    assert gaps[6, 0] == gaps[6, 2] == 0


def test_gaps_are_measured_by_the_value_of_their_own_state():
    # At a small discount, far states have tiny values and tiny gaps, which are still not ties.
    table = gymnasium_table("FrozenLake8x8-v1")
    V, Q = optimal_values(table, 0.3)
    gaps = optimal_gaps(table, 0.3)
    assert V[0] == pytest.approx(9.8e-12, rel=0.05)
    np.testing.assert_allclose(gaps[0], V[0] - Q[0], rtol=1e-6, atol=1e-20)
    assert np.count_nonzero(gaps[0]) >= 2


def test_masked_actions_are_never_chosen():
    table = gymnasium_table("Taxi-v4")
    reward = np.zeros((500, 6, 1))
    reward[:, :, 0] = np.where(table.action_mask, -1.0, 100.0)
    V, _ = optimal_values(replace(table, rewards=reward), 0.9)
    assert (V <= 0).all()


def test_problems_that_do_not_converge_are_refused():
    forever = Table(
        np.ones((1, 1, 1)), np.zeros((1, 1, 1), int), np.ones((1, 1, 1)), np.zeros((1, 1, 1), bool), np.ones(1)
    )
    with pytest.raises(ValueError, match=r"did not converge at discount 1.0 in 1000 sweeps"):
        optimal_values(forever, 1.0, max_sweeps=1000)
    assert optimal_values(forever, 0.5)[0] == pytest.approx([2.0])
    with pytest.raises(ValueError, match=r"discount must be in \[0, 1\]"):
        optimal_values(forever, -0.1)


def test_equals_that_cancel_are_ties_and_values_that_cancel_are_found():
    # A fair bet against a sure 0: in floats, 0.3 times 7 minus 0.7 times 3 is 4.4e-16.
    rewards = np.array([[[0.0, 0.0], [7.0, -3.0]]])
    probs = np.array([[[1.0, 0.0], [0.3, 0.7]]])
    for shift in (0.0, 1.0):
        table = Table(probs, np.zeros((1, 2, 2), int), rewards + shift, np.ones((1, 2, 2), bool), np.ones(1))
        np.testing.assert_array_equal(optimal_gaps(table, 0.9), [[0.0, 0.0]])
    loop = np.array([[[1]], [[0]]])
    # With 2000 sweeps: sweeps converge at 0.9, may alternate at 0.98, and are not begun at 0.99.
    for discount in (0.9, 0.98, 0.99):
        table = Table(
            np.ones((2, 1, 1)),
            loop,
            np.array([[[1.0]], [[-1 / discount]]]),
            np.zeros((2, 1, 1), bool),
            np.array([1, 0]),
        )
        np.testing.assert_allclose(
            optimal_values(table, discount, max_sweeps=2000)[0], [0.0, -1 / discount], rtol=1e-12, atol=1e-11
        )


def test_gaps_are_solved_once_and_every_caller_gets_a_copy(monkeypatch):
    first, second = (gymnasium_table("FrozenLake-v1") for _ in range(2))
    solved = []
    monkeypatch.setattr(solving, "_CACHE", {})
    monkeypatch.setattr(
        solving, "_gaps", lambda *problem, solve=solving._gaps: solved.append(problem) or solve(*problem)
    )
    first_gaps, second_gaps = optimal_gaps(first, 0.97), optimal_gaps(second, 0.97)
    assert len(solved) == 1
    first_gaps[:] = np.nan
    assert np.isfinite(optimal_gaps(first, 0.97)).all()
    # The key of the cache includes every part of the problem.
    gaps = [optimal_gaps(replace(first, rewards=2 * first.rewards), 0.97), optimal_gaps(first, 0.9)]
    gaps.append(optimal_gaps(replace(first, terminated=np.ones_like(first.terminated)), 0.97))
    gaps.append(optimal_gaps(replace(first, action_mask=np.eye(4, dtype=bool)[np.zeros(16, dtype=int)]), 0.97))
    assert not any(np.array_equal(second_gaps, changed, equal_nan=True) for changed in gaps)
    np.testing.assert_allclose(gaps[0], 2 * second_gaps, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("discount", [0.9999, 0.999999])
def test_values_at_a_discount_near_1_are_those_of_linear_equations(discount):
    table = envs.make("boltzmann/RiverSwim-v0", 1).table
    V, Q = optimal_values(table, discount)
    best = Q.argmax(axis=-1)
    rows = np.arange(len(V))
    going_on = np.zeros((len(V), len(V)))
    for state, action in zip(rows, best, strict=True):
        moving = np.where(table.terminated[state, action], 0.0, table.probs[state, action])
        np.add.at(going_on[state], table.next_states[state, action], moving)
    expected = (table.probs * table.rewards).sum(axis=-1)[rows, best]
    np.testing.assert_allclose(V, np.linalg.solve(np.eye(len(V)) - discount * going_on, expected), rtol=1e-9)
    assert (V[:, np.newaxis] >= Q - 1e-9 * np.abs(V).max()).all()


def test_a_forbidden_action_has_no_gap():
    mask = np.array([[True, False]])
    rewards = np.array([[[1.0], [5.0]]])
    shape = (1, 2, 1)
    table = Table(np.ones(shape), np.zeros(shape, int), rewards, np.ones(shape, bool), np.ones(1), action_mask=mask)
    np.testing.assert_array_equal(optimal_gaps(table, 0.9), [[0.0, np.nan]])
