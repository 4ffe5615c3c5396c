"""Names beside the lines they belong to, or a legend where there are too many lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from boltzmann.experiments.charts import MANY
from boltzmann.experiments.figures.style import LINE
from boltzmann.experiments.metrics import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_LEADER, _HANDLE, _TEXT = 0.035, 0.095, 0.105
_MARGIN = 0.75
_END_LABEL = "end label"
LEGEND_TITLE = 38
"""The number of letters in the longest title of a legend."""


def spread(heights: ArrayLike, distance: float) -> Floats:
    """Move heights in [0, 1] apart to a least distance, in their order, with the least sum of squared moves.

    Examples
    --------
    >>> spread([0.5, 0.5, 0.9], 0.1).round(3)
    array([0.45, 0.55, 0.9 ])
    >>> spread([1.0, 1.0], 0.25).round(3)
    array([0.75, 1.  ])
    """
    from scipy.optimize import isotonic_regression

    wanted = np.asarray(heights, dtype=np.float64)
    order = np.argsort(wanted, kind="stable")
    steps = distance * np.arange(len(wanted))
    moved = isotonic_regression(wanted[order] - steps).x
    room = max(0.0, 1.0 - (steps[-1] if len(steps) else 0.0))
    apart = np.empty_like(wanted)
    apart[order] = np.clip(moved, 0.0, room) + steps
    return apart


def label_ends(
    panel: Axes,
    ends: Mapping[str, float],
    labels: Mapping[str, str],
    styles: Mapping[str, dict[str, Any]],
    height: float,
) -> None:
    """Write each agent's label to the right of a panel, with a leader from the end of its line.

    Parameters
    ----------
    panel : matplotlib.axes.Axes
        Everything else is drawn already, so that its limits do not change any more.
    ends : mapping of agent to float
        The value at which its line ends; NaN for an agent without a line, whose label stands at the bottom.
    labels : mapping of agent to str
        What is written.
    styles : mapping of agent to dict
        Colour and linestyle.
    height : float
        The height of the panel with its margins, in inches.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    agents = sorted(ends, key=lambda agent: -np.inf if np.isnan(ends[agent]) else ends[agent])
    known = np.array([not np.isnan(ends[agent]) for agent in agents])
    values = np.array([ends[agent] for agent in agents])
    # The transformation is right only after the limits have been computed, which asking for them does.
    panel.get_ylim()
    inside = panel.transAxes.inverted().transform(panel.transData.transform(np.stack([0 * values, values], axis=1)))
    starts = np.clip(np.where(known, inside[:, 1], 0.0), 0.0, 1.0)
    for agent, start, end, has_line in zip(
        agents, starts, spread(starts, LINE / max(height - _MARGIN, LINE)), known, strict=True
    ):
        path = [(1.0, start), (_LEADER + 1, end), (_HANDLE + 1, end)][0 if has_line else 1 :]
        leader = PathPatch(Path(path), transform=panel.transAxes, clip_on=False, fill=False, linewidth=1.4)
        leader.set(edgecolor=styles[agent]["color"], linestyle=styles[agent]["linestyle"], in_layout=False)
        panel.add_artist(leader)
        text = labels[agent] if has_line else f"{labels[agent]} (no value)"
        panel.text(1 + _TEXT, end, text, transform=panel.transAxes, va="center", fontsize="small", gid=_END_LABEL)


def width_beside(labels: Iterable[str]) -> int:
    """Return how many letters wide the names beside a panel are, a legend with its title."""
    lengths = [len(label) for label in labels]
    return max(*lengths, LEGEND_TITLE) if len(lengths) > MANY else max(lengths)


def legend_beside(panel: Axes, title: str) -> None:
    """Put a legend of the panel's lines to its right, in the order in which they were drawn."""
    panel.legend(title=title, loc="center left", bbox_to_anchor=(1.03, 0.5), frameon=False, alignment="left")
