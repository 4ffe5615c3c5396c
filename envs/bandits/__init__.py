"""Bandit environments.

- ``rendering``, ``paying``, ``base``: what a bandit shows; what its arms pay, as a law; what all bandits share
- ``stationary``, ``changing``, ``adversarial``, ``catalogue``: one file for each kind

``BANDITS`` lists them all; registration, contract tests and the documentation's table follow this list.
"""

from envs.bandits.adversarial import (
    AdversarialBandit,
    AdversarialBanditVector,
    ZeroedStartBandit,
    ZeroedStartBanditVector,
)
from envs.bandits.base import Bandit, BanditVector, Problems
from envs.bandits.catalogue import CatalogueBandit, CatalogueBanditVector
from envs.bandits.changing import AbruptBandit, AbruptBanditVector, DriftingBandit, DriftingBanditVector
from envs.bandits.paying import BanditLaw, pay_normal, pay_one_or_zero
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
    "Bandit",
    "BanditLaw",
    "BanditVector",
    "BernoulliBandit",
    "BernoulliBanditVector",
    "CatalogueBandit",
    "CatalogueBanditVector",
    "DriftingBandit",
    "DriftingBanditVector",
    "GaussianBandit",
    "GaussianBanditVector",
    "LeverBandit",
    "LeverBanditVector",
    "Problems",
    "UniformBandit",
    "UniformBanditVector",
    "ZeroedStartBandit",
    "ZeroedStartBanditVector",
    "pay_normal",
    "pay_one_or_zero",
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
    Entry(CatalogueBandit, CatalogueBanditVector),
)
