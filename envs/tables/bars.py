"""A picture of states that are the progress of several rows of blocks, such as the operations of jobs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs import canvas
from envs.tables.pictures import own_style
from envs.tables.table import Table

_DONE_COLOUR, _LINE_COLOUR = "#f2b134", "#5b6770"
_HEIGHT, _MOST_LABELLED = 0.5, 60


@dataclass(frozen=True)
class Bars:
    """Rows of blocks, from left to right: what is done is filled, and the block in progress has an edge.

    Attributes
    ----------
    blocks : tuple of tuples of pairs
        For each row its blocks as (label, length).
    progress : tuple of tuples of pairs
        For each state and row the number of the block in progress and what of it is left; 0 if none is in progress.
    """

    blocks: tuple[tuple[tuple[int, int], ...], ...]
    progress: tuple[tuple[tuple[int, int], ...], ...]

    @own_style()
    def draw(self, table: Table, state: int, caption: str) -> NDArray[np.uint8]:
        """Return the picture, an array of shape (height, width, 3)."""
        # A Figure without pyplot changes no global state and needs no display.
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.0, 0.9 + _HEIGHT * len(self.blocks)), dpi=canvas.DPI, layout="constrained")
        axes = figure.add_subplot()
        is_labelled = sum(map(len, self.blocks)) <= _MOST_LABELLED
        for row, (blocks, (present, left)) in enumerate(zip(self.blocks, self.progress[state], strict=True)):
            start = 0
            for number, (label, length) in enumerate(blocks):
                is_running = number == present and left > 0
                done = length if number < present else length - left if is_running else 0
                axes.barh(row, done, 0.6, start, color=_DONE_COLOUR)
                axes.barh(row, length, 0.6, start, color="none", edgecolor=_LINE_COLOUR, linewidth=1)
                if is_running:
                    axes.barh(row, length, 0.45, start, color="none", edgecolor=_DONE_COLOUR, linewidth=4)
                if is_labelled:
                    axes.text(start + length / 2, row, f"{label}", ha="center", va="center", fontsize=9)
                if number == present:
                    axes.plot([start + done], [row], marker="o", markersize=10, color=_DONE_COLOUR, clip_on=False)
                start += length
        axes.set_yticks(range(len(self.blocks)))
        axes.set_ylim(len(self.blocks) - 0.5, -0.5)
        axes.set_xlabel("time of the operations, each with the number of its machine", fontsize=8)
        axes.set_ylabel("job", fontsize=8)
        axes.set_title(caption, fontsize=9)
        return canvas.pixels(figure)
