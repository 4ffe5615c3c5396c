"""TODO face."""

from envs.tables.pictures import Cells, Nodes, ring, row
from envs.tables.single_env import TableEnv
from envs.tables.solving import optimal_gaps, optimal_values
from envs.tables.table import Table, compile_table
from envs.tables.vector_env import TabularVectorEnv

__all__ = [
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
