"""Describe an experiment: agents, environments, numbers of steps, and the seed.

- ``description``: ``Task`` and ``Experiment``, which hold the agents as objects
- ``plan``: the same as plain data: cells, blocks, recorded steps and random streams; ``block``: a block
- ``toml``: experiments as TOML files
- ``registered``: the environments that only the running script has registered
"""

from boltzmann.experiments.describe.block import Block
from boltzmann.experiments.describe.description import Experiment, Task, read_environment
from boltzmann.experiments.describe.plan import Plan, TaskPlan
from boltzmann.experiments.describe.registered import Specs, register_specs, specs_of
from boltzmann.experiments.describe.toml import format_plan, format_toml, read_toml

__all__ = [
    "Block",
    "Experiment",
    "Plan",
    "Specs",
    "Task",
    "TaskPlan",
    "format_plan",
    "format_toml",
    "read_environment",
    "read_toml",
    "register_specs",
    "specs_of",
]
