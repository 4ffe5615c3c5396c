"""A command's figures and its page: a failure of one loses none of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from boltzmann.experiments import Picture, save_figure
from boltzmann.experiments.figures import Attempt
from boltzmann.experiments.pages import pictures_of
from scripts.support.tables import print_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_and_save(path: Path, draw: Callable[[], Figure], shows: str, attempt: Attempt) -> list[Picture]:
    """Draw a figure, write it to a file, and return it as a picture of the page; none where it cannot be drawn."""
    figure: Figure | None = None
    with attempt(str(path)):
        figure = draw()
        save_figure(figure, path)
        print_path("figure", path)
    return pictures_of(figure, shows, attempt, f"{path} on the page")


def write_and_print(page: Path, write: Callable[[], None], attempt: Attempt) -> None:
    """Write the page and print its path; a page that cannot be written fails as a figure does."""
    with attempt(str(page)):
        write()
        print_path("page", page)
