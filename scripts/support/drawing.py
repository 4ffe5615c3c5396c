"""A command's figures and its page: a failure of one loses none of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from boltzmann.experiments import save_figure
from boltzmann.experiments.figures import Attempt
from scripts.support.tables import print_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_and_save(path: Path, draw: Callable[[], Figure], attempt: Attempt) -> None:
    """Draw a figure and write it to a file."""
    with attempt(str(path)):
        save_figure(draw(), path)
        print_path("figure", path)


def write_and_print(page: Path, write: Callable[[], None], attempt: Attempt) -> None:
    """Write the page and print its path; a page that cannot be written fails as a figure does."""
    with attempt(str(page)):
        write()
        print_path("page", page)
