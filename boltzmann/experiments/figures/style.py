"""What the figures share: colours and dashes of the agents, sizes, captions, and the form of numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from boltzmann.experiments.metrics import BY_KEY, JudgedKey, MetricKey
from boltzmann.experiments.statistics import Cells, better_first, final, interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


# With three dashes the palette's near neighbours (orange and brown, the two pinks) never have the same.
_DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)))
LETTER, LINE = 0.078, 0.21
"""The width of a letter and the height of a line of text, in inches."""
MANY = 10
"""More agents than these are drawn with a legend, and the best of them stronger than the rest."""
_STRONG = 5
_TICKS = 7
EPISODES_NOTE = "Episodes are aligned on steps: each counts where it ends."


# The palette "colorblind" of seaborn, but for its yellow, which is too pale for a line on white.
COLOURS = (
    *("#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc"),
    *("#ca9161", "#fbafe4", "#949494", "#1a1a1a", "#56b4e9"),
)
# What seaborn's style "whitegrid" and its context "notebook", with letters of 85 %, change in matplotlib's defaults.
# Importing seaborn would take longer than drawing the figures.
LOOK: dict[Any, Any] = {
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), ".15"),
    **dict.fromkeys(("axes.grid", "axes.axisbelow", "patch.force_edgecolor"), True),
    **dict.fromkeys(("xtick.bottom", "ytick.left"), False),
    "axes.edgecolor": "0.7",
    "grid.color": "0.9",
    "patch.edgecolor": "w",
    "lines.solid_capstyle": "round",
    "font.sans-serif": ["Arial", "DejaVu Sans", "Liberation Sans", "Bitstream Vera Sans", "sans-serif"],
    **dict.fromkeys(("font.size", "axes.labelsize", "axes.titlesize", "legend.title_fontsize"), 10.2),
    **dict.fromkeys(("xtick.labelsize", "ytick.labelsize", "legend.fontsize"), 9.35),
    **dict.fromkeys(("axes.linewidth", "xtick.major.width", "ytick.major.width"), 1.25),
    **dict.fromkeys(("grid.linewidth", "xtick.minor.width", "ytick.minor.width"), 1),
    **dict.fromkeys(("xtick.major.size", "ytick.major.size"), 6),
    **dict.fromkeys(("xtick.minor.size", "ytick.minor.size"), 4),
}


@contextmanager
def look() -> Iterator[None]:
    """Draw in the style of all figures."""
    from matplotlib import rc_context

    # By default every layout measures all tick labels a second time to find out whether a title would meet them.
    with rc_context(LOOK | {"axes.titley": 1.0}):
        yield


def agent_styles(agents: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the colour and dashes of each agent, the same in every figure; the first thirty all differ."""
    return {
        agent: {
            "color": COLOURS[index % len(COLOURS)],
            "linestyle": _DASHES[(index + index // len(COLOURS)) % len(_DASHES)],
        }
        for index, agent in enumerate(agents)
    }


def strengths(ranked: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return the width of each agent's line and the opacity of its band, of agents sorted best first.

    Twenty bands would hide all lines: of more than ten agents only the best five have bands and thick lines.
    """
    many = len(ranked) > MANY
    full, faint = (1.6, 0.12 if many else 0.2), (0.9, 0.0)
    return {agent: faint if many and index >= _STRONG else full for index, agent in enumerate(ranked)}


def bands_note(agents: int) -> str:
    """Return what the caption adds where not all bands are drawn."""
    return f" (of the best {_STRONG} where there are more than {MANY})" if agents > MANY else ""


def best_first(cells: Cells, metric: JudgedKey) -> list[str]:
    """Sort agents by their mean final value, those without one last."""
    means = {agent: float(interval(final(cell, metric))[0]) for agent, cell in cells.items()}
    return sorted(cells, key=lambda agent: better_first(means[agent], metric))


def put_caption(figure: Figure, *sentences: str, metrics: Iterable[MetricKey]) -> None:
    """Write sentences below a figure, wrapped to its width; where returns are shown, one says how they are aligned."""
    per_episode = any(BY_KEY[metric].per_episode for metric in metrics)
    words = " ".join([*filter(None, sentences), *([EPISODES_NOTE] if per_episode else [])])
    lines = textwrap.wrap(words, int(figure.get_figwidth() / LETTER))
    figure.supxlabel("\n".join(lines), fontsize="small", x=0.01, ha="left")


def label_metric(axes: Axes, metric: MetricKey, which: Literal["x", "y"], suffix: str = "") -> None:
    """Write the name of the metric on an axis, ``"x"`` or ``"y"``; fractions are shown in per cent."""
    from matplotlib.ticker import PercentFormatter

    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_label_text(BY_KEY[metric].name + suffix)
    # By default the number of ticks follows the panel's size, which the layout changes after it has measured labels.
    axes.locator_params(axis=which, nbins=_TICKS)
    if BY_KEY[metric].is_fraction:
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
