"""TODO face."""

from boltzmann.experiments.describe.description import Experiment, Task, read_environment
from boltzmann.experiments.describe.plan import Block, Layout, TaskLayout
from boltzmann.experiments.describe.toml import format_toml, read_toml

__all__ = ["Block", "Experiment", "Layout", "Task", "TaskLayout", "format_toml", "read_environment", "read_toml"]
