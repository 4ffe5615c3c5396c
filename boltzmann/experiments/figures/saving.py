"""Writing a figure to a file."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.store import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
        figure.savefig(content := io.BytesIO(), format=ending, dpi=150)
    except RuntimeError as error:
        # Some formats need a program, as pgf needs TeX.
        raise RefusedError(f"{path} cannot be written as {ending}: {str(error).splitlines()[0]}") from error
    return content.getvalue()
