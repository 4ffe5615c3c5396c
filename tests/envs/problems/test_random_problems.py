"""Random problems have the stated law."""

import numpy as np
import pytest
from scipy import integrate, stats

import envs
from envs.problems.softmax_mdps import _weights_with_spikes
from tests.support.frequencies import FALSE_ALARM, agrees, counts_of, fresh_rng


def garnet_seeds(count):
    return fresh_rng().integers(2**62, size=count).tolist()


def test_garnets_have_the_stated_law():
    tables = [envs.garnet(6, 3, 2, seed=seed) for seed in garnet_seeds(300)]
    targets = np.concatenate([table.next_states.reshape(-1, 2) for table in tables])
    assert (targets[:, 0] != targets[:, 1]).all()
    assert agrees(counts_of(targets, 6), np.full(6, 1 / 6))
    pieces = np.concatenate([table.probs.reshape(-1, 2)[:, 0] for table in tables])
    assert stats.kstest(pieces, "uniform").pvalue > FALSE_ALARM
    rewards = np.concatenate([table.rewards.ravel() for table in tables])
    assert stats.kstest(rewards, "norm").pvalue > FALSE_ALARM
    # The planted fault: normalised uniforms instead of the pieces of a cut interval.
    uniforms = fresh_rng().random((len(pieces), 2))
    assert stats.kstest(uniforms[:, 0] / uniforms.sum(axis=1), "uniform").pvalue < FALSE_ALARM
    assert all((table.noise == 0.1).all() for table in tables)


def spiked_by_normals_of_spread(rng, shape, spread):
    weights = rng.uniform(0, 0.01, shape) + (rng.random(shape) < 0.5) * np.maximum(rng.normal(1, spread, shape), 0)
    return weights + (rng.random(shape) < 0.1) * rng.normal(100, 1, shape)


def test_random_mdps_have_the_stated_law():
    # Classes of weights: below 0.02, 0.7 and 50, and above. Shares without the large normal come from quadrature.
    def normal_below(bound):
        return integrate.quad(lambda u: stats.norm.cdf((bound - u - 1) / np.sqrt(0.1)), 0, 0.01)[0] / 0.01

    tiny, small = 0.5 + 0.5 * normal_below(0.02), 0.5 + 0.5 * normal_below(0.7)
    probs = [0.9 * tiny, 0.9 * (small - tiny), 0.9 * (1 - small), 0.1]

    def counts(weights):
        return np.histogram(weights, [0, 0.02, 0.7, 50, np.inf])[0]

    assert agrees(counts(_weights_with_spikes(fresh_rng(), (100_000,))), probs)
    assert not agrees(counts(spiked_by_normals_of_spread(fresh_rng(), (100_000,), 0.1)), probs)
    tables = [envs.random_mdp(seed=seed) for seed in garnet_seeds(2000)]
    shapes = np.array([table.probs.shape for table in tables])
    assert agrees(counts_of(shapes[:, 0] - 2, 9), np.full(9, 1 / 9))
    assert agrees(counts_of(shapes[:, 1] - 2, 4), np.full(4, 1 / 4))
    assert all(table.rewards.max() == 0.5 for table in tables)
    assert all(table.rewards.min() >= 0 for table in tables)


@pytest.mark.parametrize("make", [envs.garnet, envs.random_mdp])
def test_a_seed_fixes_a_random_problem(make):
    problem, same, different = make(seed=5), make(seed=5), make(seed=6)
    np.testing.assert_array_equal(problem.probs, same.probs)
    np.testing.assert_array_equal(problem.rewards, same.rewards)
    assert problem.rewards.shape != different.rewards.shape or (problem.rewards != different.rewards).any()
