"""What the results of a run take of the disk, before it begins."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

from boltzmann.experiments.describe import Plan
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.store import kept_shapes

_MEGABYTE = 2**20

_FILE_BYTES = 2600
"""Of a block's file beside its numbers: the names, shapes and checksums of what is in it, and what block it is."""


def disk_text(plan: Plan, folder: Path) -> str:
    """Say how much of the disk the results take, and refuse more than is free, where the file system tells.

    Raises
    ------
    RefusedError
        Where what is not stored yet would not fit; the message says what to do.
    """
    needed = left = 0
    for block in plan.blocks():
        numbers = sum(math.prod(shape) for shape in kept_shapes(plan, block).values())
        needed += 8 * numbers + _FILE_BYTES
        left += 0 if (folder / block.name).is_file() else 8 * numbers + _FILE_BYTES
    free = _free_bytes(folder)
    told = f"{needed / _MEGABYTE:.1f} MB of results in {folder}"
    if free is not None and left > free:
        raise RefusedError(
            f"{told} are more than the {free / _MEGABYTE:.1f} MB that are free there: record blocks in the place of "
            "replicates, or fewer points, or choose another folder"
        )
    return told


def _free_bytes(folder: Path) -> int | None:
    """Bytes that are free where a folder is or will be made; None where the file system does not tell."""
    try:
        # Of a folder that is not made yet, the next one above it.
        usage = shutil.disk_usage(next(one for one in (folder, *folder.absolute().parents) if one.exists()))
    except OSError:
        # A folder that may not be read: whether it can be written is for the first file to show.
        return None
    # Procfs and some network mounts give zeros for all sizes: nothing is known of them, not that they are full.
    return usage.free if usage.total else None
