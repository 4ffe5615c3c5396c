"""Exploration problems of the literature, each a table made by a pure function.

- ``chains``, ``loops``, ``grids``, ``deep_sea``, ``catch``, ``job_shops``: known problems
- ``garnets``, ``softmax_mdps``: random ones
- ``blackjack``: the table of an environment that Gymnasium registers itself

``PROBLEMS`` lists them; registration, contract tests and the documentation's table follow this list. A problem that
never terminates is truncated after the phase of its paper, and after 1000 steps where the paper names none.
"""

from envs.entries import Entry
from envs.problems.blackjack import blackjack_table
from envs.problems.catch import Catch, catch
from envs.problems.chains import Chain, RiverSwim, chain, river_swim
from envs.problems.deep_sea import DeepSea, DeepSeaStochastic, deep_sea, deep_sea_stochastic
from envs.problems.garnets import Garnet, garnet
from envs.problems.grids import GridWorld, grid_world
from envs.problems.job_shops import JobShop, job_shop
from envs.problems.loops import DoubleChain, Loop, double_chain, loop
from envs.problems.softmax_mdps import RandomMDP, TwoState, random_mdp, two_state

__all__ = [
    "Catch",
    "Chain",
    "DeepSea",
    "DeepSeaStochastic",
    "DoubleChain",
    "Garnet",
    "GridWorld",
    "JobShop",
    "Loop",
    "RandomMDP",
    "RiverSwim",
    "TwoState",
    "blackjack_table",
    "catch",
    "chain",
    "deep_sea",
    "deep_sea_stochastic",
    "double_chain",
    "garnet",
    "grid_world",
    "job_shop",
    "loop",
    "random_mdp",
    "river_swim",
    "two_state",
]

PROBLEMS = (
    Entry(RiverSwim, table=river_swim, time_limit=5000),
    Entry(Chain, table=chain, time_limit=1000),
    Entry(Loop, table=loop, time_limit=1000),
    Entry(DoubleChain, table=double_chain, time_limit=1000),
    Entry(DeepSea, table=deep_sea),
    Entry(DeepSeaStochastic, table=deep_sea_stochastic),
    Entry(TwoState, table=two_state, time_limit=1000),
    Entry(RandomMDP, table=random_mdp, time_limit=1000),
    Entry(GridWorld, table=grid_world, time_limit=300),
    Entry(Garnet, table=garnet, time_limit=1000),
    Entry(JobShop, table=job_shop, time_limit=1000),
    Entry(Catch, table=catch),
)
TABLES = (*(entry.table for entry in PROBLEMS if entry.table is not None), blackjack_table)
"""All functions that make a table; a contract test walks them."""
