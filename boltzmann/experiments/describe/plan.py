"""An experiment as plain data: its cells and blocks, the recorded steps, and the random stream of each block.

A results folder holds this data, so results can be read where the agents' classes cannot be imported.
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
"""Record the curves of each replicate, or the mean and variance over the replicates of each block."""

_ENVIRONMENT_STREAM, _AGENT_STREAM = 0, 1
_MOST_STEPS = 10**15


@dataclass(frozen=True)
class Block:
    """Some replicates of one cell: the unit of work, of randomness and of storage."""

    task: int
    agent: int
    number: int
    replicates: int

    @property
    def cell(self) -> str:
        """Name of the block's cell."""
        return f"task{self.task:02d}-agent{self.agent:02d}"

    @property
    def name(self) -> str:
        """Name of the block's file."""
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
        repeated = next((text for text in self.agents if self.agents.count(text) > 1), None)
        if repeated is not None:
            raise ValueError(f"agents must differ, got {repeated} twice for {self.environment}")


@dataclass(frozen=True)
class Plan:
    """An experiment without its objects: see :class:`boltzmann.experiments.Experiment` for the parameters."""

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
                "replicates must be a multiple of block, and block at least 2, to record means of blocks, got "
                f"{self.replicates} and {self.block}"
            )
        if not self.tasks:
            raise ValueError("tasks must hold at least one task, got none")
        labels = self.task_labels
        if len(set(labels)) < len(labels):
            raise ValueError(f"tasks must differ in environment or steps, got {', '.join(labels)}")

    @property
    def task_labels(self) -> list[str]:
        """Names of the tasks: the environment, with the number of steps where an environment repeats."""
        names = [task.environment for task in self.tasks]
        return [
            name if names.count(name) == 1 else f"{name}, {task.steps} steps"
            for name, task in zip(names, self.tasks, strict=True)
        ]

    @property
    def agent_steps(self) -> int:
        """Number of steps that all replicates of all cells take together."""
        return sum(task.steps * len(task.agents) for task in self.tasks) * self.replicates

    @property
    def blocks_per_cell(self) -> int:
        """Number of blocks of each cell."""
        return math.ceil(self.replicates / self.block)

    @property
    def largest_block(self) -> int:
        """Number of replicates in the largest block."""
        return min(self.block, self.replicates)

    @property
    def samples(self) -> int:
        """Number of independent samples of a cell at each point: one for each replicate, or for each block."""
        return self.replicates if self.record == "replicates" else self.replicates // self.block

    @property
    def sample(self) -> str:
        """Name of one sample: a replicate or a block."""
        return "replicate" if self.record == "replicates" else "block"

    @property
    def samples_text(self) -> str:
        """Number and kind of the samples, in words.

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

    def cells(self) -> list[tuple[int, int]]:
        """List the indices of all cells, task and agent: by task, then agent."""
        return [(index, agent) for index, task in enumerate(self.tasks) for agent in range(len(task.agents))]

    def cell_blocks(self, task: int, agent: int) -> list[Block]:
        """List the blocks of a cell."""
        starts = range(0, self.replicates, self.block)
        sizes = [min(self.block, self.replicates - start) for start in starts]
        return [Block(task, agent, number, size) for number, size in enumerate(sizes)]

    def blocks(self) -> list[Block]:
        """List all blocks: by task, then agent, then number."""
        return [block for cell in self.cells() for block in self.cell_blocks(*cell)]

    def agent_steps_of(self, block: Block) -> int:
        """Return the number of steps that all replicates of a block take together."""
        return self.tasks[block.task].steps * block.replicates

    def recorded_steps(self, task: int) -> NDArray[np.int64]:
        """Return the last step of each recorded window of a task, counted from 1."""
        steps = self.tasks[task].steps
        windows = min(self.points, steps)
        # Products of Python's integers cannot overflow.
        return np.array([window * steps // windows for window in range(1, windows + 1)], dtype=np.int64)

    def environment_seeds(self, block: Block) -> list[int]:
        """Return an environment seed for each replicate of a block; all agents of a task get the same seeds."""
        return [
            int(seed) for seed in self._stream(block, _ENVIRONMENT_STREAM).generate_state(block.replicates, np.uint64)
        ]

    def agent_rng(self, block: Block) -> np.random.Generator:
        """Make the agent's generator for a block; all agents of a task get the same stream."""
        return np.random.default_rng(self._stream(block, _AGENT_STREAM))

    def _stream(self, block: Block, stream: int) -> np.random.SeedSequence:
        # The key leaves the agent out: agents that meet the same randomness can be compared replicate by replicate.
        return np.random.SeedSequence(self.seed, spawn_key=(block.task, block.number, stream))

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON data."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Plan:
        """Make a plan from the data of :meth:`to_json`."""
        tasks = tuple(TaskPlan(task["environment"], tuple(task["agents"]), task["steps"]) for task in plain["tasks"])
        return cls(tasks, plain["replicates"], plain["seed"], plain["block"], plain["points"], plain["record"])

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits; equal descriptions have equal digits."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]
