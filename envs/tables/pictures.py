"""Pictures of tables: states as nodes of a graph, or as cells of a grid.

The distance between neighbouring nodes is 1, x points to the right and y upwards; cells are counted from the upper
left. Matplotlib is imported when a picture is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from envs import canvas
from envs.batched import Floats, Indices
from envs.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle


_PRESENT_COLOUR, _NODE_COLOUR, _LINE_COLOUR = "#f2b134", "#eef1f4", "#5b6770"
_ACTION_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b")
_CELL_COLOURS = {"#": "#3d464d", "G": "#7cc38a", "S": "#dbe7f3", " ": "#c9ced3"}
_LARGEST_INCHES, _MOST_LABELLED = 7.5, 12


@contextmanager
def own_style() -> Iterator[None]:
    """Draw in matplotlib's default style, whatever the user's matplotlibrc says, and read no text as mathematics."""
    from matplotlib import rc_context, rcdefaults, rcParams

    with rc_context():
        rcdefaults()
        rcParams["text.parse_math"] = False
        yield


@dataclass(frozen=True)
class Nodes:
    """States as circles: the present one is filled, with arrows for its actions; labels show the largest rewards.

    Attributes
    ----------
    positions : tuple of pairs
        (x, y) of each state.
    """

    positions: tuple[tuple[float, float], ...]

    @own_style()
    def draw(self, table: Table, state: int, caption: str) -> NDArray[np.uint8]:
        """Return the picture, an array of shape (height, width, 3)."""
        from matplotlib.patches import Circle

        positions = np.array(self.positions)
        low, high = positions.min(axis=0) - 1.2, positions.max(axis=0) + 1.2
        figure, axes = _blank((high - low) * min(1.0, _LARGEST_INCHES / (high - low).max()), caption)
        axes.set_xlim(low[0], high[0])
        axes.set_ylim(low[1], high[1])
        _faint_lines(axes, table, positions)
        circles = [Circle((x, y), 0.3, facecolor=_NODE_COLOUR, edgecolor=_LINE_COLOUR, zorder=3) for x, y in positions]
        circles[state].set_facecolor(_PRESENT_COLOUR)
        for circle in circles:
            axes.add_patch(circle)
        for action in range(table.probs.shape[1]):
            _arrows(axes, table, circles, state, action)
            # A legend of the colours, in the order of the actions.
            left = (12 + 48 * action) / (canvas.DPI * figure.get_figwidth())
            figure.text(left, 0.02, f"action {action}", fontsize=8, color=_action_colour(action))
        best = np.where(table.probs > 0, table.rewards, -np.inf).max(axis=(1, 2))
        for node, (x, y) in enumerate(positions):
            axes.text(x, y, str(node), ha="center", va="center", fontsize=10, zorder=4)
            if best[node] > 0 and len(positions) <= _MOST_LABELLED:
                # Three digits; only numbers of more than six digits have an exponent.
                axes.text(
                    x, y - 0.34, f"{float(f'{best[node]:.3g}'):+.6g}", ha="center", va="top", fontsize=8, zorder=4
                )
        return canvas.pixels(figure)


@dataclass(frozen=True)
class Cells:
    """States as the cells of a grid, row by row: ``#`` a wall, ``G`` the goal, ``S`` the start, a blank never reached.

    Attributes
    ----------
    rows : tuple of str
        One character for each cell.
    """

    rows: tuple[str, ...]

    @own_style()
    def draw(self, table: Table, state: int, caption: str) -> NDArray[np.uint8]:
        """Return the picture, an array of shape (height, width, 3)."""
        from matplotlib.colors import to_rgb
        from matplotlib.patches import Circle

        height, width = len(self.rows), len(self.rows[0])
        figure, axes = _blank(np.array([4.5 * width / max(height, width), 4.5 * height / max(height, width)]), caption)
        colours = [[to_rgb(_CELL_COLOURS.get(kind, "white")) for kind in line] for line in self.rows]
        axes.imshow(np.array(colours), extent=(0, width, height, 0), interpolation="none")
        axes.set_xlim(-0.05, width + 0.05)
        axes.set_ylim(height + 0.05, -0.05)
        axes.hlines(range(height + 1), 0, width, color=_LINE_COLOUR, linewidth=0.5)
        axes.vlines(range(width + 1), 0, height, color=_LINE_COLOUR, linewidth=0.5)
        down, across = divmod(state, width)
        axes.add_patch(
            Circle((across + 0.5, down + 0.5), 0.34, facecolor=_PRESENT_COLOUR, edgecolor=_LINE_COLOUR, zorder=3)
        )
        for line, text in enumerate(self.rows):
            for column, kind in enumerate(text):
                if kind in "SG":
                    axes.text(column + 0.5, line + 0.5, kind, ha="center", va="center", fontsize=10, zorder=4)
        return canvas.pixels(figure)


@dataclass(frozen=True)
class Boards:
    """States as the boards of their table, of shape (rows, columns): a circle in each cell whose number is not 0."""

    @own_style()
    def draw(self, table: Table, state: int, caption: str) -> NDArray[np.uint8]:
        """Return the picture, an array of shape (height, width, 3)."""
        from matplotlib.patches import Circle

        assert table.boards is not None
        height, width = table.boards.shape[1:]
        figure, axes = _blank(np.array([4.5 * width / max(height, width), 4.5 * height / max(height, width)]), caption)
        axes.set_xlim(-0.05, width + 0.05)
        axes.set_ylim(height + 0.05, -0.05)
        for down, across in np.argwhere(table.boards[state]):
            centre = (float(across) + 0.5, float(down) + 0.5)
            axes.add_patch(Circle(centre, 0.34, facecolor=_PRESENT_COLOUR, edgecolor=_LINE_COLOUR, zorder=3))
        axes.hlines(range(height + 1), 0, width, color=_LINE_COLOUR, linewidth=0.5)
        axes.vlines(range(width + 1), 0, height, color=_LINE_COLOUR, linewidth=0.5)
        return canvas.pixels(figure)


class Scene(Protocol):
    """What draws the states of a table."""

    def draw(self, table: Table, state: int, caption: str) -> NDArray[np.uint8]:
        """Return the picture of a state, an array of shape (height, width, 3)."""


def row(states: int) -> Nodes:
    """Place states in a row, from left to right.

    Examples
    --------
    >>> row(3).positions
    ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0))
    """
    return Nodes(tuple((float(state), 0.0) for state in range(states)))


def ring(states: int) -> Nodes:
    """Place states on a ring, clockwise from the top.

    Examples
    --------
    >>> [tuple(round(x, 3) for x in position) for position in ring(4).positions]
    [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, -0.0)]
    """
    angles = 2 * np.pi * np.arange(states) / states
    radius = max(1.0, states / 5)
    return Nodes(tuple((float(radius * np.sin(a)), float(radius * np.cos(a))) for a in angles))


def _blank(size: Floats | Sequence[float], caption: str) -> tuple[Figure, Axes]:
    # A Figure without pyplot changes no global state and needs no display.
    from matplotlib.figure import Figure

    width, height = max(float(size[0]), 3.6), float(size[1])
    figure = Figure(figsize=(width, height + 0.3), dpi=canvas.DPI)
    axes = figure.add_axes((0.01, 0.01, 0.98, height / (height + 0.3) - 0.02))
    axes.set_axis_off()
    axes.set_aspect("equal")
    figure.text(0.5, 1 - 0.15 / (height + 0.3), caption, ha="center", va="center", fontsize=9)
    return figure, axes


def _faint_lines(axes: Axes, table: Table, positions: Floats) -> None:
    """Draw a line between any two states with a transition between them."""
    from matplotlib.collections import LineCollection

    pairs = {
        (min(s, t), max(s, t))
        for s, t in zip(*(index.tolist() for index in _links(table)), strict=True)
        if s != t and not _in_between(positions, s, t)
    }
    lines = [[tuple(positions[s]), tuple(positions[t])] for s, t in sorted(pairs)]
    # Many lines are thin, so that they do not hide the arrows.
    axes.add_collection(LineCollection(lines, colors="#c4ccd3", linewidths=min(1.0, 30 / (len(lines) + 1)), zorder=1))


def _links(table: Table) -> tuple[Indices, Indices]:
    """Return the states of all possible transitions, and the states that these lead to."""
    possible = table.probs > 0
    return np.nonzero(possible)[0], table.next_states[possible]


def _in_between(positions: Floats, start: int, end: int) -> bool:
    """Return whether a straight line between two states runs through a third."""
    direction = positions[end] - positions[start]
    length = float(np.hypot(*direction))
    along = (positions - positions[start]) @ direction / length
    aside = np.abs((positions - positions[start]) @ np.array([-direction[1], direction[0]])) / length
    return bool(((along > 0.1) & (along < length - 0.1) & (aside < 0.3)).any())


def _arrows(axes: Axes, table: Table, circles: Sequence[Circle], state: int, action: int) -> None:
    """Draw arrows from the present state to the possible next states of an action; likelier ones are stronger."""
    from matplotlib.patches import Circle

    (x, y), colour = circles[state].center, _action_colour(action)
    chances = np.bincount(table.next_states[state, action], weights=table.probs[state, action])
    for target in np.flatnonzero(chances).tolist():
        style: dict[str, Any] = {"color": colour, "alpha": 0.15 + 0.85 * float(chances[target])}
        if target == state:
            loop = Circle((x, y + (0.42 if action % 2 else -0.42)), 0.2, fill=False, linewidth=1.5, zorder=2, **style)
            axes.add_patch(loop)
            continue
        # Different bends keep the arrows of several actions, and of both directions, apart.
        bend = (0.18 + 0.1 * action) * (1 if action % 2 == 0 else -1)
        arrow = {"arrowstyle": "-|>", "linewidth": 1.5, "connectionstyle": f"arc3,rad={bend}", "zorder": 5, **style}
        arrow.update(patchA=circles[state], patchB=circles[target], shrinkA=0, shrinkB=0)
        axes.annotate("", circles[target].center, (x, y), arrowprops=arrow)


def _action_colour(action: int) -> str:
    return _ACTION_COLOURS[action % len(_ACTION_COLOURS)]
