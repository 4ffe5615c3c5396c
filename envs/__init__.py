"""Gymnasium environments and their batched form; importing this package registers the ids in ``ENV_IDS``."""

from gymnasium.envs.registration import register

from envs.bandits import (
    AbruptBandit,
    AbruptBanditVector,
    AdversarialBandit,
    AdversarialBanditVector,
    BernoulliBandit,
    BernoulliBanditVector,
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
from envs.finite import BoundObservation, NumberObservation, number_observations
from envs.making import TIME_LIMIT, TimeLimitWarning, make, make_raw
from envs.problems import (
    Chain,
    DeepSea,
    DeepSeaStochastic,
    DoubleChain,
    Garnet,
    GridWorld,
    Loop,
    RandomMDP,
    RiverSwim,
    TwoState,
    blackjack_table,
    chain,
    deep_sea,
    deep_sea_stochastic,
    double_chain,
    garnet,
    grid_world,
    loop,
    random_mdp,
    river_swim,
    two_state,
)
from envs.tables import Table, TableEnv, TabularVectorEnv, compile_table, optimal_gaps, optimal_values

__all__ = [
    "ENV_IDS",
    "MDP_IDS",
    "TIME_LIMIT",
    "AbruptBandit",
    "AbruptBanditVector",
    "AdversarialBandit",
    "AdversarialBanditVector",
    "BernoulliBandit",
    "BernoulliBanditVector",
    "BoundObservation",
    "Chain",
    "DeepSea",
    "DeepSeaStochastic",
    "DoubleChain",
    "DriftingBandit",
    "DriftingBanditVector",
    "Garnet",
    "GaussianBandit",
    "GaussianBanditVector",
    "GridWorld",
    "LeverBandit",
    "LeverBanditVector",
    "Loop",
    "NumberObservation",
    "RandomMDP",
    "RiverSwim",
    "Table",
    "TableEnv",
    "TabularVectorEnv",
    "TimeLimitWarning",
    "TwoState",
    "UniformBandit",
    "UniformBanditVector",
    "ZeroedStartBandit",
    "ZeroedStartBanditVector",
    "blackjack_table",
    "chain",
    "compile_table",
    "deep_sea",
    "deep_sea_stochastic",
    "double_chain",
    "garnet",
    "grid_world",
    "loop",
    "make",
    "make_raw",
    "number_observations",
    "optimal_gaps",
    "optimal_values",
    "random_mdp",
    "river_swim",
    "two_state",
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

for bandit in _BANDITS:
    register(
        id=f"boltzmann/{bandit.__name__}-v0",
        entry_point=f"{bandit.__module__}:{bandit.__name__}",
        vector_entry_point=f"{bandit.__module__}:{bandit.__name__}Vector",
    )

# Exploration problems, of which envs.make steps the tables. What never terminates is cut into the papers' phases:
# 5000 steps for RiverSwim, 1000 for the rest, also where a paper names none; 300 on the grid. DeepSea ends by itself.
_MDPS: dict[str, tuple[str, int | None]] = {
    "boltzmann/RiverSwim-v0": ("envs.problems.chains:RiverSwim", 5000),
    "boltzmann/Chain-v0": ("envs.problems.chains:Chain", 1000),
    "boltzmann/Loop-v0": ("envs.problems.loops:Loop", 1000),
    "boltzmann/DoubleChain-v0": ("envs.problems.loops:DoubleChain", 1000),
    "boltzmann/DeepSea-v0": ("envs.problems.deep_sea:DeepSea", None),
    "boltzmann/DeepSeaStochastic-v0": ("envs.problems.deep_sea:DeepSeaStochastic", None),
    "boltzmann/TwoState-v0": ("envs.problems.softmax_mdps:TwoState", 1000),
    "boltzmann/RandomMDP-v0": ("envs.problems.softmax_mdps:RandomMDP", 1000),
    "boltzmann/GridWorld-v0": ("envs.problems.grids:GridWorld", 300),
    "boltzmann/Garnet-v0": ("envs.problems.garnets:Garnet", 1000),
}
MDP_IDS = tuple(_MDPS)
for _name, (_entry_point, _limit) in _MDPS.items():
    register(id=_name, entry_point=_entry_point, max_episode_steps=_limit)

ENV_IDS = (*(f"boltzmann/{bandit.__name__}-v0" for bandit in _BANDITS), *MDP_IDS)
