"""What ends a worker: a block that takes too long, and the end of its run.

Both work while compiled code keeps Python from running, the first everywhere and the second on Linux.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

_SECONDS_BETWEEN_LOOKS = 1.0
_SIGNAL_AT_PARENTS_DEATH = 1
"""PR_SET_PDEATHSIG of prctl(2)."""

_deadlines: dict[object, tuple[float, Any]] = {}
_lock = threading.Lock()


@contextmanager
def time_limit(seconds: float | None, path: Path | None = None) -> Iterator[None]:
    """End this process where the work inside lasts longer than ``seconds``; None is no limit.

    ``path`` exists as long as the work lasts. It is empty until the process is ended, and then holds the lines of code
    that its threads were at. Several threads have their limits side by side.
    """
    if seconds is None:
        yield
        return
    work = object()
    try:
        with open(path or os.devnull, "w") as file:
            with _lock:
                _deadlines[work] = time.monotonic() + seconds, file
                _set_timer()
            try:
                yield
            finally:
                with _lock:
                    del _deadlines[work]
                    _set_timer()
    finally:
        if path is not None:
            path.unlink(missing_ok=True)


def _set_timer() -> None:
    """Set the timer of this process, which has only one, to the first deadline."""
    if not _deadlines:
        faulthandler.cancel_dump_traceback_later()
        return
    deadline, file = min(_deadlines.values(), key=lambda entry: entry[0])
    faulthandler.dump_traceback_later(max(1e-3, deadline - time.monotonic()), exit=True, file=file)


@cache
def end_with(parent: int) -> None:
    """End this process when its parent ends, however that ends; nothing happens in a process with another parent.

    Workers of a cluster are children of the cluster, so they live on. Once a process.
    """
    if os.name != "posix" or os.getppid() != parent:
        return
    if sys.platform == "linux":
        # Without prctl the thread below is enough for all but compiled code that never lets Python run.
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SIGNAL_AT_PARENTS_DEATH, signal.SIGKILL)
    threading.Thread(target=_end_after, args=(parent,), name="watchdog", daemon=True).start()


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)
