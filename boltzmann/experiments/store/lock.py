"""One run at a time in a folder: a lock file that names the process and the host that hold it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.store.atomic import is_alive

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows)
    fcntl = None  # type: ignore[assignment]


LOCK_NAME = "run.lock"


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold a folder for this process, so that a second run on it is refused.

    The operating system's own lock on the file falls with the process, however it ends, so that a lock of this machine
    is never stale. Of another host's process nothing is known here: its file has to be removed by hand once it is over.

    Parameters
    ----------
    folder : Path
        It exists.

    Raises
    ------
    RefusedError
        Where another process holds it; the message says which, on which host.
    OSError
        Where the lock file cannot be made.
    """
    path = folder / LOCK_NAME
    descriptor = _acquire(path)
    try:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps({"process": os.getpid(), "host": socket.gethostname()}).encode())
        yield
    finally:
        # Removed while it is held: whoever waits for this file sees that it has lost its name, and makes another.
        try:
            path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _acquire(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if not _locked(descriptor):
                raise RefusedError(_refusal(path, _holder(descriptor)))
            _refuse_the_living(path, _holder(descriptor))
            if _still_named(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    if fcntl is None:  # pragma: no cover (Windows)
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks: what the file says has to do.
        return True
    return True


def _refuse_the_living(path: Path, holder: tuple[int, str] | None) -> None:
    """Refuse a file that was left where its process may still run."""
    if holder is None:
        return
    process, host = holder
    if host != socket.gethostname():
        raise RefusedError(f"{_refusal(path, holder)}; remove {path} if that run is over")
    # Held by nobody, so its process has ended, or this is a file system without locks.
    if process != os.getpid() and is_alive(process) and not _locks_work(path):
        raise RefusedError(_refusal(path, holder))


def _locks_work(path: Path) -> bool:
    """Whether a second lock on a locked file is refused here."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        return not _locked(descriptor)
    finally:
        os.close(descriptor)


def _still_named(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holder(descriptor: int) -> tuple[int, str] | None:
    """Who wrote the file; None where it is empty or no such thing, as when its process was killed while it wrote."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        told = json.loads(os.read(descriptor, 4096))
        return int(told["process"]), str(told["host"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _refusal(path: Path, holder: tuple[int, str] | None) -> str:
    who = "another process" if holder is None else f"process {holder[0]} on {holder[1]}"
    return f"{path.parent} is in use by {who}: wait until that run is over, or choose another folder"
