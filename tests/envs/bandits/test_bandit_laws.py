"""One contract for all bandits: their laws, single against batched, and gaps against their definition."""

import numpy as np
import pytest
from scipy import stats

import envs
from envs import (
    AbruptBandit,
    AdversarialBandit,
)
from tests.support.bandit_cases import CASES, N, every_bandit
from tests.support.frequencies import FALSE_ALARM, fresh_rng


def test_every_bandit_is_in_the_list():
    listed = {f"boltzmann/{case[0].__name__}-v0" for case in CASES}
    assert listed == {name for name in envs.ENV_IDS if name.endswith("Bandit-v0")}


def drawn(vector, parameters, steps):
    env = vector(N, **parameters)
    env.reset(seed=int(fresh_rng().integers(2**63)))
    return [env.step(np.ones(N, dtype=int))[1] for _ in range(steps)]


@every_bandit
def test_rewards_follow_the_law_of_the_paper(single, vector, parameters, wrong, law):
    # Two-sample Kolmogorov-Smirnov on fresh seeds, false-alarm rate FALSE_ALARM a round; conservative for steps.
    rewards = drawn(vector, parameters, 4)
    for step, sample in enumerate(rewards):
        assert stats.ks_2samp(sample, law(fresh_rng(), step), method="asymp").pvalue > FALSE_ALARM
    faulty = drawn(vector, {**parameters, **wrong}, 4)[3]
    assert stats.ks_2samp(faulty, law(fresh_rng(), 3), method="asymp").pvalue < FALSE_ALARM


@every_bandit
def test_single_and_batched_bandits_follow_one_law(single, vector, parameters, wrong, law):
    env, batch = single(**parameters), vector(1, **parameters)
    for seed in range(3):
        # With one seed, a single problem and a batch of one draw the same numbers.
        env.reset(seed=seed)
        batch.reset(seed=seed)
        for arm in (0, 1, 1, 0, 1, 0, 0, 1):
            np.testing.assert_array_equal(env.means, batch.means[0])
            _, reward, terminated, truncated, info = env.step(arm)
            _, rewards, *ends, infos = batch.step([arm])
            assert (reward, info["gap"]) == (rewards[0], infos["gap"][0])
            assert not any([terminated, truncated, *ends[0], *ends[1]])


@every_bandit
def test_single_problems_follow_the_law_too(single, vector, parameters, wrong, law):
    env, sample = single(**parameters), np.empty(1500)
    env.reset(seed=int(fresh_rng().integers(2**63)))
    for row in range(len(sample)):
        env.reset()
        sample[row] = [env.step(1)[1] for _ in range(4)][3]
    assert stats.ks_2samp(sample, law(fresh_rng(), 3), method="asymp").pvalue > FALSE_ALARM


@every_bandit
def test_problems_and_luck_do_not_depend_on_the_actions(single, vector, parameters, wrong, law):
    worlds = [vector(50, **parameters) for _ in range(2)]
    for world in worlds:
        world.reset(seed=list(range(50)))
    for step in range(7):
        np.testing.assert_array_equal(worlds[0].means, worlds[1].means)
        for world, arm in zip(worlds, (step % 2, (step // 2) % 2), strict=True):
            world.step(np.full(50, arm))
    states = [world.np_random.bit_generator.state for world in worlds]
    assert states[0] == states[1]


@pytest.mark.parametrize(
    ("single", "vector", "parameters"), [case[:3] for case in CASES if case[0] != AdversarialBandit]
)
def test_gaps_are_the_best_mean_less_the_mean_pulled(single, vector, parameters):
    env, rng = vector(40, **parameters), np.random.default_rng(0)
    env.reset(seed=3)
    for _ in range(12):
        means, arms = env.means.copy(), rng.integers(env.single_action_space.n, size=40)
        gaps = env.step(arms)[4]["gap"]
        assert gaps.tolist() == [max(row) - row[arm] for row, arm in zip(means, arms, strict=True)]


@pytest.mark.parametrize(
    ("single", "vector", "parameters"), [case[:3] for case in CASES if case[0] != AdversarialBandit]
)
def test_means_may_be_lists_or_tuples(single, vector, parameters):
    means = [[0.6, 0.5]] if single is AbruptBandit else [0.6, 0.5]
    for env in (single(means=means), single(means=tuple(means))):
        for seed in (0, 1):
            env.reset(seed=seed)
            assert env.means.tolist() == [0.6, 0.5]
        assert env.action_space.n == 2
    env = envs.make(f"boltzmann/{single.__name__}-v0", 3, means=means)
    env.reset(seed=0)
    np.testing.assert_array_equal(env.means, [[0.6, 0.5]] * 3)


@every_bandit
def test_bad_arms_and_early_steps_are_refused(single, vector, parameters, wrong, law):
    env = single(**parameters)
    with pytest.raises(RuntimeError, match="reset must be called"):
        env.step(0)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"actions must be in \[0, \d+\), got 5000"):
        env.step(5000)
    with pytest.raises(ValueError, match="num_envs must be"):
        vector(0, **parameters)
