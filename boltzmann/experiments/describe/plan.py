"""An experiment as plain data: its cells and blocks, where they are recorded and what each draws from.

This is what a results folder holds, so results can be read where the classes of the agents cannot.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks

RECORDS = ("replicates", "blocks")
"""Whether each replicate has curves of its own, or each block the means and variances of its replicates."""

_ENVIRONMENT, _AGENT = 0, 1
_MOST_STEPS = 10**15


@dataclass(frozen=True)
class Block:
    """The unit of work, of randomness and of storage: some replicates of one cell."""

    task: int
    agent: int
    number: int
    replicates: int

    @property
    def cell(self) -> str:
        """The name of the block's cell."""
        return f"task{self.task:02d}-agent{self.agent:02d}"

    @property
    def name(self) -> str:
        """The name of the block's file."""
        return f"{self.cell}-block{self.number:04d}.npz"


@dataclass(frozen=True)
class TaskPlan:
    """A task in the one notation: its environment, its agents, and its steps."""

    environment: str
    agents: tuple[str, ...]
    steps: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", checks.whole_number("steps", self.steps, least=1, most=_MOST_STEPS))
        if not self.agents:
            raise ValueError(f"agents must hold at least one agent, got none for {self.environment}")
        twice = next((text for place, text in enumerate(self.agents) if text in self.agents[:place]), None)
        if twice is not None:
            raise ValueError(f"agents must differ, got {twice} twice for {self.environment}")


@dataclass(frozen=True)
class Plan:
    """All of an experiment but the objects: see :class:`boltzmann.experiments.Experiment` for the parameters."""

    tasks: tuple[TaskPlan, ...]
    replicates: int
    seed: int
    block: int
    points: int
    record: str = "replicates"

    def __post_init__(self) -> None:
        for name, least in (("replicates", 1), ("seed", 0), ("block", 1), ("points", 1)):
            object.__setattr__(self, name, checks.whole_number(name, getattr(self, name), least=least))
        checks.one_of("record", self.record, RECORDS)
        if self.record == "blocks" and (self.block < 2 or self.replicates % self.block):
            raise ValueError(
                "replicates must be a multiple of block, which is at least 2, where means of blocks are recorded, got "
                f"{self.replicates} and {self.block}"
            )
        if not self.tasks:
            raise ValueError("tasks must hold at least one task, got none")
        labels = self.task_labels
        if len(set(labels)) < len(labels):
            raise ValueError(f"tasks must differ in environment or steps, got {', '.join(labels)}")

    @property
    def task_labels(self) -> list[str]:
        """Names of the tasks: their environment, and their steps too where environments repeat."""
        names = [task.environment for task in self.tasks]
        return [
            name if names.count(name) == 1 else f"{name}, {task.steps} steps"
            for name, task in zip(names, self.tasks, strict=True)
        ]

    @property
    def agent_steps(self) -> int:
        """How many steps all replicates of all cells take."""
        return sum(task.steps * len(task.agents) for task in self.tasks) * self.replicates

    @property
    def samples(self) -> int:
        """How many independent numbers are stored of a cell at each point: one a replicate, or one a block."""
        return self.replicates if self.record == "replicates" else self.replicates // self.block

    @property
    def sample(self) -> str:
        """What one of them is."""
        return "replicate" if self.record == "replicates" else "block"

    @property
    def samples_text(self) -> str:
        """What the samples are, in words.

        Examples
        --------
        >>> task = TaskPlan("FrozenLake-v1", ("QLearning(Greedy())",), 500)
        >>> for record in RECORDS:
        ...     print(Plan((task,), 200, 0, 50, 100, record).samples_text)
        200 replicates
        4 means of 50 replicates each
        """
        if self.record == "blocks":
            return f"{self.samples} mean{'s' if self.samples > 1 else ''} of {self.block} replicates each"
        return f"{self.replicates} replicate{'s' if self.replicates > 1 else ''}"

    def blocks(self) -> list[Block]:
        """List all blocks: by task, then agent, then number."""
        sizes = [
            min(self.block, self.replicates - number * self.block)
            for number in range(math.ceil(self.replicates / self.block))
        ]
        return [
            Block(place, agent, number, size)
            for place, task in enumerate(self.tasks)
            for agent in range(len(task.agents))
            for number, size in enumerate(sizes)
        ]

    def recorded_steps(self, task: int) -> NDArray[np.int64]:
        """After how many steps each recorded window of a task ends; the last is the task's ``steps``."""
        steps = self.tasks[task].steps
        windows = min(self.points, steps)
        # Python's integers, whose products do not overflow.
        return np.array([window * steps // windows for window in range(1, windows + 1)], dtype=np.int64)

    def environment_seeds(self, block: Block) -> list[int]:
        """Seeds for the environments of a block, one a replicate; the same for all agents of a task."""
        return [int(seed) for seed in self._stream(block, _ENVIRONMENT).generate_state(block.replicates, np.uint64)]

    def agent_rng(self, block: Block) -> np.random.Generator:
        """Make the generator that the agent of a block draws from; the same for all agents of a task."""
        return np.random.default_rng(self._stream(block, _AGENT))

    def _stream(self, block: Block, who: int) -> np.random.SeedSequence:
        # Not by agent: agents that meet the same randomness can be compared replicate by replicate.
        return np.random.SeedSequence(self.seed, spawn_key=(block.task, block.number, who))

    def to_json(self) -> dict[str, Any]:
        """Give the plan as what JSON holds."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Plan:
        """Make the plan again from what :meth:`to_json` gave."""
        tasks = tuple(TaskPlan(task["environment"], tuple(task["agents"]), task["steps"]) for task in plain["tasks"])
        return cls(tasks, plain["replicates"], plain["seed"], plain["block"], plain["points"], plain["record"])

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits, the same for equal descriptions."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]
