"""The progress of a run: counts of blocks, cells and steps, and the watch that reports them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType

from boltzmann.experiments.describe import Block, Plan

_SECONDS_BETWEEN_LOOKS = 1.0
_LEAST_REST = 100
"""The watch rests so many times as long as a look takes, since a folder may hold a million files."""


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
        Agent-steps, one for each step of each replicate: those of the stored blocks with those that the blocks in
        progress have taken so far, and those of all blocks. Where a worker dies, the steps of its block are lost.
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
"""``on_progress(status)``: called for the stored blocks, then after each block, and once a second within blocks."""


class Tally:
    """Counts of the finished blocks, cells and steps of a plan; ``missing`` are the blocks not stored yet."""

    def __init__(self, plan: Plan, missing: Iterable[Block]) -> None:
        self._plan = plan
        blocks = plan.blocks()
        self._missing: dict[str, Block] = {}
        self._left = dict.fromkeys((block.cell for block in blocks), 0)
        self._failed: set[str] = set()
        self._in_progress: dict[str, int] = {}
        cells, steps = len(self._left), plan.agent_steps
        self._status = Status(len(blocks), len(blocks), cells, cells, steps, steps)
        for block in missing:
            self._missing[block.name] = block
            self._count(block, -1)

    def done(self, block: Block) -> None:
        """Count a missing block as stored."""
        del self._missing[block.name]
        self._in_progress.pop(block.name, None)
        self._count(block, +1)

    def failed(self, block: Block) -> None:
        """Count the cell of a block as failed."""
        self._failed.add(block.cell)
        self._in_progress.pop(block.name, None)

    def advance(self, steps: Mapping[str, int]) -> bool:
        """Count steps of blocks in progress, by the names of the blocks; return whether their sum has changed.

        A block that is not mentioned keeps its steps: it may have ended, and its outcome be on its way.
        """
        taken = {
            name: count * block.replicates
            for name, count in steps.items()
            if (block := self._missing.get(name)) is not None and block.cell not in self._failed
        }
        before = sum(self._in_progress.values())
        self._in_progress |= taken
        return sum(self._in_progress.values()) != before

    def status(self) -> Status:
        """Return the present counts."""
        complete = sum(not left for left in self._left.values())
        steps = self._status.steps + sum(self._in_progress.values())
        return replace(self._status, cells=complete, steps=steps, failed=len(self._failed))

    def _count(self, block: Block, sign: int) -> None:
        self._left[block.cell] -= sign
        steps = self._status.steps + sign * self._plan.agent_steps_of(block)
        self._status = replace(self._status, blocks=self._status.blocks + sign, steps=steps)


class Watch:
    """Reports the progress of a run: after each block, and once a second what the blocks in progress have done.

    A thread looks at the steps in progress while this process waits for an outcome. No two reports overlap. An error
    that a report raises in that thread ends the run when the next block ends.

    Parameters
    ----------
    tally : Tally
        The counts so far, which are reported on entering.
    steps_in_progress : callable
        Returns the steps that each block in progress has taken, by the names of the blocks.
    on_progress : callable, optional
        Receives each status; without it nothing is watched.
    """

    def __init__(
        self, tally: Tally, steps_in_progress: Callable[[], Mapping[str, int]], on_progress: Progress | None
    ) -> None:
        self._tally, self._steps_in_progress, self._on_progress = tally, steps_in_progress, on_progress
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._outcomes = 0
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._look_again, name="progress", daemon=True)

    def __enter__(self) -> Watch:
        if self._on_progress is not None:
            self._on_progress(self._tally.status())
            self._thread.start()
        return self

    def done(self, block: Block) -> None:
        """Report that a block is stored."""
        self._count(self._tally.done, block)

    def failed(self, block: Block) -> None:
        """Report that the cell of a block has failed."""
        self._count(self._tally.failed, block)

    def _count(self, count: Callable[[Block], None], block: Block) -> None:
        with self._lock:
            self._raise_error()
            count(block)
            self._outcomes += 1
            if self._on_progress is not None:
                self._on_progress(self._tally.status())

    def _look_again(self) -> None:
        pause, seen = _SECONDS_BETWEEN_LOOKS, 0
        while not self._closed.wait(pause):
            if seen != self._outcomes:
                # Blocks that end within a second report often enough.
                seen = self._outcomes
                continue
            began = time.monotonic()
            steps = self._steps_in_progress()
            pause = max(_SECONDS_BETWEEN_LOOKS, _LEAST_REST * (time.monotonic() - began))
            with self._lock:
                if self._closed.is_set() or self._on_progress is None or not self._tally.advance(steps):
                    continue
                try:
                    self._on_progress(self._tally.status())
                except Exception as error:
                    self._error = error
                    return

    def _raise_error(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()
        if error is None:
            self._raise_error()
