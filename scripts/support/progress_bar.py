"""The progress of a run: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, TextIO

from tqdm import tqdm

from boltzmann.experiments import Status

_SECONDS_BETWEEN_LINES = 10.0


def line(status: Status, steps_before: int, seconds: float) -> str:
    """Describe the progress of a run: cells, blocks, agent-steps a second and the time left.

    Parameters
    ----------
    status : Status
        The progress.
    steps_before : int
        Agent-steps that were stored before; they do not count for the rate.
    seconds : float
        Time since the computation began.

    Examples
    --------
    >>> line(Status(5, 16, 2, 8, 60_000, 200_000), 10_000, 2.0)
    'cells 2/8, blocks 5/16, 25.0k agent-steps/s, 0:00:06 left'
    >>> line(Status(0, 16, 0, 8, 0, 200_000, failed=1), 0, 0.0)
    'cells 0/8 (1 failed), blocks 0/16'
    """
    failed = f" ({status.failed} failed)" if status.failed else ""
    progress = f"cells {status.cells}/{status.total_cells}{failed}, blocks {status.blocks}/{status.total_blocks}"
    computed = status.steps - steps_before
    if computed <= 0 or seconds <= 0:
        return progress
    rate = computed / seconds
    left = duration((status.total_steps - status.steps) / rate)
    return f"{progress}, {tqdm.format_sizeof(rate)} agent-steps/s, {left} left"


def duration(seconds: float) -> str:
    """Write a time as hours, minutes and seconds.

    Examples
    --------
    >>> duration(3725.4)
    '1:02:05'
    """
    whole = round(seconds)
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


class ProgressBar:
    """Shows the progress of a run on stderr; blocks that were stored before do not count for rate and time left.

    Parameters
    ----------
    stream : text file, optional
        Stderr by default. A terminal gets a bar; another stream gets a line at first, every ten seconds, and at last.
    clock : callable
        Returns seconds; tests replace it.
    """

    def __init__(self, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._bar: tqdm[Any] | None = None
        self._first: Status | None = None
        self._began = self._last_line = 0.0

    def __enter__(self) -> ProgressBar:
        return self

    def __call__(self, status: Status) -> None:
        """Show a status."""
        now, stream = self._clock(), self._stream or sys.stderr
        if self._first is None:
            self._first, self._began = status, now
        progress = line(status, self._first.steps, now - self._began)
        if stream.isatty():
            self._draw(status, progress, stream)
            return
        last = status.blocks == status.total_blocks
        if status is self._first or last or now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            print(f"computing: {progress}", file=stream, flush=True)

    def _draw(self, status: Status, progress: str, stream: TextIO) -> None:
        if self._bar is None:
            form = "{percentage:3.0f}% |{bar}| {desc}"
            self._bar = tqdm(total=status.total_steps, file=stream, bar_format=form, dynamic_ncols=True)
        self._bar.n = status.steps
        self._bar.set_description_str(progress)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
