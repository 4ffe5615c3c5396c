"""Writing a figure to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from boltzmann.experiments.errors import RefusedError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure to a file, in the format that its ending names.

    Raises
    ------
    RefusedError
        For an ending that names no format, or one that needs a program which is not there.
    OSError
        Where the file cannot be written.
    """
    ending, known = Path(path).suffix.lstrip(".").lower(), figure.canvas.get_supported_filetypes()
    if ending not in known:
        raise RefusedError(f"a figure's file must end in one of {', '.join(sorted(known))}, got {path}")
    try:
        figure.savefig(path, dpi=150)
    except RuntimeError as error:
        # Some formats need a program, as pgf needs TeX.
        raise RefusedError(f"{path} cannot be written as {ending}: {str(error).splitlines()[0]}") from error
