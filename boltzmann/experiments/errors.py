"""Errors of an experiment or its folder."""

from __future__ import annotations


class RefusedError(ValueError):
    """An experiment cannot run, or cannot use its folder; nothing has been computed or written."""


class UnsupportedError(ValueError):
    """There is no compiled form; the message names the part without one."""


class DamagedBlockError(ValueError):
    """A block file fails its checksum, or does not hold the arrays of its block."""


class LostWorkersError(RuntimeError):
    """All workers are gone, or their cluster is; what is stored stays, and the same run continues."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; what is stored stays, run the same command again to continue")


class FailedCellsError(RuntimeError):
    """Some cells have failed, and the others are stored.

    Attributes
    ----------
    failures : tuple of str
        One line for each failed cell: the cell, the reason, and the file with the whole traceback.
    cells : int
        Number of all cells.
    """

    def __init__(self, failures: tuple[str, ...], cells: int) -> None:
        super().__init__(failures, cells)
        self.failures = failures
        self.cells = cells

    def __str__(self) -> str:
        """Return the number of failed cells, then the line of each."""
        return f"{len(self.failures)} of {self.cells} cells failed, the others are stored: {'; '.join(self.failures)}"


class FailedFiguresError(RuntimeError):
    """Some figures, or the page, could not be drawn or written; the results and all other files are whole.

    Attributes
    ----------
    failures : tuple of str
        One line for each: the figure and the reason.
    """

    def __init__(self, failures: tuple[str, ...]) -> None:
        super().__init__(failures)
        self.failures = failures

    def __str__(self) -> str:
        """Return the line of each figure."""
        return f"some figures failed, the results and the others are whole: {'; '.join(self.failures)}"
