"""The disk that a run's results take, stated before the run begins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from boltzmann.experiments.describe import Block, Plan
from boltzmann.experiments.runs.machine import MEGABYTE, free_disk, require_available
from boltzmann.experiments.store import Store, stored_bytes

_FILE_BYTES = 2600
"""Bytes of a block's file besides its numbers: names, shapes and checksums of its arrays, and the block's identity."""


def disk_text(plan: Plan, folder: Path) -> str:
    """Return how much of the disk the results take, in words; refuse missing blocks that would not fit."""
    return disk_text_of_all(folder, {folder: plan})


def disk_text_of_all(folder: Path, plans: Mapping[Path, Plan], drawn: int = 0) -> str:
    """Return how much of the disk several runs take, in words, with figures and page of ``drawn`` bytes.

    ``plans`` has the plan of each run under its folder, and ``folder`` is the one that holds them all.

    Raises
    ------
    RefusedError
        Where missing blocks, figures and page would not fit.
    """
    total, missing = disk_bytes_of_all(plans, drawn)
    what = "results, figures and page" if drawn else "results"
    text = f"{total / MEGABYTE:.1f} MB of {what} in {folder}"
    remedy = "that are free there: record blocks instead of replicates, record fewer points, or choose another folder"
    require_available(f"{text} are", missing, free_disk(folder), remedy)
    return text


def disk_bytes_of_all(plans: Mapping[Path, Plan], drawn: int = 0) -> tuple[int, int]:
    """Return the bytes that several runs take on the disk, and how many of them are missing there."""
    bytes_of_runs = [_results_bytes(plan, place) for place, plan in plans.items()]
    total, missing = (sum(numbers) + drawn for numbers in zip(*bytes_of_runs, strict=True))
    return total, missing


def _results_bytes(plan: Plan, folder: Path) -> tuple[int, int]:
    """Return the bytes of all blocks, and of those that are missing."""

    def file_bytes(block: Block) -> int:
        return stored_bytes(plan, block) + _FILE_BYTES

    total = sum(count * file_bytes(block) for block, count in plan.equal_blocks())
    return total, total - sum(map(file_bytes, Store(folder).stored(plan)))
