"""An experiment as plain data: its cells and blocks, the recorded steps, and the random stream of each block.

A results folder holds this data, so results can be read where the agents' classes cannot be imported.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.experiments.describe.block import Block, read_block_name
from boltzmann.experiments.wording import counted

RECORDS = ("replicates", "blocks", "log")
"""Record the curves of each replicate, or the mean and variance over the replicates of each block, or the curves and a
log of every decision."""

_ENVIRONMENT_STREAM, _AGENT_STREAM = 0, 1
_MOST = 10**15
"""The largest count: products of two counts stay within the floats, and products with a step within an int64."""
_MOST_SEED = 2**256 - 1
_BOUNDS = (("replicates", 1, _MOST), ("seed", 0, _MOST_SEED), ("block", 1, _MOST), ("points", 1, _MOST))
_MOST_BLOCKS = 10**6
"""Each block is a file of the run's folder."""


@dataclass(frozen=True)
class TaskPlan:
    """A task in the one notation: its environment, its agents, and its steps."""

    environment: str
    agents: tuple[str, ...]
    steps: int

    def __post_init__(self) -> None:
        for name, text in (("environment", self.environment), *(("agents", agent) for agent in self.agents)):
            checks.text(name, text)
        object.__setattr__(self, "steps", checks.whole_number("steps", self.steps, least=1, most=_MOST))
        environment = checks.shown(self.environment)
        if not self.agents:
            raise ValueError(f"agents must hold at least one agent, got none for {environment}")
        repeated, times = Counter(self.agents).most_common(1)[0]
        if times > 1:
            raise ValueError(f"agents must differ, got {checks.shown(repeated)} twice for {environment}")

    @classmethod
    def from_json(cls, plain: object) -> TaskPlan:
        """Make a task of JSON data."""
        values = _values("a task", plain, cls)
        return cls(**{**values, "agents": _tuple("agents", values["agents"])})


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
        for name, least, most in _BOUNDS:
            object.__setattr__(self, name, checks.whole_number(name, getattr(self, name), least=least, most=most))
        checks.one_of("record", self.record, RECORDS)
        if self.record == "blocks" and (self.block < 2 or self.replicates % self.block):
            raise ValueError(
                "replicates must be a multiple of block, and block at least 2, to record means of blocks, got "
                f"{self.replicates} and {self.block}"
            )
        if not self.tasks:
            raise ValueError("tasks must hold at least one task, got none")
        label, times = Counter(self.task_labels).most_common(1)[0]
        if times > 1:
            raise ValueError(f"tasks must differ in environment or steps, got {checks.shown(label)} twice")
        if self.total_blocks > _MOST_BLOCKS:
            raise ValueError(
                f"blocks must be at most {_MOST_BLOCKS}, got {self.blocks_per_cell} for each of {len(self.cells())} "
                "cells: take a larger block, or fewer replicates"
            )

    @property
    def task_labels(self) -> list[str]:
        """Names of the tasks: the environment, with the number of steps where an environment repeats."""
        times = Counter(task.environment for task in self.tasks)
        return [
            task.environment if times[task.environment] == 1 else f"{task.environment}, {task.steps} steps"
            for task in self.tasks
        ]

    @property
    def agent_steps(self) -> int:
        """Number of steps that all replicates of all cells take together."""
        return sum(task.steps * len(task.agents) for task in self.tasks) * self.replicates

    @property
    def blocks_per_cell(self) -> int:
        """Number of blocks of each cell."""
        return -(-self.replicates // self.block)

    @property
    def total_blocks(self) -> int:
        """Number of blocks of all cells."""
        return self.blocks_per_cell * len(self.cells())

    @property
    def largest_block(self) -> int:
        """Number of replicates in the largest block."""
        return min(self.block, self.replicates)

    @property
    def samples(self) -> int:
        """Number of independent samples of a cell at each point: one for each replicate, or for each block."""
        return self.replicates if self.record != "blocks" else self.replicates // self.block

    @property
    def sample(self) -> str:
        """Name of one sample: a replicate or a block."""
        return "replicate" if self.record != "blocks" else "block"

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
        200 replicates
        """
        if self.record == "blocks":
            return f"{counted(self.samples, 'mean')} of {counted(self.block, 'replicate')} each"
        return counted(self.replicates, "replicate")

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

    def equal_blocks(self) -> list[tuple[Block, int]]:
        """List a block of each cell and size, with the number of blocks of that size."""
        full, rest = divmod(self.replicates, self.block)
        sizes = [(0, self.block, full), (full, rest, 1)]
        return [
            (Block(*cell, number, size), count)
            for cell in self.cells()
            for number, size, count in sizes
            if size * count
        ]

    def find_block(self, name: str) -> Block | None:
        """Return the block whose file has a name; None where there is none."""
        task, agent, number = read_block_name(name) or (len(self.tasks), 0, 0)
        if task >= len(self.tasks) or agent >= len(self.tasks[task].agents) or number >= self.blocks_per_cell:
            return None
        block = Block(task, agent, number, min(self.block, self.replicates - number * self.block))
        return block if block.name == name else None

    def agent_steps_of(self, block: Block) -> int:
        """Return the number of steps that all replicates of a block take together."""
        return self.tasks[block.task].steps * block.replicates

    def windows(self, task: int) -> int:
        """Return the number of recorded windows of a task."""
        return min(self.points, self.tasks[task].steps)

    def recorded_steps(self, task: int) -> NDArray[np.int64]:
        """Return the last step of each recorded window of a task, counted from 1."""
        steps, windows = self.tasks[task].steps, self.windows(task)
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
        """Make a plan from the data of :meth:`to_json`; a ValueError or TypeError says what is wrong with them."""
        values = _values("the experiment", plain, cls)
        values["tasks"] = tuple(map(TaskPlan.from_json, _tuple("tasks", values["tasks"])))
        return cls(**values)

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits; equal descriptions have equal digits."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]


def _values(name: str, plain: object, kind: type[Plan | TaskPlan]) -> dict[str, Any]:
    """Return a copy of an object of JSON whose keys are just the fields of a class."""
    names = sorted(field.name for field in fields(kind))
    if not isinstance(plain, dict) or sorted(plain) != names:
        raise ValueError(f"{name} must have the keys {', '.join(names)}, got {checks.shown(plain)}")
    return dict(plain)


def _tuple(name: str, plain: object) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise TypeError(f"{name} must be a list, got {checks.shown(plain)}")
    return tuple(plain)
