"""Published regrets of simple learners on the bandits."""

import numpy as np
import pytest

from envs import (
    UniformBanditVector,
    ZeroedStartBanditVector,
)
from tests.support.frequencies import fresh_rng


def perturbed_leader(zeroed, scale, replicates=600, rounds=20_000):
    """Regret of Boltzmann-Gumbel exploration: the largest of mean + scale / sqrt(visits) x Gumbel is pulled."""
    env = ZeroedStartBanditVector(replicates, zeroed=zeroed)
    env.reset(seed=int(fresh_rng().integers(2**63)))
    rng, rows, regret = fresh_rng(), np.arange(replicates), np.zeros(replicates)
    visits, sums = np.zeros((replicates, 10)), np.zeros((replicates, 10))
    for step in range(rounds):
        if step < 10:
            arms = np.full(replicates, step)
        else:
            arms = (sums / visits + scale / np.sqrt(visits) * rng.gumbel(size=(replicates, 10))).argmax(axis=1)
        _, rewards, _, _, info = env.step(arms)
        visits[rows, arms] += 1
        sums[rows, arms] += rewards
        regret += info["gap"]
    return regret


@pytest.mark.slow
@pytest.mark.parametrize(
    ("squared", "zeroed", "known", "tolerance"), [(0.05, 0, 176, 0.15), (0.25, 0, 464, 0.05), (0.25, 200, 471, 0.05)]
)
def test_boltzmann_gumbel_exploration_has_the_known_regret(squared, zeroed, known, tolerance):
    # 10 arms, gap 0.1, 20 000 rounds; measured before from the paper's description. The standard error here is 2 to 3,
    # with a heavy tail at the small scale: runs that miss the best arm for ever lose 2000.
    assert perturbed_leader(zeroed, np.sqrt(squared)).mean() == pytest.approx(known, rel=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize(("arms", "noise", "temperature", "known"), [(2, 0.01, 0.001, 0.351), (10, 0.1, 0.05, 19.65)])
def test_softmax_has_the_published_regret_on_uniform_means(arms, noise, temperature, known):
    # Kuleshov & Precup 2014: 1000 runs of 1000 turns; estimates start at 1, and the first reward replaces that.
    env = UniformBanditVector(3000, arms=arms, noise=noise)
    env.reset(seed=int(fresh_rng().integers(2**63)))
    rng, rows, regret = fresh_rng(), np.arange(3000), np.zeros(3000)
    visits, estimates = np.zeros((3000, arms)), np.ones((3000, arms))
    for _ in range(1000):
        pulled = (estimates / temperature + rng.gumbel(size=estimates.shape)).argmax(axis=1)
        _, rewards, _, _, info = env.step(pulled)
        visits[rows, pulled] += 1
        estimates[rows, pulled] += (rewards - estimates[rows, pulled]) / visits[rows, pulled]
        regret += info["gap"]
    # The published mean of 1000 runs has an error of its own, the square root of 3 larger.
    error = regret.std() / np.sqrt(3000)
    assert abs(regret.mean() - known) < 6.2 * 2 * error
