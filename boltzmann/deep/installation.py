"""What to install where a library is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needs(library: str, extra: str) -> Iterator[None]:
    """Say which extra installs a library where the imports inside do not find it.

    Raises
    ------
    ImportError
        Where the library is missing. Other modules that are missing keep their own error.

    Examples
    --------
    >>> with needs("no_such_library", "sb3"):
    ...     import no_such_library
    Traceback (most recent call last):
        ...
    ImportError: no_such_library is not installed: pip install "boltzmann-exploration[sb3]"
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != library:
            raise
        raise ImportError(f'{library} is not installed: pip install "boltzmann-exploration[{extra}]"') from None
