"""A block, and the name of its file."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"task(\d{2,9})-agent(\d{2,9})-block(\d{4,9})\.npz", re.ASCII)


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

    @property
    def log_name(self) -> str:
        """Name of the file of the block's log, where decisions are recorded."""
        return f"{self.cell}-block{self.number:04d}.log.npz"


def read_block_name(name: str) -> tuple[int, int, int] | None:
    """Return the task, agent and number in the name of a block's file; None for another name.

    Examples
    --------
    >>> read_block_name(Block(1, 2, 3, replicates=10).name)
    (1, 2, 3)
    """
    match = _NAME.fullmatch(name)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
