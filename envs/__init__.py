"""Gymnasium environments and their batched form; importing this package registers the ids in ``ENV_IDS``."""

from gymnasium.envs.registration import register

from envs.adversarial_bandits import (
    AdversarialBandit,
    AdversarialBanditVector,
    ZeroedStartBandit,
    ZeroedStartBanditVector,
)
from envs.bandits import (
    BernoulliBandit,
    BernoulliBanditVector,
    GaussianBandit,
    GaussianBanditVector,
    LeverBandit,
    LeverBanditVector,
    UniformBandit,
    UniformBanditVector,
)
from envs.changing_bandits import AbruptBandit, AbruptBanditVector, DriftingBandit, DriftingBanditVector
from envs.making import make
from envs.tables import Table, compile_table, optimal_gaps, optimal_values
from envs.tabular import TabularVectorEnv

__all__ = [
    "ENV_IDS",
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
    "Table",
    "TabularVectorEnv",
    "UniformBandit",
    "UniformBanditVector",
    "ZeroedStartBandit",
    "ZeroedStartBanditVector",
    "compile_table",
    "make",
    "optimal_gaps",
    "optimal_values",
]

_BANDITS = (
    GaussianBandit,
    BernoulliBandit,
    UniformBandit,
    LeverBandit,
    DriftingBandit,
    AbruptBandit,
    AdversarialBandit,
    ZeroedStartBandit,
)

ENV_IDS = (*(f"boltzmann/{bandit.__name__}-v0" for bandit in _BANDITS),)

for bandit in _BANDITS:
    register(
        id=f"boltzmann/{bandit.__name__}-v0",
        entry_point=f"{bandit.__module__}:{bandit.__name__}",
        vector_entry_point=f"{bandit.__module__}:{bandit.__name__}Vector",
    )
