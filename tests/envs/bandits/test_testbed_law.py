"""The Gaussian testbed: means and noise follow the stated normals, single and batched."""

import numpy as np
import pytest
from scipy import stats

from envs import GaussianBandit, GaussianBanditVector
from tests.support.frequencies import FALSE_ALARM, fresh_rng


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"arms": 0}, "arms must be a whole number of at least 1, got 0"),
        ({"arms": 2.5}, "arms must be"),
        ({"mean": np.inf}, r"mean must be in \(-inf, inf\), got inf"),
        ({"mean": np.complex128(1)}, r"mean must be in \(-inf, inf\)"),
        ({"mean": 10**400}, r"mean must be in \(-inf, inf\), got an integer beyond the range of floats"),
        ({"spread": -1}, r"spread must be in \[0, inf\)"),
        ({"noise": "loud"}, "noise must be"),
    ],
)
def test_bandits_refuse_bad_parameters(arguments, message):
    with pytest.raises(ValueError, match=message):
        GaussianBandit(**arguments)
    with pytest.raises(ValueError, match=message):
        GaussianBanditVector(2, **arguments)


def test_a_single_bandit_refuses_a_bad_arm():
    env = GaussianBandit(arms=2)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"actions must be in \[0, 2\), got 2"):
        env.step(2)


def pulls(env, arm, count):
    """Rewards of one arm less its mean, and the means, over fresh problems, from a single environment."""
    noise, means = [], []
    for _ in range(count):
        env.reset()
        _, reward, _, _, info = env.step(arm)
        assert info["gap"] == env.means.max() - env.means[arm]
        noise.append(reward - env.means[arm])
        means.append(env.means[arm])
    return np.array(noise), np.array(means)


def test_single_and_batched_bandits_have_the_stated_law():
    # Kolmogorov-Smirnov against the stated normals; each test's false-alarm rate is FALSE_ALARM.
    env = GaussianBandit(arms=4, mean=2.0, spread=3.0, noise=0.5)
    env.reset(seed=int(fresh_rng().integers(2**63)))
    noise, means = pulls(env, 1, 3000)
    batch = GaussianBanditVector(30_000, arms=4, mean=2.0, spread=3.0, noise=0.5)
    batch.reset(seed=int(fresh_rng().integers(2**63)))
    _, rewards, _, _, info = batch.step(np.ones(30_000, dtype=int))
    np.testing.assert_array_equal(info["gap"], batch.means.max(axis=1) - batch.means[:, 1])
    for errors, centres in ((noise, means), (rewards - batch.means[:, 1], batch.means[:, 1])):
        assert stats.kstest(errors / 0.5, "norm").pvalue > FALSE_ALARM
        assert stats.kstest((centres - 2.0) / 3.0, "norm").pvalue > FALSE_ALARM
        assert stats.kstest(errors / 0.55, "norm").pvalue < FALSE_ALARM or len(errors) < 10_000


def test_the_noise_of_a_bandit_does_not_depend_on_the_actions():
    worlds = [GaussianBanditVector(50, arms=5) for _ in range(2)]
    for world in worlds:
        world.reset(seed=list(range(50)))
    np.testing.assert_array_equal(worlds[0].means, worlds[1].means)
    rows = np.arange(50)
    for step in range(5):
        first, second = np.full(50, step % 5), np.full(50, (3 * step + 1) % 5)
        noise = [
            world.step(actions)[1] - world.means[rows, actions]
            for world, actions in zip(worlds, (first, second), strict=True)
        ]
        np.testing.assert_allclose(noise[0], noise[1], rtol=0, atol=1e-14)
