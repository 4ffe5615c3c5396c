"""What the figures share: colours and dashes of the agents, sizes, captions, and the form of numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from boltzmann.experiments.statistics import CURVE_NAMES, Metric, better_first, final, interval
from boltzmann.experiments.store import Cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


# Three of them, so that the palette's near neighbours (orange and brown, the two pinks) never share one.
_DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)))
LETTER, LINE = 0.078, 0.21
"""The width of a letter and the height of a line of text, inches."""
MANY = 10
"""More agents than these are drawn with a legend, and the best of them stronger than the rest."""
_STRONG = 5
_TICKS = 7
_YELLOW, _BLACK = 8, (0.1, 0.1, 0.1)
_EPISODES = "Episodes are aligned on steps, each counting where it ends."


@contextmanager
def look() -> Iterator[None]:
    """Draw in the style of all figures."""
    import seaborn as sns

    with (
        sns.axes_style("whitegrid", {"grid.color": "0.9", "axes.edgecolor": "0.7"}),
        sns.plotting_context("notebook", font_scale=0.85),
    ):
        yield


def agent_styles(labels: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give each agent its colour and dashes, the same in every figure; the first thirty all differ."""
    import seaborn as sns

    colours = sns.color_palette("colorblind", 10)
    # The palette's yellow is too pale for a line on white.
    colours[_YELLOW] = _BLACK
    return {
        label: {"color": colours[place % 10], "linestyle": _DASHES[(place + place // 10) % len(_DASHES)]}
        for place, label in enumerate(labels)
    }


def strengths(ranked: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Give each agent the width of its line and the opacity of its band, given the best first.

    Twenty bands bury all lines: of more than ten agents only the best five keep theirs, and the rest is thin.
    """
    many = len(ranked) > MANY
    full, faint = (1.6, 0.12 if many else 0.2), (0.9, 0.0)
    return {label: faint if many and place >= _STRONG else full for place, label in enumerate(ranked)}


def bands_note(agents: int) -> str:
    """Say whose bands are drawn, where not all are."""
    return f" (of the best {_STRONG} where there are more than {MANY})" if agents > MANY else ""


def best_first(cells: dict[str, Cell], metric: Metric) -> list[str]:
    """Sort the labels of agents by their mean final value, what has none last."""
    means = {label: float(interval(final(cell, metric))[0]) for label, cell in cells.items()}
    return sorted(cells, key=lambda label: better_first(means[label], metric))


def put_caption(figure: Figure, *sentences: str, metrics: Iterable[str]) -> None:
    """Write sentences below a figure, wrapped to its width; where returns are shown, one says how they are aligned."""
    words = " ".join([*filter(None, sentences), *([_EPISODES] if "return" in metrics else [])])
    lines = textwrap.wrap(words, int(figure.get_figwidth() / LETTER))
    figure.supxlabel("\n".join(lines), fontsize="small", x=0.01, ha="left")


def label_metric(axes: Axes, metric: str, which: Literal["x", "y"], suffix: str = "") -> None:
    """Name the metric on an axis, ``"x"`` or ``"y"``; fractions are shown in per cent."""
    from matplotlib.ticker import PercentFormatter

    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_label_text(CURVE_NAMES[metric] + suffix)
    # Left to itself their number follows the panel's size, which the layout changes after making room for the labels.
    axes.locator_params(axis=which, nbins=_TICKS)
    if metric in ("optimal", "greedy"):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
