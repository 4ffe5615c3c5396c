"""Dynamic programming against known answers: published operators, counted paths, solved chains."""

import itertools
import math

import gymnasium
import numpy as np
import pytest
from scipy.optimize import brentq

import envs
from agents import BoltzmannExpectation, Maximum, MellowmaxValue, PolicyExpectation, SoftValue
from agents.planning import (
    action_values,
    finite_horizon,
    policy_evaluation,
    policy_gain,
    value_iteration,
    value_sweeps,
)
from boltzmann import EpsilonGreedy, Gibbs, Greedy, InverseTime, Uniform
from tests.support.small_tables import TWO_STATES, table_of


def right_down(n):
    """An n x n grid with the moves right and down, each for a reward of -1, ending in the corner; walls are masked."""
    transitions, mask = {}, np.zeros((n * n, 2), dtype=np.bool_)
    for row, column in itertools.product(range(n), repeat=2):
        s, last = row * n + column, n * n - 1
        for a, (down, right) in enumerate([(0, 1), (1, 0)]):
            inside = row + down < n and column + right < n
            following = (row + down) * n + column + right if inside else s
            transitions[s, a] = [(1.0, following, -1.0, following == last)]
            mask[s, a] = inside or s == last
    table = table_of(transitions)
    return envs.Table(table.probs, table.next_states, table.rewards, table.terminated, table.initial, mask)


@pytest.fixture(scope="module")
def lake():
    return envs.compile_table(gymnasium.make("FrozenLake-v1"))


def fixed_points(backup):
    """All V(s1) that one sweep does not change, from the changes of sign on a fine grid."""

    def moved(V):
        return float(backup(action_values(TWO_STATES, [V, 0.0], 0.98))[0] - V)

    grid = np.linspace(0.0, 2.0, 202)
    moves = [moved(V) for V in grid]
    return [brentq(moved, *grid[[i, i + 1]]) for i in range(len(grid) - 1) if moves[i] * moves[i + 1] < 0]


def test_boltzmann_value_iteration_has_one_fixed_point_or_three_and_mellowmax_one():
    assert fixed_points(BoltzmannExpectation(1 / 16.55)) == pytest.approx([0.550401857958], abs=1e-11)
    three = [0.5944980499, 0.7230835107, 0.8613611490]
    assert fixed_points(BoltzmannExpectation(1 / 16.95)) == pytest.approx(three, abs=1e-10)
    assert fixed_points(MellowmaxValue(1 / 16.55)) == pytest.approx([0.431548048177], abs=1e-11)


@pytest.mark.parametrize(
    ("start", "end"), [(0.0, 0.5944980499), (0.72, 0.5944980499), (0.726, 0.8613611490), (2.0, 0.8613611490)]
)
def test_the_start_of_boltzmann_value_iteration_determines_its_limit(start, end):
    solved = value_iteration(
        TWO_STATES, BoltzmannExpectation(1 / 16.95), 0.98, initial_values=[start, 0.0], tolerance=1e-12
    )
    assert solved.V[0] == pytest.approx(end, abs=1e-9)


def test_mellowmax_value_iteration_settles_at_its_one_fixed_point():
    assert value_iteration(TWO_STATES, MellowmaxValue(1 / 16.55), 0.98).V[0] == pytest.approx(0.431548048177, abs=1e-11)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(1.0, 23.9181271952), (0.1, 2.4710324780), (0.01, 0.5989242013), (0.001, 0.5422714256)],
)
def test_soft_value_iteration_on_frozen_lake(lake, temperature, expected):
    assert value_iteration(lake, SoftValue(temperature), 0.99).V[0] == pytest.approx(expected, abs=2e-10)


def test_the_log_partition_counts_paths():
    for n, tau in ((6, 0.3), (4, 1.0), (9, 0.05)):
        paths = math.comb(2 * n - 2, n - 1)
        V = value_iteration(right_down(n), SoftValue(tau), 1.0).V[0]
        assert pytest.approx(-(2 * n - 2) + tau * math.log(paths), rel=1e-13) == V
    assert value_iteration(right_down(6), SoftValue(0.3), 1.0).V[0] == pytest.approx(-8.341171273747, abs=1e-11)


