"""The revision of the compiled loops, which identifies their source files."""

from __future__ import annotations

import zlib
from pathlib import Path


def revision_of(folder: Path) -> int:
    """Return a number that changes with any change of the Python files of a folder."""
    return zlib.crc32(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py"))))


REVISION = revision_of(Path(__file__).parent)
"""A default argument of the compiled loops.

numba uses cached machine code as long as the file of the outermost function is unchanged, even if functions that it
calls have changed in other files. Default arguments are a part of the cache key, so this one invalidates outdated code.
"""
