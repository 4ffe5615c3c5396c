"""Bandit environments.

- ``base``: what all bandits share
- ``stationary``, ``changing``, ``adversarial``: one file for each kind
"""

from envs.bandits.adversarial import (
    AdversarialBandit,
    AdversarialBanditVector,
    ZeroedStartBandit,
    ZeroedStartBanditVector,
)
from envs.bandits.changing import AbruptBandit, AbruptBanditVector, DriftingBandit, DriftingBanditVector
from envs.bandits.stationary import (
    BernoulliBandit,
    BernoulliBanditVector,
    GaussianBandit,
    GaussianBanditVector,
    LeverBandit,
    LeverBanditVector,
    UniformBandit,
    UniformBanditVector,
)

__all__ = [
    "AbruptBandit",
    "AbruptBanditVector",
    "AdversarialBandit",
    "AdversarialBanditVector",
    "BernoulliBandit",
    "BernoulliBanditVector",
    "DriftingBandit",
    "DriftingBanditVector",
    "GaussianBandit",
    "GaussianBanditVector",
    "LeverBandit",
    "LeverBanditVector",
    "UniformBandit",
    "UniformBanditVector",
    "ZeroedStartBandit",
    "ZeroedStartBanditVector",
]
