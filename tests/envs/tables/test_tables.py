"""Compiled tables: their values by dynamic programming, and their law beside Gymnasium's own stepping."""

from dataclasses import replace
from itertools import pairwise

import gymnasium
import numpy as np
import pytest
from scipy import stats

import envs
from envs import Table, TabularVectorEnv, compile_table, optimal_gaps, optimal_values
from envs.tables import solving
from tests.support.frequencies import FALSE_ALARM, fresh_rng


def table_of(name, **arguments):
    return compile_table(gymnasium.make(name, **arguments))


def policy_iteration(table, discount):
    """An oracle by another road: exact linear solves for ever better policies."""
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
    table = table_of(name)
    V, Q = optimal_values(table, 0.99)
    for found, solved in zip((V, Q), policy_iteration(table, 0.99), strict=True):
        np.testing.assert_allclose(found, solved, rtol=1e-10, atol=1e-11)


def test_known_values():
    frozen = table_of("FrozenLake-v1")
    assert optimal_values(frozen, 0.99)[0][0] == pytest.approx(0.5420259320, abs=5e-11)
    assert optimal_values(frozen, 1.0)[0][0] == pytest.approx(14 / 17, abs=1e-10)
    assert optimal_values(table_of("CliffWalking-v1"), 1.0)[0][36] == -13.0
    taxi = table_of("Taxi-v4")
    assert optimal_values(taxi, 1.0)[0] @ taxi.initial == pytest.approx(7.93, abs=0.005)


def test_gaps_are_zero_for_the_optimal_actions_alone():
    table = table_of("FrozenLake-v1")
    V, Q = optimal_values(table, 0.99)
    gaps = optimal_gaps(table, 0.99)
    assert (gaps >= 0).all()
    assert (gaps == 0).any(axis=1).all()
    np.testing.assert_allclose(gaps, V[:, None] - Q, atol=1e-9)
    # In state 6 left and right slip alike: a tie in exact arithmetic, whatever the rounding.
    assert gaps[6, 0] == gaps[6, 2] == 0


def test_gaps_are_measured_by_the_value_of_their_own_state():
    # At a small discount the values of far states are tiny, and so are their gaps: they are no ties for that.
    table = table_of("FrozenLake8x8-v1")
    V, Q = optimal_values(table, 0.3)
    gaps = optimal_gaps(table, 0.3)
    assert V[0] == pytest.approx(9.8e-12, rel=0.05)
    np.testing.assert_allclose(gaps[0], V[0] - Q[0], rtol=1e-6, atol=1e-20)
    assert np.count_nonzero(gaps[0]) >= 2


def test_masked_actions_are_no_choice():
    table = table_of("Taxi-v4")
    reward = np.zeros((500, 6, 1))
    reward[:, :, 0] = np.where(table.action_mask, -1.0, 100.0)
    V, _ = optimal_values(replace(table, rewards=reward), 0.9)
    assert (V <= 0).all()


def test_starts_have_a_stream_of_their_own():
    # How often episodes restart must not change what the transitions draw.
    worlds = [TabularVectorEnv(table_of("FrozenLake-v1"), 4, max_episode_steps=limit) for limit in (3, None)]
    for world in worlds:
        world.reset(seed=5)
        for _ in range(6):
            world.step([0, 0, 0, 0])
    states = [world.np_random.bit_generator.state for world in worlds]
    assert states[0] == states[1]


def test_what_does_not_converge_is_refused():
    forever = Table(
        np.ones((1, 1, 1)), np.zeros((1, 1, 1), int), np.ones((1, 1, 1)), np.zeros((1, 1, 1), bool), np.ones(1)
    )
    with pytest.raises(ValueError, match=r"did not converge at discount 1.0 in 1000 sweeps"):
        optimal_values(forever, 1.0, max_sweeps=1000)
    assert optimal_values(forever, 0.5)[0] == pytest.approx([2.0])
    with pytest.raises(ValueError, match=r"discount must be in \[0, 1\]"):
        optimal_values(forever, -0.1)


