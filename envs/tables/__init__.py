"""Environments whose model is known as arrays.

- ``table``: the arrays, and how to make them from ``env.P``
- ``vector_env``: many copies stepped together; ``single_env``: one copy, with a picture
- ``solving``: optimal values and gaps
- ``pictures``: how single environments are drawn
"""

from envs.tables.bars import Bars
from envs.tables.pictures import Boards, Cells, Nodes, ring, row
from envs.tables.single_env import TableEnv
from envs.tables.solving import optimal_gaps, optimal_values
from envs.tables.table import Table, compile_table
from envs.tables.vector_env import TabularVectorEnv

__all__ = [
    "Bars",
    "Boards",
    "Cells",
    "Nodes",
    "Table",
    "TableEnv",
    "TabularVectorEnv",
    "compile_table",
    "optimal_gaps",
    "optimal_values",
    "ring",
    "row",
]
