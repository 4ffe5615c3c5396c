"""The two limits of the Gibbs distribution beside the laws that they follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from boltzmann.experiments.figures import (
    line_style,
    look,
    marker_of,
    new_figure,
    put_caption,
    shown_labels,
    use_decades,
)
from boltzmann.experiments.studies.slopes import deviation_from_uniform, exploration_against_gaps

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_SIZE = (10.4, 4.4)
_NOTE = (
    "Marks: the library's numbers for the given values. Dashed: the laws that theory predicts, exp(-gap / T) on the "
    "left and (Q - mean Q) / (K T) on the right. In these units all values follow one law, up to how many share the "
    "smallest gap."
)


def draw_limits(values: Mapping[str, ArrayLike]) -> Figure:
    """Draw exploration against gap / T as T goes to 0, and the distance from uniform against T as it goes to infinity.

    Parameters
    ----------
    values : mapping of label to array of shape (K,)
        Rows of action values, finite, each with a gap in it.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError, TypeError
        As for ``fit_low_temperatures``.
    """
    # All marks fall on nearly one line, so each row has marks of its own that hide no others.
    rows = len(values)
    gaps, ratios = np.linspace(0.5, 40.0, 12 * rows + 1), np.geomspace(0.1, 1e6, 12 * rows + 1)
    labels = shown_labels({label: label for label in values})
    with look():
        figure = new_figure(*_SIZE)
        cold, hot = figure.subplots(1, 2)
        for index, (label, row) in enumerate(values.items()):
            colour, marker = line_style(index)["color"], marker_of(index)
            for panel, x, (measured, law) in (
                (cold, gaps, exploration_against_gaps(row, gaps)),
                (hot, ratios, deviation_from_uniform(row, ratios)),
            ):
                panel.plot(x, law, color=colour, linestyle=(0, (4, 2)), linewidth=1.0)
                shifted = slice(index, None, rows)
                marks = {"color": colour, "linestyle": "none", "marker": marker, "ms": 4.5}
                panel.plot(x[shifted], measured[shifted], label=labels[label], **marks)
        cold.set(xlabel="smallest gap / T   (T falls to the right)", ylabel="probability")
        cold.set_title("Near T = 0: how often not the best action", loc="left", fontweight="bold")
        use_decades(cold, "y")
        use_decades(hot, "x")
        use_decades(hot, "y")
        hot.set(xlabel="T / max |Q - mean Q|   (T grows to the right)")
        hot.set(ylabel="K · max |π - 1/K|", ylim=(1e-7, 1e2))
        hot.set_title("Near T = ∞: how far from equal probabilities", loc="left", fontweight="bold")
        hot.legend(frameon=True, fontsize="small")
        put_caption(figure, _NOTE, metrics=())
    return figure
