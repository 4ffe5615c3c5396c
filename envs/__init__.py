"""Gymnasium environments and their batched form; importing this package registers the ids in ``ENV_IDS``."""

from gymnasium.envs.registration import register

from envs.bandits import GaussianBandit, GaussianBanditVector
from envs.making import make
from envs.tables import Table, compile_table, optimal_gaps, optimal_values
from envs.tabular import TabularVectorEnv

__all__ = [
    "ENV_IDS",
    "GaussianBandit",
    "GaussianBanditVector",
    "Table",
    "TabularVectorEnv",
    "compile_table",
    "make",
    "optimal_gaps",
    "optimal_values",
]

ENV_IDS = ("boltzmann/GaussianBandit-v0",)

register(
    id="boltzmann/GaussianBandit-v0",
    entry_point="envs.bandits:GaussianBandit",
    vector_entry_point="envs.bandits:GaussianBanditVector",
)
