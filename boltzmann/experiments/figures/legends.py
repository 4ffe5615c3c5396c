"""Names beside the lines they belong to, or a legend where there are too many of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann.experiments.figures.style import LINE, MANY

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_LEADER, _HANDLE, _TEXT = 0.035, 0.095, 0.105
_MARGIN = 0.75
LEGEND_TITLE = 38
"""Letters of the longest title of a legend."""


def spread(places: ArrayLike, distance: float) -> NDArray[np.float64]:
    """Move places in [0, 1] apart to a least distance, as little as can be (in squares), keeping their order.

    Examples
    --------
    >>> spread([0.5, 0.5, 0.9], 0.1).round(3)
    array([0.45, 0.55, 0.9 ])
    >>> spread([1.0, 1.0], 0.25).round(3)
    array([0.75, 1.  ])
    """
    from scipy.optimize import isotonic_regression

    wanted = np.asarray(places, dtype=np.float64)
    order = np.argsort(wanted, kind="stable")
    steps = distance * np.arange(len(wanted))
    moved = isotonic_regression(wanted[order] - steps).x
    room = max(0.0, 1.0 - (steps[-1] if len(steps) else 0.0))
    apart = np.empty_like(wanted)
    apart[order] = np.clip(moved, 0.0, room) + steps
    return apart


def label_ends(panel: Axes, ends: Mapping[str, float], styles: Mapping[str, dict[str, Any]], height: float) -> None:
    """Write each label to the right of a panel, led to from where its line ends.

    Parameters
    ----------
    panel : matplotlib.axes.Axes
        All else is drawn already, so that its limits stand.
    ends : mapping of label to float
        In data; NaN for what has no line here, which stands at the bottom.
    styles : mapping of label to dict
        Colour and linestyle.
    height : float
        Of the panel with its margins, inches.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    labels = sorted(ends, key=lambda label: -np.inf if np.isnan(ends[label]) else ends[label])
    known = np.array([not np.isnan(ends[label]) for label in labels])
    values = np.array([ends[label] for label in labels])
    # Limits are found when they are asked for, and only then does the transformation know them.
    panel.get_ylim()
    inside = panel.transAxes.inverted().transform(panel.transData.transform(np.stack([0 * values, values], axis=1)))
    starts = np.clip(np.where(known, inside[:, 1], 0.0), 0.0, 1.0)
    for label, start, place, seen in zip(
        labels, starts, spread(starts, LINE / max(height - _MARGIN, LINE)), known, strict=True
    ):
        path = [(1.0, start), (_LEADER + 1, place), (_HANDLE + 1, place)][0 if seen else 1 :]
        leader = PathPatch(Path(path), transform=panel.transAxes, clip_on=False, fill=False, linewidth=1.4)
        leader.set(edgecolor=styles[label]["color"], linestyle=styles[label]["linestyle"], in_layout=False)
        panel.add_artist(leader)
        text = label if seen else f"{label} (no value)"
        panel.text(1 + _TEXT, place, text, transform=panel.transAxes, va="center", fontsize="small", gid="end label")


def width_beside(labels: Collection[str]) -> int:
    """Give how many letters wide the names beside a panel are, a legend with its title."""
    longest = max(len(label) for label in labels)
    return max(longest, LEGEND_TITLE) if len(labels) > MANY else longest


def legend_beside(panel: Axes, title: str) -> None:
    """Put a legend of the panel's lines to its right, in the order in which they were drawn."""
    panel.legend(title=title, loc="center left", bbox_to_anchor=(1.03, 0.5), frameon=False, alignment="left")
