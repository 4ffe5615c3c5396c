"""Writing files whole or not at all, reading them within a bound, and checking whether a process still runs."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def irregular(path: Path) -> str:
    """Return in words what stands in the place of a regular file; empty for a file.

    Raises
    ------
    FileNotFoundError
        Where there is nothing.
    """
    kind = stat.S_IFMT(os.lstat(path).st_mode)
    return "" if kind == stat.S_IFREG else _KINDS.get(kind, "no regular file")


def open_regular(path: Path, flags: int) -> int:
    """Open a file without following a symbolic link or waiting for another process, as a pipe would."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o666)


def read_whole(path: Path, most: int) -> bytes:
    """Read a regular file of at most so many bytes; nothing else is opened.

    Raises
    ------
    ValueError
        For a larger file, and for anything that is not a regular file.
    OSError
        Where the file cannot be read.
    """
    if kind := irregular(path):
        raise ValueError(f"it is {kind} and not a file")
    with open(path, "rb", opener=lambda name, flags: open_regular(Path(name), flags)) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise ValueError(f"it has {size} bytes, more than {most}")
        return file.read(size)


def write_whole(path: Path, content: bytes) -> None:
    """Write a temporary file, flush it to the disk, then rename it: a reader sees the whole content or no file.

    A file of this name is replaced; it stays as it was where the disk refuses, with an OSError that has the path.
    """
    replace_whole(_write_temporary(path, content), path)


def write_first(path: Path, content: bytes) -> None:
    """Write a file as :func:`write_whole` does, unless there is one already, which stays as it is."""
    temporary = _write_temporary(path, content)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    except OSError:
        # Without hard links the later of two runs that begin in the same moment wins.
        os.replace(temporary, path)
    temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def temporary_path(path: Path) -> Path:
    """Return the name under which this process writes a file before it is whole."""
    return path.with_name(f"{path.name}.{os.getpid()}.tmp")


def replace_whole(temporary: Path, path: Path) -> None:
    """Rename a flushed temporary file, and flush the new name to the disk."""
    os.replace(temporary, path)
    sync_folder(path.parent)


def _write_temporary(path: Path, content: bytes) -> Path:
    temporary = temporary_path(path)
    try:
        # What is left of a killed process with this number is not written to: it may be a link to another file.
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        # Half a file would keep filling a full disk.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    return temporary


def is_alive(process: int) -> bool:
    """Return whether a process of this number runs on this machine; False where the system does not say.

    A zombie keeps its number but does not run: its parent has not collected its exit status, as happens in containers.
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
        # proc(5): the state follows the command's name, whose parentheses may contain further parentheses.
        state = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        # macOS has no /proc; elsewhere the process has just ended.
        return True
    return state not in (b"Z", b"X")


def sync_file(path: Path) -> None:
    """Flush a file that another library has written to the disk."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to the disk, where the system supports it."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
