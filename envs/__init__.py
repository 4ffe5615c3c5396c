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
from envs.blackjack import blackjack_table
from envs.changing_bandits import AbruptBandit, AbruptBanditVector, DriftingBandit, DriftingBanditVector
from envs.finite import BoundObservation, NumberObservation, number_observations
from envs.making import TIME_LIMIT, TimeLimitWarning, make, make_raw
from envs.tables import Table, compile_table, optimal_gaps, optimal_values
from envs.tabular import TabularVectorEnv

__all__ = [
    "ENV_IDS",
    "TIME_LIMIT",
    "AbruptBandit",
    "AbruptBanditVector",
    "AdversarialBandit",
    "AdversarialBanditVector",
    "BernoulliBandit",
    "BernoulliBanditVector",
    "BoundObservation",
    "DriftingBandit",
    "DriftingBanditVector",
    "GaussianBandit",
    "GaussianBanditVector",
    "LeverBandit",
    "LeverBanditVector",
    "NumberObservation",
    "Table",
    "TabularVectorEnv",
    "TimeLimitWarning",
    "UniformBandit",
    "UniformBanditVector",
    "ZeroedStartBandit",
    "ZeroedStartBanditVector",
    "blackjack_table",
    "compile_table",
    "make",
    "make_raw",
    "number_observations",
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
