"""A figure that looks the same whatever the user's matplotlibrc says; imported only when something is drawn."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure

from boltzmann.experiments.figures.style import look


class StyledFigure(Figure):
    """A figure that is drawn and saved in the style of all figures.

    Matplotlib reads its settings not only while a figure is made: ticks are made, and formats written, when it is
    drawn.
    """

    def draw(self, renderer: Any) -> None:
        """Draw in the style of all figures."""
        with look():
            super().draw(renderer)

    def savefig(self, *arguments: Any, **options: Any) -> None:
        """Write to a file in the style of all figures; see ``matplotlib.figure.Figure.savefig``."""
        with look():
            super().savefig(*arguments, **options)

    def _repr_png_(self) -> bytes:
        """Return the picture that a notebook shows; a figure made without pyplot would show its name instead."""
        written = io.BytesIO()
        self.savefig(written, format="png", bbox_inches="tight")
        return written.getvalue()
