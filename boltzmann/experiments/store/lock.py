"""One run at a time in a folder: a lock file that names the process and the host that hold it."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.store.atomic import irregular, is_alive, open_regular

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows)
    fcntl = None  # type: ignore[assignment]

LOCK_NAME = "run.lock"
_MOST_BYTES = 4096


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold a folder for this process, so that a second run on it is refused.

    The operating system releases its lock on the file when the process ends, however it ends, so a lock of this machine
    is never stale. Nothing is known about processes of another host: users remove its lock file once its run is over.

    Raises
    ------
    RefusedError
        Where another process holds the folder; the message names the process and its host.
    """
    path = folder / LOCK_NAME
    descriptor = _acquire(path)
    try:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps({"process": os.getpid(), "host": socket.gethostname()}).encode())
        yield
    finally:
        # Remove the file before releasing it: a waiting process sees that the file lost its name, and makes another.
        try:
            path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _acquire(path: Path) -> int:
    while True:
        descriptor = _open(path)
        try:
            if not _try_lock(descriptor):
                raise RefusedError(_refusal(path, _holder(descriptor)))
            _refuse_living_holder(path, _holder(descriptor))
            if _has_name(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _open(path: Path) -> int:
    """Open the lock file, or make it; refuse what is not a file of this folder alone."""
    with suppress(FileNotFoundError):
        if kind := irregular(path):
            raise RefusedError(f"{path} is {kind} and not a lock file: remove it, or choose another folder")
    descriptor = open_regular(path, os.O_RDWR | os.O_CREAT)
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_nlink <= 1:
        return descriptor
    os.close(descriptor)
    raise RefusedError(f"{path} has another name too, or is not a file: remove it, or choose another folder")


def _try_lock(descriptor: int) -> bool:
    """Lock a file; return False where another process holds its lock."""
    if fcntl is None:  # pragma: no cover (Windows)
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # On a file system without locks, the content of the file decides.
        return True
    return True


def _refuse_living_holder(path: Path, holder: tuple[int, str] | None) -> None:
    """Refuse a lock file whose process may still run."""
    if holder is None:
        return
    process, host = holder
    if host != socket.gethostname():
        raise RefusedError(f"{_refusal(path, holder)}; remove {path} if that run is over")
    # The lock is free: the process has ended, or the file system has no locks.
    if process != os.getpid() and is_alive(process) and not _locks_work(path):
        raise RefusedError(_refusal(path, holder))


def _locks_work(path: Path) -> bool:
    """Return whether the file system refuses a second lock on a locked file."""
    descriptor = open_regular(path, os.O_RDWR)
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _has_name(path: Path, descriptor: int) -> bool:
    """Return whether an open file still has its name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holder(descriptor: int) -> tuple[int, str] | None:
    """Return the process and host in a lock file; None where it is incomplete because its writer was killed."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        holder = json.loads(os.read(descriptor, _MOST_BYTES))
        return int(holder["process"]), str(holder["host"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _refusal(path: Path, holder: tuple[int, str] | None) -> str:
    user = "another process" if holder is None else f"process {holder[0]} on {holder[1]}"
    return f"{path.parent} is in use by {user}: wait until that run is over, or choose another folder"
