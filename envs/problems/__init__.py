"""Exploration problems of the literature, each a table made by a pure function.

- ``chains``, ``loops``, ``grids``, ``deep_sea``, ``garnets``, ``softmax_mdps``, ``blackjack``
"""

from envs.problems.blackjack import blackjack_table
from envs.problems.chains import Chain, RiverSwim, chain, river_swim
from envs.problems.deep_sea import DeepSea, DeepSeaStochastic, deep_sea, deep_sea_stochastic
from envs.problems.garnets import Garnet, garnet
from envs.problems.grids import GridWorld, grid_world
from envs.problems.loops import DoubleChain, Loop, double_chain, loop
from envs.problems.softmax_mdps import RandomMDP, TwoState, random_mdp, two_state

__all__ = [
    "Chain",
    "DeepSea",
    "DeepSeaStochastic",
    "DoubleChain",
    "Garnet",
    "GridWorld",
    "Loop",
    "RandomMDP",
    "RiverSwim",
    "TwoState",
    "blackjack_table",
    "chain",
    "deep_sea",
    "deep_sea_stochastic",
    "double_chain",
    "garnet",
    "grid_world",
    "loop",
    "random_mdp",
    "river_swim",
    "two_state",
]
