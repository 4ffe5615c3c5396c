"""What can be wrong with an experiment or its folder, as the caller's own doing or the disk's."""

from __future__ import annotations

__all__ = ["DamagedBlockError", "RefusedError"]


class RefusedError(ValueError):
    """An experiment that cannot run, or a folder that it cannot use; nothing has been computed or written."""


class DamagedBlockError(ValueError):
    """A block file that fails its checksum or does not hold what a block holds."""
