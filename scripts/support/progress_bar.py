"""The progress of a run: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, TextIO

from tqdm import tqdm

from boltzmann.experiments import Status
from scripts.support.output import current_output

_SECONDS_BETWEEN_LINES, _GROWTH = 10.0, 0.1
"""In a log, a line follows after ten seconds, or after a tenth of the time so far where that is longer."""


def line(status: Status, computed: int, left: int, seconds: float) -> str:
    """Describe the progress of a run: cells, blocks, agent-steps a second and the time left.

    Parameters
    ----------
    status : Status
        The progress.
    computed, left : int
        Agent-steps that were computed since the beginning, without those that were stored before; and those to come.
    seconds : float
        Time since the computation began.

    Examples
    --------
    >>> line(Status(5, 16, 2, 8, 60_000, 200_000), 50_000, 140_000, 2.0)
    'cells 2/8, blocks 5/16, 25.0k agent-steps/s, 0:00:06 left'
    >>> line(Status(0, 16, 0, 8, 0, 200_000, failed=1), 0, 200_000, 0.0)
    'cells 0/8 (1 failed), blocks 0/16'
    >>> line(Status(16, 16, 8, 8, 200_000, 200_000), 0, 0, 0.0)
    'cells 8/8, blocks 16/16, all stored before; another --output computes them anew'
    """
    failed = f" ({status.failed} failed)" if status.failed else ""
    progress = f"cells {status.cells}/{status.total_cells}{failed}, blocks {status.blocks}/{status.total_blocks}"
    if computed <= 0 and left <= 0:
        return f"{progress}, all stored before; another --output computes them anew"
    if computed <= 0 or seconds <= 0:
        return progress
    rate = computed / seconds
    return f"{progress}, {tqdm.format_sizeof(rate)} agent-steps/s, {duration(left / rate)} left"


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
    """Shows the progress of one run, or of several in a row as one bar, on stderr.

    Steps that were stored before count for neither rate nor time left.

    Parameters
    ----------
    expected : sequence of int
        The agent-steps of each run where there are several, in their order; each of them is announced by
        :meth:`begin`, and says itself how many it has.
    stream : text file, optional
        Stderr by default. A terminal gets a bar; another stream gets a line at first, now and then, and at last.
    clock : callable
        Returns seconds; tests replace it.
    """

    def __init__(
        self,
        expected: Sequence[int] = (),
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._expected, self._stream, self._clock = expected, stream, clock
        self._is_shown = current_output().progress
        self._bar: tqdm[Any] | None = None
        self._run, self._name = 0, ""
        self._began: float | None = None
        self._earlier = self._stored = 0
        self._status: Status | None = None
        self._last_line, self._unprinted = 0.0, ""

    def __enter__(self) -> ProgressBar:
        return self

    def begin(self, name: str) -> ProgressBar:
        """Announce the next of several runs; its statuses follow."""
        if self._status is not None:
            self._earlier += self._status.steps
        self._run, self._status = self._run + 1, None
        self._name = f"{name} ({self._run}/{len(self._expected)}): "
        return self

    def __call__(self, status: Status) -> None:
        """Show a status."""
        if not self._is_shown:
            return
        now, stream = self._clock(), self._stream or sys.stderr
        if self._status is None:
            self._stored += status.steps
        is_first, self._status = self._began is None, status
        began = self._began = now if self._began is None else self._began
        done = self._earlier + status.steps
        total = self._earlier + status.total_steps + sum(self._expected[self._run :])
        progress = f"{self._name}{line(status, done - self._stored, total - done, now - began)}"
        if stream.isatty():
            self._draw(done, total, progress, stream)
            return
        self._unprinted = progress
        if is_first or now - self._last_line >= max(_SECONDS_BETWEEN_LINES, _GROWTH * (now - began)):
            self._last_line = now
            self._print(stream)

    def _print(self, stream: TextIO) -> None:
        print(f"computing: {self._unprinted}", file=stream, flush=True)
        self._unprinted = ""

    def _draw(self, done: int, total: int, progress: str, stream: TextIO) -> None:
        if self._bar is None:
            form = "{percentage:3.0f}% |{bar}| {desc}"
            self._bar = tqdm(total=total, file=stream, bar_format=form, dynamic_ncols=True)
        self._bar.total, self._bar.n = total, done
        self._bar.set_description_str(progress)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        elif self._unprinted:
            self._print(self._stream or sys.stderr)
