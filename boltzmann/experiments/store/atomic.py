"""Writing files whole or not at all, and telling whether a process is still there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write under a temporary name, flush to the disk, then rename: a reader sees all of it or nothing.

    Parameters
    ----------
    path : Path
        In a folder that exists.
    content : bytes
        All that the file shall hold.
    replace : bool
        Without it a file that is there by then stays as it is.

    Raises
    ------
    OSError
        Where the disk refuses, with the path; what was there under the name is there still.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        # Half of it would go on filling a disk that is full.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    if replace:
        os.replace(temporary, path)
    else:
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        except OSError:
            # A file system without hard links: two runs that begin there in the same moment are told apart no more.
            os.replace(temporary, path)
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def is_alive(process: int) -> bool:
    """Whether a process of this number runs on this machine; False where that cannot be told.

    One that has ended but whose parent never asked for it, as happens in containers, keeps its number and runs no more.
    """
    if os.name != "posix" or process < 1:
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    try:
        # proc(5): the state comes after the command's name, which stands in parentheses and may hold some itself.
        state = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        # No such file system, as on macOS, or it ended in this very moment.
        return True
    return state not in (b"Z", b"X")


def sync_file(path: Path) -> None:
    """Flush to the disk what another library has written."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to the disk, where the system knows of such a thing."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
