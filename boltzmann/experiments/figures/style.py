"""What the figures share: the look of a style, sizes, captions, and the form of numbers."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from boltzmann.experiments.charts import COLOURS, MANY, STRONG, dashes_of, decade, mark_of
from boltzmann.experiments.metrics import BY_KEY, MetricKey
from boltzmann.experiments.wording import in_lines, printable, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


LETTER, LINE = 0.078, 0.21
"""The width of a letter and the height of a line of text, in inches."""
LONGEST = 60
"""The most letters of a label; more of them would leave no room for the panel."""
_TICKS = 7
EPISODES_NOTE = "Episodes are aligned on steps: each counts where it ends."

_MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "X"}
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


_OURS: dict[Any, Any] = {
    # By default every layout measures all tick labels a second time to find out whether a title would meet them.
    "axes.titley": 1.0,
    "text.parse_math": False,
    # By default identities are random.
    **{"svg.hashsalt": "boltzmann", "svg.fonttype": "path"},
}


@contextmanager
def look() -> Iterator[None]:
    """Draw in the style of all figures, whatever the user's matplotlibrc says: no name is read as mathematics."""
    from matplotlib import rc_context, rcdefaults, rcParams

    with rc_context():
        rcdefaults()
        rcParams.update(LOOK | _OURS)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure, in inches, that is drawn in the style of all figures at any time later."""
    from boltzmann.experiments.figures.styled_figure import StyledFigure

    return StyledFigure(figsize=(width, height), layout="constrained")


def plain(text: str) -> str:
    r"""Write what cannot be seen, or what matplotlib's own font has no sign for, by its number: ``\u6f22``."""
    return printable(text, is_known=lambda letter: ord(letter) in _signs())


@lru_cache
def _signs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def shown_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of agents as figures show them: plain, and shortened; equal ones are numbered."""
    short = {agent: shortened(plain(label), LONGEST) for agent, label in labels.items()}
    counts = Counter(short.values())
    seen: Counter[str] = Counter()
    for agent, text in short.items():
        if counts[text] > 1:
            seen[text] += 1
            short[agent] = f"{text} ({seen[text]})"
    return short


def put_title(panel: Axes, text: str, width: float) -> None:
    """Write a task's label above a panel so many inches wide."""
    lines = in_lines(plain(text), int(width / (1.15 * LETTER)), 2)
    panel.set_title("\n".join(line.rstrip() for line in lines), loc="left", fontweight="bold")


def use_decades(panel: Axes, which: Literal["x", "y"], scale: str = "log", **options: Any) -> None:
    """Make an axis logarithmic, its decades labelled without mathematics, which names must not be read as."""
    axis = panel.xaxis if which == "x" else panel.yaxis
    (panel.set_xscale if which == "x" else panel.set_yscale)(scale, **options)
    axis.set_major_formatter(lambda value, _: decade(value))
    axis.set_minor_formatter(lambda value, _: "")


def line_style(style: int) -> dict[str, Any]:
    """Return the colour and dashes of a style, as on a page."""
    # The dashes are for a line 2 wide, and matplotlib counts in widths of the line.
    lengths = tuple(length / 2 for length in dashes_of(style))
    return {"color": COLOURS[style % len(COLOURS)], "linestyle": (0, lengths) if lengths else "-"}


def marker_of(style: int) -> str:
    """Return matplotlib's name of a style's mark."""
    return _MARKERS[mark_of(style)]


def strengths(ranked: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return the width of each agent's line and the opacity of its band, of agents sorted best first.

    Twenty bands would hide all lines: of more than ten agents only the best five have bands and thick lines.
    """
    many = len(ranked) > MANY
    full, faint = (1.6, 0.12), (0.9, 0.0)
    return {agent: faint if many and index >= STRONG else full for index, agent in enumerate(ranked)}


def bands_note(agents: int) -> str:
    """Return what the caption adds where not all bands are drawn."""
    return f" (of the best {STRONG} where there are more than {MANY})" if agents > MANY else ""


def put_caption(figure: Figure, *sentences: str, metrics: Iterable[MetricKey]) -> None:
    """Write sentences below a figure, wrapped to its width; where returns are shown, one says how they are aligned."""
    per_episode = any(BY_KEY[metric].per_episode for metric in metrics)
    words = " ".join([*filter(None, sentences), *([EPISODES_NOTE] if per_episode else [])])
    lines = textwrap.wrap(words, int(figure.get_figwidth() / LETTER))
    figure.supxlabel("\n".join(lines), fontsize="small", x=0.01, ha="left")


def label_metric(axes: Axes, metric: MetricKey, which: Literal["x", "y"], suffix: str = "") -> None:
    """Write the name of the metric on an axis, ``"x"`` or ``"y"``; fractions are shown in per cent."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_label_text(BY_KEY[metric].name + suffix)
    # By default the number of ticks follows the panel's size, which the layout changes after it has measured labels.
    axes.locator_params(axis=which, nbins=_TICKS)
    if BY_KEY[metric].is_fraction:
        axis.set_major_formatter(lambda value, _: percent(value))


def percent(value: float) -> str:
    """Write a tick of a fraction.

    Examples
    --------
    >>> percent(0.25), percent(-1e-17), percent(-0.005)
    ('25 %', '0 %', '−0.5 %')
    """
    return f"{round(100 * value, 6):zg} %".replace("-", "\N{MINUS SIGN}")