def test_a_start_of_almost_certainty_is_not_the_first_that_is_possible():
    # softmax([-40, 0, -45]): the second rounds to 1, and the sum is exactly 1.
    initial = np.array([4.248354255291589e-18, 1.0, 2.8625185805493937e-20])
    one = (3, 1, 1)
    table = Table(np.ones(one), np.zeros(one, int), np.zeros(one), np.ones(one, bool), initial)
    assert (TabularVectorEnv(table, 200).reset(seed=0)[0] == 1).all()


def test_equals_that_cancel_are_ties_and_values_that_cancel_are_found():
    # A fair bet beside nothing: 0.3 times 7 less 0.7 times 3 is 4.4e-16.
    rewards = np.array([[[0.0, 0.0], [7.0, -3.0]]])
    probs = np.array([[[1.0, 0.0], [0.3, 0.7]]])
    for shift in (0.0, 1.0):
        table = Table(probs, np.zeros((1, 2, 2), int), rewards + shift, np.ones((1, 2, 2), bool), np.ones(1))
        np.testing.assert_array_equal(optimal_gaps(table, 0.9), [[0.0, 0.0]])
    loop = np.array([[[1]], [[0]]])
    for discount in (0.9, 0.9997, 0.9999):
        table = Table(
            np.ones((2, 1, 1)),
            loop,
            np.array([[[1.0]], [[-1 / discount]]]),
            np.zeros((2, 1, 1), bool),
            np.array([1, 0]),
        )
        np.testing.assert_allclose(optimal_values(table, discount)[0], [0.0, -1 / discount], rtol=1e-12, atol=1e-11)


def test_gaps_are_solved_once_and_are_everybodys_own(monkeypatch):
    first, second = (table_of("FrozenLake-v1") for _ in range(2))
    solved = []
    monkeypatch.setattr(solving, "_CACHE", {})
    monkeypatch.setattr(
        solving, "_gaps", lambda *problem, solve=solving._gaps: solved.append(problem) or solve(*problem)
    )
    one, other = optimal_gaps(first, 0.97), optimal_gaps(second, 0.97)
    assert len(solved) == 1
    one[:] = np.nan
    assert np.isfinite(optimal_gaps(first, 0.97)).all()
    # Whatever is part of the problem is part of what it is known by.
    found = [optimal_gaps(replace(first, rewards=2 * first.rewards), 0.97), optimal_gaps(first, 0.9)]
    found.append(optimal_gaps(replace(first, terminated=np.ones_like(first.terminated)), 0.97))
    found.append(optimal_gaps(replace(first, action_mask=np.eye(4, dtype=bool)[np.zeros(16, dtype=int)]), 0.97))
    assert not any(np.array_equal(other, one, equal_nan=True) for one in found)
    np.testing.assert_allclose(found[0], 2 * other, rtol=1e-9, atol=1e-12)


