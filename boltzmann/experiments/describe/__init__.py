"""Describe an experiment: agents, environments, numbers of steps, and the seed.

- ``description``: ``Task`` and ``Experiment``, which hold the agents as objects
- ``plan``: the same as plain data: cells, blocks, recorded steps and random streams; ``block``: a block
- ``toml``: experiments as TOML files
"""

from boltzmann.experiments.describe.block import Block
from boltzmann.experiments.describe.description import Experiment, Task, read_environment
from boltzmann.experiments.describe.plan import Plan, TaskPlan
from boltzmann.experiments.describe.toml import format_toml, read_toml

__all__ = ["Block", "Experiment", "Plan", "Task", "TaskPlan", "format_toml", "read_environment", "read_toml"]
