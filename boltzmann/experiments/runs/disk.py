"""The disk that a run's results take, stated before the run begins."""

from __future__ import annotations

from pathlib import Path

from boltzmann.experiments.describe import Block, Plan
from boltzmann.experiments.runs.machine import MEGABYTE, free_disk, require_available
from boltzmann.experiments.store import Store, stored_bytes

_FILE_BYTES = 2600
"""Bytes of a block's file besides its numbers: names, shapes and checksums of its arrays, and the block's identity."""


def disk_text(plan: Plan, folder: Path) -> str:
    """Return how much of the disk the results take, in words; refuse missing blocks that would not fit."""

    def file_bytes(block: Block) -> int:
        return stored_bytes(plan, block) + _FILE_BYTES

    total = sum(count * file_bytes(block) for block, count in plan.equal_blocks())
    text = f"{total / MEGABYTE:.1f} MB of results in {folder}"
    missing = total - sum(map(file_bytes, Store(folder).stored(plan)))
    remedy = "that are free there: record blocks instead of replicates, record fewer points, or choose another folder"
    require_available(f"{text} are", missing, free_disk(folder), remedy)
    return text