def test_bad_tables_are_named():
    good = {
        "probs": np.full((2, 1, 2), 0.5),
        "next_states": np.zeros((2, 1, 2), dtype=int),
        "rewards": np.zeros((2, 1, 2)),
        "terminated": np.zeros((2, 1, 2), dtype=bool),
        "initial": np.array([1.0, 0.0]),
    }
    Table(**good)
    for name, wrong, message in [
        ("probs", np.array([[[0.5, 0.5]], [[0.5, 0.4]]]), r"probs must be probabilities .* at \(1, 0\)"),
        ("probs", np.array([[[1.5, -0.5]], [[0.5, 0.5]]]), r"at \(0, 0\)"),
        ("probs", np.full((2, 1, 2), np.nan), "probs must be probabilities"),
        ("initial", np.array([0.5, 0.4]), "initial must be probabilities"),
        ("next_states", np.array([[[0, 1]], [[0, 2]]]), r"next_states must be in \[0, 2\), got 2 at \(1, 0, 1\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            Table(**{**good, name: wrong})
    for name, wrong, message in [
        ("rewards", np.full((2, 1, 2), np.nan), r"rewards must be in \(-inf, inf\), got nan at \(0, 0, 0\)"),
        ("rewards", np.zeros((2, 1)), r"rewards must have shape \(2, 1, 2\), got \(2, 1\)"),
        ("next_states", np.zeros((2, 1, 2)), "next_states must be integers"),
        ("initial", np.array([1.0, 0.0, 0.0]), "initial must have shape"),
        ("action_mask", np.array([[True], [False]]), "got none in state 1"),
        ("action_mask", np.array([True, True]), "action_mask must have shape"),
        ("observations", np.zeros(3, int), r"observations must have shape \(2,\), got \(3,\)"),
        ("observations", np.array([0, -1]), "observations must be integers of at least 0"),
        ("observations", np.zeros(2), "observations must be integers of at least 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            Table(**{**good, name: wrong})
    with pytest.raises(ValueError, match="has no P"):
        compile_table(gymnasium.make("CartPole-v1"))


def test_time_limits_truncate_and_episodes_start_anew():
    env = TabularVectorEnv(table_of("CliffWalking-v1"), 3, max_episode_steps=4)
    env.reset(seed=0)
    for step in range(1, 13):
        observations, rewards, terminated, truncated, info = env.step([0, 0, 1])  # up, up, into the cliff
        assert not terminated.any()
        np.testing.assert_array_equal(truncated, np.full(3, step % 4 == 0))
        np.testing.assert_array_equal(rewards, [-1, -1, -100])
        if step % 4 == 0:
            np.testing.assert_array_equal(info["final_obs"], [0, 0, 36])
            np.testing.assert_array_equal(info["_final_obs"], [True, True, True])
            np.testing.assert_array_equal(observations, [36, 36, 36])
        else:
            assert "final_obs" not in info


@pytest.mark.parametrize(
    ("name", "arguments", "limit"),
    [
        ("FrozenLake-v1", {}, 100),
        ("FrozenLake8x8-v1", {}, 200),
        ("FrozenLake-v1", {"map_name": "8x8"}, 100),
        ("Taxi-v4", {}, 200),
        ("CliffWalking-v1", {"max_episode_steps": 50}, 50),
        ("FrozenLake-v1", {"max_episode_steps": -1}, None),
    ],
)
def test_make_keeps_the_time_limits_of_gymnasium(name, arguments, limit):
    assert envs.make(name, 2, **arguments).max_episode_steps == limit


def test_reset_starts_the_clock_again():
    env = TabularVectorEnv(table_of("CliffWalking-v1"), 1, max_episode_steps=3)
    env.reset(seed=0)
    env.step([0])
    env.step([0])
    env.reset()
    assert not env.step([0])[3].any()


def test_states_may_look_alike():
    # Three states in a row, of which the first two look the same; only the hidden state decides what follows.
    chain = Table(
        np.ones((3, 1, 1)),
        np.array([1, 2, 2]).reshape(3, 1, 1),
        np.array([1.0, 2.0, 4.0]).reshape(3, 1, 1),
        np.array([False, False, True]).reshape(3, 1, 1),
        np.array([1.0, 0.0, 0.0]),
        observations=np.array([0, 0, 1]),
    )
    assert chain.observation_count == 2
    env = TabularVectorEnv(chain, 1, discount=1.0)
    assert env.single_observation_space.n == 2
    seen = [env.reset(seed=0)[0]]
    rewards = []
    for _ in range(3):
        observations, reward, *_, info = env.step([0])
        seen.append(observations)
        rewards.append(reward[0])
    assert np.ravel(seen).tolist() == [0, 0, 1, 0]
    assert rewards == [1.0, 2.0, 4.0]
    assert info["final_obs"].tolist() == [1]


def test_taxi_reports_the_mask_of_its_observations():
    env, one = envs.make("Taxi-v4", 20), gymnasium.make("Taxi-v4").unwrapped
    observations, info = env.reset(seed=3)
    for _ in range(5):
        for state, mask in zip(observations, info["action_mask"], strict=True):
            np.testing.assert_array_equal(mask, one.action_mask(state).astype(bool))
        actions = np.array([np.flatnonzero(mask)[0] for mask in info["action_mask"]])
        observations, _, _, _, info = env.step(actions)


def test_the_gap_is_that_of_the_action_just_taken():
    env = envs.make("FrozenLake-v1", 4, discount=0.99)
    gaps = optimal_gaps(env.table, 0.99)
    states, _ = env.reset(seed=1)
    for _ in range(200):
        following, _, _, _, info = env.step([0, 1, 2, 3])
        np.testing.assert_array_equal(info["gap"], gaps[states, [0, 1, 2, 3]])
        states = following
    assert "gap" not in envs.make("FrozenLake-v1", 1).reset(seed=0)[1]


OUTCOMES = 16 * 2 * 2 * 2  # next state, reward, terminated, truncated


def outcome(state, reward, terminated, truncated):
    return ((state * 2 + int(reward)) * 2 + int(terminated)) * 2 + int(truncated)


def counted_by_gymnasium(actions, steps, limit):
    """Transitions of Gymnasium's own FrozenLake: counts by (state, action, outcome)."""
    env = gymnasium.make("FrozenLake-v1", max_episode_steps=limit)
    counts = np.zeros((16, 4, OUTCOMES))
    state, _ = env.reset(seed=int(fresh_rng().integers(2**63)))
    for step in range(steps):
        action = int(actions[step])
        following, reward, terminated, truncated, _ = env.step(action)
        counts[state, action, outcome(following, reward, terminated, truncated)] += 1
        state = env.reset()[0] if terminated or truncated else following
    return counts


def counted_in_a_batch(actions, replicates, limit, wrong=False):
    env = envs.make("FrozenLake-v1", replicates, max_episode_steps=limit)
    if wrong:  # the planted fault: the last outcome comes up a little too often
        env._levels *= 0.9
    counts = np.zeros((16, 4, OUTCOMES))
    states, _ = env.reset(seed=int(fresh_rng().integers(2**63)))
    for row in actions.reshape(-1, replicates):
        following, rewards, terminated, truncated, info = env.step(row)
        reached = np.where(info["_final_obs"], info["final_obs"], following) if "final_obs" in info else following
        np.add.at(
            counts, (states, row, outcome(reached, 0, 0, 0) + rewards.astype(int) * 4 + terminated * 2 + truncated), 1
        )
        states = following
    return counts


def homogeneity(one, two, least=40):
    """Chi-square p-value that two tables of counts, states and actions given, have one law; small cells pooled."""
    statistic, freedom = 0.0, 0
    for first, second in zip(one.reshape(-1, OUTCOMES), two.reshape(-1, OUTCOMES), strict=True):
        if min(first.sum(), second.sum()) < 500:
            continue
        both = first + second
        large = both * min(first.sum(), second.sum()) / both.sum() >= least
        cells = np.stack([np.append(part[large], part[~large].sum()) for part in (first, second)])
        expected = cells.sum(axis=1, keepdims=True) * cells.sum(axis=0) / cells.sum()
        used = expected[0] * expected[1] > 0
        kept = used & (expected.min(axis=0) >= least)
        if (used & ~kept).any():  # a pooled rest that is still small says nothing
            cells = cells[:, kept]
            expected = cells.sum(axis=1, keepdims=True) * cells.sum(axis=0) / cells.sum()
        else:
            cells, expected = cells[:, used], expected[:, used]
        statistic += ((cells - expected) ** 2 / expected).sum()
        freedom += cells.shape[1] - 1
    assert freedom > 60
    return stats.chi2.sf(statistic, freedom)


def test_batched_and_single_stepping_agree_in_law():
    # On the same actions, with a time limit that bites; false-alarm rate 1e-9.
    steps, limit = 150_000, 9
    actions = np.random.default_rng(8).integers(4, size=steps)
    single = counted_by_gymnasium(actions, steps, limit)
    batched = counted_in_a_batch(actions, 1000, limit)
    assert homogeneity(single, batched) > FALSE_ALARM
    more = np.random.default_rng(9).integers(4, size=2 * steps)
    assert homogeneity(single, counted_in_a_batch(more, 1000, limit, wrong=True)) < FALSE_ALARM


def test_starts_follow_their_distribution():
    env = envs.make("Taxi-v4", 60_000)
    states, _ = env.reset(seed=int(fresh_rng().integers(2**63)))
    initial = env.table.initial
    counts = np.bincount(states, minlength=len(initial))
    assert not counts[initial == 0].any()
    assert stats.chisquare(counts[initial > 0], initial[initial > 0] * 60_000).pvalue > FALSE_ALARM


def test_rounding_in_the_sums_never_reaches_an_impossible_outcome():
    probs = np.zeros((2, 1, 12))
    probs[:, 0, :10] = 0.1  # their floating-point sum is 0.9999999999999999
    next_states = np.zeros((2, 1, 12), dtype=int)
    next_states[:, 0, 10:] = 1
    table = Table(probs, next_states, np.zeros((2, 1, 12)), np.zeros((2, 1, 12), bool), np.array([1.0, 0.0]))
    env = TabularVectorEnv(table, 1)
    assert env._cumulative[0, 9] == 1.0
    assert all(a <= b for a, b in pairwise(env._cumulative[0]))


def many_outcomes(noise=None):
    """Two states, two actions, twenty outcomes, each its own reward."""
    rng = np.random.default_rng(3)
    probs = rng.dirichlet(np.ones(20), size=(2, 2))
    next_states = rng.integers(2, size=(2, 2, 20), dtype=np.uint8)
    rewards = np.broadcast_to(np.arange(20.0), (2, 2, 20)).copy()
    return Table(probs, next_states, rewards, np.zeros((2, 2, 20), bool), np.array([1.0, 0.0]), noise=noise)


@pytest.mark.parametrize("action", [0, 1])
def test_more_outcomes_than_are_compared_one_by_one_follow_their_law(action):
    table, count = many_outcomes(), 40_000
    env = TabularVectorEnv(table, count)
    env.reset(seed=int(fresh_rng().integers(2**63)))
    _, rewards, _, _, _ = env.step(np.full(count, action))
    counts = np.bincount(rewards.astype(int), minlength=20)
    assert stats.chisquare(counts, table.probs[0, action] * count).pvalue > FALSE_ALARM
    assert stats.chisquare(counts, table.probs[0, 1 - action] * count).pvalue < FALSE_ALARM


def test_the_noise_of_a_reward_is_that_of_its_own_pair():
    noise = np.array([[0.0, 2.0], [0.5, 0.0]])
    table = many_outcomes(noise)
    env, plain = TabularVectorEnv(table, 4000), TabularVectorEnv(replace(table, noise=None), 4000)
    env.reset(seed=8), plain.reset(seed=8)
    states = np.zeros(4000, dtype=int)
    for _ in range(3):
        actions = np.arange(4000) % 2
        following, noisy, *_ = env.step(actions)
        added = noisy - plain.step(actions)[1]
        for state in (0, 1):
            for action in (0, 1):
                some = added[(states == state) & (actions == action)]
                assert not len(some) or some.std() == pytest.approx(noise[state, action], rel=0.15)
        states = following


def test_small_integers_of_a_table_do_not_overflow():
    next_states = np.full((200, 3, 1), 199, dtype=np.uint8)
    rewards = np.zeros((200, 3, 1))
    rewards[199, 2] = 7.0
    terminated, initial = np.zeros((200, 3, 1), dtype=int), np.eye(200)[0]
    env = TabularVectorEnv(Table(np.ones((200, 3, 1)), next_states, rewards, terminated, initial), 2)
    env.reset(seed=0)
    env.step([0, 0])
    observations, found, ended, _, _ = env.step([2, 2])
    assert found.tolist() == [7.0, 7.0]
    assert (observations.dtype, ended.dtype) == (np.int64, np.bool_)


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
