"""A command's figure: drawn, written to a file and put on the page."""

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
