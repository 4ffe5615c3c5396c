"""The memory and free disk of this machine, compared with the needs of a run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from boltzmann.experiments.errors import RefusedError

MEGABYTE = 2**20

_CONTROL_GROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def require_available(need: str, needed: int, available: int | None, remedy: str) -> None:
    """Refuse a run that needs more bytes than there are; an unknown amount refuses nothing.

    ``need`` begins the message, and ``remedy`` follows the available megabytes.
    """
    if available is not None and needed > available:
        raise RefusedError(f"{need} more than the {available / MEGABYTE:.1f} MB {remedy}")


def total_memory() -> int | None:
    """Return the bytes of this machine's memory, or of its control group's where fewer; None where both are unknown."""
    limits = []
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    try:
        limit = _CONTROL_GROUP_LIMIT.read_text().strip()
    except OSError:
        limit = "max"
    if limit.isdigit():
        limits.append(int(limit))
    return min(limits, default=None)


def free_disk(folder: Path) -> int | None:
    """Return the free bytes where a folder is or will be made; None where the file system does not report them."""
    try:
        # A folder that does not exist yet will be on the disk of the nearest one above it.
        existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        usage = shutil.disk_usage(existing)
    except OSError:
        # The first write shows whether an unreadable folder can be written.
        return None
    # Procfs and some network mounts report zero for all sizes, which means unknown and not full.
    return usage.free if usage.total else None
