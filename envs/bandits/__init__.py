"""Bandit environments.

- ``rendering``, ``base``: what a bandit shows; what all bandits share
- ``stationary``, ``changing``, ``adversarial``: one file for each kind

``BANDITS`` lists them all; registration, contract tests and the documentation's table follow this list.
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
from envs.entries import Entry

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

BANDITS = (
    Entry(GaussianBandit, GaussianBanditVector),
    Entry(BernoulliBandit, BernoulliBanditVector),
    Entry(UniformBandit, UniformBanditVector),
    Entry(LeverBandit, LeverBanditVector),
    Entry(DriftingBandit, DriftingBanditVector, changing=True),
    Entry(AbruptBandit, AbruptBanditVector, changing=True),
    Entry(AdversarialBandit, AdversarialBanditVector),
    Entry(ZeroedStartBandit, ZeroedStartBanditVector),
)
