"""What the compiled loops on disk were made from."""

from __future__ import annotations

import zlib
from pathlib import Path


def revision_of(folder: Path) -> int:
    """Give a number that is another one after any change of the Python files of a folder."""
    return zlib.crc32(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py"))))


REVISION = revision_of(Path(__file__).parent)
"""A default argument of the compiled loops.

numba keeps what it compiled as long as the file of the outermost function stays as it is, whatever becomes of those
that it calls; but a default argument is part of what it looks for.
"""
