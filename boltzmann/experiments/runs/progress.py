"""How far a run is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from boltzmann.experiments.describe import Block, Plan


@dataclass(frozen=True)
class Status:
    """How far a run is; what was found stored counts as done.

    Attributes
    ----------
    blocks, total_blocks : int
        Blocks that are stored, and in all.
    cells, total_cells : int
        Cells of which all blocks are stored, and in all.
    steps, total_steps : int
        Agent-steps, one for each step of each replicate, of the stored blocks and in all.
    failed : int
        Cells that have failed.
    """

    blocks: int
    total_blocks: int
    cells: int
    total_cells: int
    steps: int
    total_steps: int
    failed: int = 0


Progress = Callable[[Status], None]
"""``on_progress(status)``: told what was there, then after each block."""


class Tally:
    """Counts what is done of a plan.

    Parameters
    ----------
    plan : Plan
        What there is to do.
    missing : iterable of Block
        What is not stored yet.
    """

    def __init__(self, plan: Plan, missing: Iterable[Block]) -> None:
        self._plan = plan
        blocks = plan.blocks()
        self._total = Status(0, len(blocks), 0, 0, 0, sum(self._steps(block) for block in blocks))
        self._left: dict[str, set[str]] = {block.cell: set() for block in blocks}
        self._failed: set[str] = set()
        self._blocks, self._cells, self._agent_steps = len(blocks), len(self._left), self._total.total_steps
        for block in missing:
            self._cells -= not self._left[block.cell]
            self._left[block.cell].add(block.name)
            self._blocks -= 1
            self._agent_steps -= self._steps(block)

    def done(self, block: Block) -> None:
        """Count a missing block as stored."""
        self._left[block.cell].remove(block.name)
        self._cells += not self._left[block.cell]
        self._blocks += 1
        self._agent_steps += self._steps(block)

    def failed(self, block: Block) -> None:
        """Count the cell of a block as failed."""
        self._failed.add(block.cell)

    def status(self) -> Status:
        """Tell how far it is."""
        return replace(
            self._total,
            blocks=self._blocks,
            cells=self._cells,
            total_cells=len(self._left),
            steps=self._agent_steps,
            failed=len(self._failed),
        )

    def _steps(self, block: Block) -> int:
        return self._plan.tasks[block.task].steps * block.replicates
