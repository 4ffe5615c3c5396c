"""The progress of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from boltzmann.experiments.describe import Block, Plan


@dataclass(frozen=True)
class Status:
    """The progress of a run; blocks that were stored before count as done.

    Attributes
    ----------
    blocks, total_blocks : int
        Number of stored blocks, and of all.
    cells, total_cells : int
        Number of cells whose blocks are all stored, and of all.
    steps, total_steps : int
        Agent-steps, one for each step of each replicate, in the stored blocks and in all.
    failed : int
        Number of failed cells.
    """

    blocks: int
    total_blocks: int
    cells: int
    total_cells: int
    steps: int
    total_steps: int
    failed: int = 0


Progress = Callable[[Status], None]
"""``on_progress(status)``, called once for the stored blocks, then after each block."""


class Tally:
    """Counts of the finished blocks, cells and steps of a plan; ``missing`` are the blocks not stored yet."""

    def __init__(self, plan: Plan, missing: Iterable[Block]) -> None:
        self._plan = plan
        blocks = plan.blocks()
        self._missing: dict[str, set[str]] = {block.cell: set() for block in blocks}
        self._failed: set[str] = set()
        cells, steps = len(self._missing), plan.agent_steps
        self._status = Status(len(blocks), len(blocks), cells, cells, steps, steps)
        for block in missing:
            self._missing[block.cell].add(block.name)
            self._count(block, -1)

    def done(self, block: Block) -> None:
        """Count a missing block as stored."""
        self._missing[block.cell].remove(block.name)
        self._count(block, +1)

    def failed(self, block: Block) -> None:
        """Count the cell of a block as failed."""
        self._failed.add(block.cell)

    def status(self) -> Status:
        """Return the present counts."""
        complete = sum(not blocks for blocks in self._missing.values())
        return replace(self._status, cells=complete, failed=len(self._failed))

    def _count(self, block: Block, sign: int) -> None:
        steps = self._status.steps + sign * self._plan.agent_steps_of(block)
        self._status = replace(self._status, blocks=self._status.blocks + sign, steps=steps)
