"""What can be wrong with an experiment or its folder, as the caller's own doing or the disk's."""

from __future__ import annotations


class RefusedError(ValueError):
    """An experiment that cannot run, or a folder that it cannot use; nothing has been computed or written."""


class UnsupportedError(ValueError):
    """There is no compiled form; the message says of what."""


class DamagedBlockError(ValueError):
    """A block file that fails its checksum or does not hold what a block holds."""


class FailedCellsError(RuntimeError):
    """Some cells have failed and the others are stored.

    Attributes
    ----------
    failures : tuple of str
        A line each: the cell, why, and the file that has the whole traceback.
    """

    def __init__(self, failures: tuple[str, ...], cells: int) -> None:
        super().__init__(failures, cells)
        self.failures = failures
        self.cells = cells

    def __str__(self) -> str:
        """Say how many of how many, then each."""
        told = "; ".join(self.failures)
        return f"{len(self.failures)} of {self.cells} cells failed, the others are stored: {told}"
