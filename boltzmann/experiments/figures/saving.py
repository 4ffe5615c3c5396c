"""Writing figures to files, each by itself."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from boltzmann.experiments.errors import FailedFiguresError, RefusedError
from boltzmann.experiments.store import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Attempt = Callable[[str], AbstractContextManager[None]]
"""``with attempt(name):`` draws or writes one figure; an error there is remembered and goes no further."""
_DPI, _MOST_PIXELS = 150.0, 60_000.0
"""Image formats cannot hold more than 65 536 pixels in a direction."""
_REASON = 200
"""The most letters of an error that are quoted."""


@contextmanager
def each_figure() -> Iterator[Attempt]:
    """Draw several figures so that one that fails does not lose the others.

    Yields
    ------
    callable
        ``with attempt(name):`` around all that makes one figure. A refusal passes: it is about the arguments.

    Raises
    ------
    FailedFiguresError
        At the end, where an attempt failed, with a line for each.

    Examples
    --------
    >>> try:
    ...     with each_figure() as attempt:
    ...         with attempt("curves.png"):
    ...             raise MemoryError("too large")
    ...         with attempt("profiles.png"):
    ...             print("drawn")
    ... except FailedFiguresError as error:
    ...     print(error.failures)
    drawn
    ('curves.png: MemoryError: too large',)
    """
    failures: list[str] = []

    @contextmanager
    def attempt(name: str) -> Iterator[None]:
        try:
            yield
        except RefusedError:
            raise
        except Exception as error:  # Anything may fail in a drawing library, on a full disk, or in memory.
            reason = " ".join(str(error).split())[:_REASON]
            failures.append(f"{name}: {type(error).__name__}{f': {reason}' if reason else ''}")

    yield attempt
    if failures:
        raise FailedFiguresError(tuple(failures))


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure to a file, in the format that its ending names, whole or not at all.

    Raises
    ------
    RefusedError
        For an ending that names no format, or one that needs a program which is not there.
    OSError
        Where the file cannot be written; the error names it.
    """
    write_whole(Path(path), _drawn(figure, path))


def require_figure_format(path: str | os.PathLike[str]) -> None:
    """Refuse a file whose ending names no format that can be written here, as :func:`save_figure` would, early."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.0, 1.0))
    # Some formats need their program for text alone.
    figure.text(0.5, 0.5, "T")
    _drawn(figure, path)


def _drawn(figure: Figure, path: str | os.PathLike[str]) -> bytes:
    ending, known = Path(path).suffix.lstrip(".").lower(), figure.canvas.get_supported_filetypes()
    if ending not in known:
        raise RefusedError(f"a figure's file must end in one of {', '.join(sorted(known))}, got {path}")
    try:
        dpi = min(_DPI, _MOST_PIXELS / max(figure.get_size_inches()))
        figure.savefig(content := io.BytesIO(), format=ending, dpi=dpi)
    except RuntimeError as error:
        # Some formats need a program, as pgf needs TeX.
        raise RefusedError(f"{path} cannot be written as {ending}: {str(error).splitlines()[0]}") from error
    return content.getvalue()
