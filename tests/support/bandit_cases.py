"""All bandits with parameters, a fault, and the law of arm 1 written down plainly from the papers."""

import numpy as np
import pytest

from envs import (
    AbruptBandit,
    AbruptBanditVector,
    AdversarialBandit,
    AdversarialBanditVector,
    BernoulliBandit,
    BernoulliBanditVector,
    CatalogueBandit,
    CatalogueBanditVector,
    DriftingBandit,
    DriftingBanditVector,
    GaussianBandit,
    GaussianBanditVector,
    LeverBandit,
    LeverBanditVector,
    UniformBandit,
    UniformBanditVector,
    ZeroedStartBandit,
    ZeroedStartBanditVector,
)

N = 20_000


def gaussian(rng, step):
    return rng.normal(rng.normal(2.0, 3.0, N), 0.5)


def bernoulli(rng, step):
    return rng.random(N) < rng.random(N)


def uniform(rng, step):
    return rng.uniform(0, 1, N) + 0.1 * rng.normal(size=N)


def levers(rng, step):
    mu, sigma = rng.uniform(0, 1, N), rng.uniform(0, 1, N)
    return rng.normal(mu, sigma)


def drifting(rng, step):
    walk = np.zeros(N)
    for _ in range(step):
        walk += rng.normal(0, 0.5, N)
    return rng.normal(walk, 1.0)


def abrupt(rng, step):
    # Round 3 is the second of the second segment: only the law of a segment shows here.
    return rng.normal(rng.normal(0.0, 1.0, N), 1.0)


def adversarial(rng, step):
    return np.full(N, [1.0, 0.0, 0.0][step % 3])


def zeroed(rng, step):
    return np.zeros(N) if step < 2 else rng.random(N) < 0.75


def catalogue(rng, step):
    # Features of length 1 times standard normal tastes are standard normal again.
    tastes, others = rng.normal(size=N), rng.normal(size=N)
    return rng.normal(2.0 * (np.sqrt(0.7) * tastes + np.sqrt(0.3) * others), 0.5)


CASES = [
    (GaussianBandit, GaussianBanditVector, {"mean": 2.0, "spread": 3.0, "noise": 0.5}, {"noise": 3.0}, gaussian),
    (BernoulliBandit, BernoulliBanditVector, {}, {"means": [0.6, 0.6]}, bernoulli),
    (UniformBandit, UniformBanditVector, {"noise": 0.1}, {"noise": 0.5}, uniform),
    (LeverBandit, LeverBanditVector, {"arms": 4}, {"deviations": [0.05] * 4}, levers),
    (DriftingBandit, DriftingBanditVector, {"drift": 0.5}, {"drift": 1.5}, drifting),
    (AbruptBandit, AbruptBanditVector, {"period": 2}, {"spread": 2.5}, abrupt),
    (AdversarialBandit, AdversarialBanditVector, {}, {"rewards": [[0.0, 0.5]]}, adversarial),
    (
        ZeroedStartBandit,
        ZeroedStartBanditVector,
        {"means": [0.25, 0.75], "zeroed": 2},
        {"means": [0.25, 0.6]},
        zeroed,
    ),
    (
        CatalogueBandit,
        CatalogueBanditVector,
        {"arms": 5, "features": 3, "explained": 0.7, "spread": 2.0, "noise": 0.5},
        {"spread": 1.5},
        catalogue,
    ),
]


every_bandit = pytest.mark.parametrize(
    ("single", "vector", "parameters", "wrong", "law"), CASES, ids=[case[0].__name__ for case in CASES]
)


every_bandit_with_means = pytest.mark.parametrize(
    ("single", "vector", "parameters"), [case[:3] for case in CASES if case[0] is not AdversarialBandit]
)