@pytest.mark.parametrize("temperature", [0.003, 0.05, 0.7])
@pytest.mark.parametrize("discount", [0.5, 0.9, 0.99])
def test_soft_values_are_consistent_along_every_path(lake, temperature, discount):
    table = lake
    solved = value_iteration(table, SoftValue(temperature), discount)
    log_pi = Gibbs(solved.Q, temperature).log_probs
    next_values = np.where(table.terminated, 0.0, table.probs) * solved.V[table.next_states]
    rewards = (table.probs * table.rewards).sum(axis=-1)
    # V(s) = r - tau ln pi(a | s) + discount E V(s'), for every action and not on average alone.
    along = rewards - temperature * log_pi + discount * next_values.sum(axis=-1)
    np.testing.assert_allclose(along, np.broadcast_to(solved.V[:, np.newaxis], along.shape), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["FrozenLake-v1", "CliffWalking-v1", "Taxi-v4"])
def test_the_maximum_gives_the_optimal_values(name):
    table = envs.compile_table(gymnasium.make(name))
    V, Q = envs.optimal_values(table, 0.95)
    solved = value_iteration(table, Maximum(), 0.95)
    np.testing.assert_allclose(solved.V, V, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(solved.Q, Q, rtol=1e-11, atol=1e-13)
    greedy = Gibbs(np.where(V[:, np.newaxis] - 1e-9 <= Q, 0.0, -1.0), 0, where=table.action_mask).probs
    evaluated = policy_evaluation(table, greedy, 0.95)
    np.testing.assert_allclose(evaluated[0], V, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(evaluated[1], Q, rtol=1e-9, atol=1e-11)


def test_cliff_walking_costs_thirteen_steps():
    table = envs.compile_table(gymnasium.make("CliffWalking-v1"))
    assert value_iteration(table, Maximum(), 1.0).V[36] == pytest.approx(-13.0, abs=1e-12)
    assert finite_horizon(table, Maximum(), 13)[36] == pytest.approx(-13.0)
    assert finite_horizon(table, Maximum(), 5)[36] == pytest.approx(-5.0)


def test_operators_are_ordered_and_tend_to_the_maximum(lake):
    best = value_iteration(lake, Maximum(), 0.9).V
    for temperature in (0.5, 0.05):
        boltzmann, mellow, soft = (
            value_iteration(lake, kind(temperature), 0.9).V
            for kind in (BoltzmannExpectation, MellowmaxValue, SoftValue)
        )
        assert (mellow <= best + 1e-12).all()
        assert (boltzmann <= best + 1e-12).all()
        assert (best <= soft + 1e-12).all()
    for kind in (BoltzmannExpectation, MellowmaxValue, SoftValue):
        np.testing.assert_allclose(value_iteration(lake, kind(1e-6), 0.9).V, best, atol=2e-5)
        np.testing.assert_array_equal(value_iteration(lake, kind(0.0), 0.9).V, best)


def test_dynamic_boltzmann_value_iteration_goes_to_the_optimal_values(lake):
    best = value_iteration(lake, Maximum(), 0.9).V
    falling = value_sweeps(lake, BoltzmannExpectation(InverseTime(1.0, 1.0)), 0.9)
    constant = value_sweeps(lake, BoltzmannExpectation(1.0), 0.9)
    losses = [
        [np.abs(V - best).max() for V in itertools.islice(sweeps, count)]
        for sweeps, count in ((falling, 2000), (constant, 500))
    ]
    assert losses[0][-1] < 1e-3 < losses[0][50]
    assert losses[1][-1] > 0.1


def test_the_backup_of_a_policy_agrees_with_its_evaluation(lake):
    policy = EpsilonGreedy(0.2)
    solved = value_iteration(lake, PolicyExpectation(policy), 0.95)
    V, Q = policy_evaluation(lake, policy(solved.Q).probs, 0.95)
    np.testing.assert_allclose(V, solved.V, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(Q, solved.Q, rtol=1e-10, atol=1e-13)
    uniform = Uniform()(solved.Q).probs
    long = policy_evaluation(lake, uniform, 0.95, horizon=2000)[0]
    np.testing.assert_allclose(long, policy_evaluation(lake, uniform, 0.95)[0], rtol=1e-10, atol=1e-14)


def test_policy_evaluation_agrees_with_rollouts(lake):
    V, _ = policy_evaluation(lake, Uniform()(np.zeros((16, 4))).probs, 1.0)
    env, rng = envs.TabularVectorEnv(lake, 4000), np.random.default_rng()
    env.reset(seed=int(rng.integers(2**32)))
    ended, won = np.zeros(4000, dtype=bool), np.zeros(4000)
    while not ended.all():
        _, rewards, terminated, _, _ = env.step(rng.integers(4, size=4000))
        won += np.where(ended, 0.0, rewards)
        ended |= terminated
    # 1.4 % win: six standard errors of 4000 coins.
    assert won.mean() == pytest.approx(V[0], abs=6 * math.sqrt(V[0] / 4000))


def test_the_gain_is_the_average_reward_in_the_long_run():
    # Strens' chain (2000): forwards 0, at the end 10; back to the start 2; the other action with probability .2.
    chain = {}
    for s in range(5):
        forwards, back = (min(s + 1, 4), 10.0 if s == 4 else 0.0, False), (0, 2.0, False)
        chain[s, 0] = [(0.8, *forwards), (0.2, *back)]
        chain[s, 1] = [(0.2, *forwards), (0.8, *back)]
    table = table_of(chain)
    always = np.tile([1.0, 0.0], (5, 1))
    # A fifth of the steps pays 2, and the share .8^4 of them is spent at the end.
    assert policy_gain(table, always) == pytest.approx(0.4 + 8.0 * 0.8**4, rel=1e-12)
    best = finite_horizon(table, Maximum(), 1000)[0]
    assert best == pytest.approx(3665.83, abs=0.005)
    # Near the end taking the 2 at once pays more than going forwards; the gain is most of the sum.
    V, _ = policy_evaluation(table, always, 1.0, horizon=1000)
    assert best - 5 < V[0] < best


def test_where_episodes_end_the_gain_counts_the_next_ones():
    # Episodes of two steps pay 3 at the end.
    table = table_of({(0, 0): [(1.0, 1, 0.0, False)], (1, 0): [(1.0, 1, 3.0, True)]})
    assert policy_gain(table, [[1.0], [1.0]]) == pytest.approx(1.5)
    lake = envs.compile_table(gymnasium.make("FrozenLake-v1"))
    uniform = Uniform()(np.zeros((16, 4))).probs
    wins, _ = policy_evaluation(lake, uniform, 1.0)
    ones = envs.Table(lake.probs, lake.next_states, np.ones_like(lake.rewards), lake.terminated, lake.initial)
    assert policy_gain(lake, uniform) == pytest.approx(wins[0] / policy_evaluation(ones, uniform, 1.0)[0][0], rel=1e-10)


STAYS = table_of({(0, 0): [(1.0, 0, 1.0, False)], (1, 0): [(1.0, 1, 0.0, False)]})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: value_iteration(TWO_STATES, Maximum(), 1.5), ValueError, r"discount must be in \[0, 1\], got 1.5"),
        (
            lambda: value_iteration(STAYS, Maximum(), 1.0, max_sweeps=50),
            ValueError,
            "did not settle at discount 1.0 in 50",
        ),
        (lambda: action_values(TWO_STATES, [1.0], 0.5), ValueError, r"values must have shape \(2,\), got \(1,\)"),
        (lambda: finite_horizon(TWO_STATES, Maximum(), 0), ValueError, "horizon must be at least 1, got 0"),
        (lambda: policy_evaluation(STAYS, [[1.0], [0.5]], 0.5), ValueError, "sum of probs must be 1, got 0.5 in row 1"),
        (lambda: policy_evaluation(STAYS, [[1.0, 0.0]], 0.5), ValueError, r"probs must have shape \(2, 1\)"),
        (lambda: policy_evaluation(STAYS, [[1.0], [1.0]], 1.0), ValueError, "values are infinite at discount 1.0"),
        (lambda: policy_gain(STAYS, [[1.0], [1.0]]), ValueError, "2 classes of states that it never leaves"),
        (
            lambda: policy_evaluation(right_down(2), Uniform()(np.zeros((4, 2))).probs, 0.5),
            ValueError,
            "probs must be 0 where an action is masked, got 0.5 for action 0 in row 1",
        ),
    ],
)
def test_problems_without_a_solution_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_greedy_with_masks_reads_the_allowed_values_alone():
    table = right_down(3)
    solved = value_iteration(table, PolicyExpectation(Greedy()), 1.0)
    assert solved.V[0] == -4.0
