"""What pages on more than one run have in common with one another: pictures of figures, numbers, how to do it again."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from boltzmann.experiments.page import Picture, Section, Table, render_page
from boltzmann.experiments.report import notation, svg_text
from boltzmann.experiments.results import Results
from boltzmann.experiments.statistics import decimals
from boltzmann.experiments.storage import Store

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["picture", "repetition", "with_ends", "with_half_width", "write_page"]


def write_page(path: str | os.PathLike[str], title: str, answer: Sequence[str], sections: Sequence[Section]) -> None:
    """Write one self-contained HTML page; it loads nothing from anywhere.

    Parameters
    ----------
    path : path
        The file; its folder must exist.
    title, answer, sections
        As for ``boltzmann.experiments.page.render_page``.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """
    Path(path).write_text(render_page(title, answer, sections), "utf-8")


def picture(figure: Figure, shows: str) -> Picture:
    """Give a figure as what a page holds, with a sentence for those who do not see it."""
    return Picture(svg_text(figure), shows, shows)


def repetition(runs: Mapping[str, Results]) -> Section:
    """Give the section that says how runs are made again: their descriptions, seeds and versions.

    Parameters
    ----------
    runs : mapping of str to Results
        Under what each is called; at least one.
    """
    rows = [(name, f"{results.layout.seed}", results.layout.hash) for name, results in runs.items()]
    versions = Store(next(iter(runs.values())).folder).versions()
    return Section(
        "Do it again",
        "The same descriptions with the same versions give the same bytes, with other versions the same law.",
        tables=[
            Table("Seeds", ("run", "seed", "hash of the description"), rows),
            Table("Versions", ("what", "which"), list(versions.items())),
        ],
        to_copy="\n\n".join(notation(results.layout) for results in runs.values()),
    )


def with_half_width(mean: float, half_width: float) -> str:
    """Write a mean with half its interval, to two digits of the latter.

    Examples
    --------
    >>> with_half_width(1.23456, 0.0123), with_half_width(2.0, float("nan"))
    ('1.235 ± 0.012', '2.000')
    """
    digits = decimals(half_width)
    return f"{mean:.{digits}f} ± {half_width:.{digits}f}" if half_width == half_width else f"{mean:.{digits}f}"


def with_ends(value: float, low: float, high: float) -> str:
    """Write a difference with the ends of its interval; one that nothing is known of is said to be so.

    Examples
    --------
    >>> with_ends(-0.5, -0.75, -0.25), with_ends(float("nan"), 0.0, 0.0)
    ('-0.50 [-0.75, -0.25]', 'no value')
    """
    if value != value:
        return "no value"
    digits = decimals((high - low) / 2)
    ends = f" [{low:+.{digits}f}, {high:+.{digits}f}]" if low == low else ""
    return f"{value:+.{digits}f}{ends}"
