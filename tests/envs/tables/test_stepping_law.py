"""Batched stepping has the law of Gymnasium's own stepping."""

from dataclasses import replace
from itertools import pairwise

import gymnasium
import numpy as np
import pytest
from scipy import stats

import envs
from envs import Table, TabularVectorEnv
from tests.support.frequencies import FALSE_ALARM, fresh_rng

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


def homogeneity(counts, other_counts, least=40):
    """Chi-square p-value that two tables of counts follow one law given states and actions; small cells are pooled."""
    statistic, freedom = 0.0, 0
    for first, second in zip(counts.reshape(-1, OUTCOMES), other_counts.reshape(-1, OUTCOMES), strict=True):
        if min(first.sum(), second.sum()) < 500:
            continue
        both = first + second
        large = both * min(first.sum(), second.sum()) / both.sum() >= least
        cells = np.stack([np.append(part[large], part[~large].sum()) for part in (first, second)])
        expected = cells.sum(axis=1, keepdims=True) * cells.sum(axis=0) / cells.sum()
        used = expected[0] * expected[1] > 0
        enough = used & (expected.min(axis=0) >= least)
        if (used & ~enough).any():  # a pooled rest that is still small has no power
            cells = cells[:, enough]
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
