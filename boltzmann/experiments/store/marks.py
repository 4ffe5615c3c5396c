"""Marks of the blocks in progress: files in which workers write how many steps they have taken.

They lie in the results folder, which the workers of every backend write to, so they need no connection of their own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".running"
_SECONDS_BETWEEN_WRITES = 1.0
_DIGITS = 20
"""All numbers have as many digits, so a reader never sees a part of a longer one."""


@contextmanager
def marked(mark: Path) -> Iterator[Callable[[int], None]]:
    """Make a mark, and remove it at the end; if the process is killed, it stays and identifies the block.

    Yields ``write_steps(steps)``, which writes at most once a second. A mark that cannot be written is left as it is:
    it costs the display of the progress and nothing else.
    """
    mark.touch()
    due = time.monotonic() + _SECONDS_BETWEEN_WRITES

    def write_steps(steps: int) -> None:
        nonlocal due
        if (now := time.monotonic()) < due:
            return
        due = now + _SECONDS_BETWEEN_WRITES
        # The file is closed between writes, since Windows removes no open file. A mark that was removed stays away.
        with suppress(OSError), open(mark, "r+b", buffering=0) as file:
            file.write(f"{steps:0{_DIGITS}}".encode())

    try:
        yield write_steps
    finally:
        mark.unlink(missing_ok=True)


def read_marks(folder: Path) -> dict[str, int]:
    """Return the steps in each mark of a folder, by its name without the suffix; 0 where none are written yet."""
    steps: dict[str, int] = {}
    # A worker may remove its mark at any moment, and a network disk may fail for one.
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False):
                with suppress(OSError, ValueError), open(entry.path, "rb") as file:
                    steps[entry.name.removesuffix(SUFFIX)] = int(file.read(_DIGITS) or b"0")
    return steps
