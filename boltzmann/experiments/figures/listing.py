"""The figures of a comparison: one list, which the command draws and the page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boltzmann.experiments.charts import (
    EXPLORATION,
    Chart,
    aggregate_charts,
    difference_charts,
    exploration_charts,
    learning_charts,
    replicate_charts,
)
from boltzmann.experiments.figures.aggregates import aggregates_of
from boltzmann.experiments.figures.curves import curves_of
from boltzmann.experiments.figures.differences import differences_of
from boltzmann.experiments.figures.profiles import profiles_of
from boltzmann.experiments.figures.saving import Attempt
from boltzmann.experiments.statistics import Judgement

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class ComparisonFigure:
    """A figure of a comparison.

    Attributes
    ----------
    heading : str
        Its heading on the page.
    charts : callable
        ``charts(judgement)`` returns what the page draws.
    shows : str
        What it shows, a sentence above the charts.
    draw : callable, optional
        ``draw(judgement)`` returns the figure; None for one that only the page shows.
    file : str
        The name of the image that ``scripts.compare_schedules`` writes; "" for a figure that only the page shows.
    is_possible : callable
        ``is_possible(judgement)`` returns whether the results hold what it shows.
    is_folded : bool
        Whether its section is closed at first.
    """

    heading: str
    charts: Callable[[Judgement], list[Chart]]
    shows: str
    draw: Callable[[Judgement], Figure] | None = None
    file: str = ""
    is_possible: Callable[[Judgement], bool] = lambda judgement: True
    is_folded: bool = False


FIGURES: tuple[ComparisonFigure, ...] = (
    ComparisonFigure(
        "Learning curves",
        learning_charts,
        "How well each policy did while it learned. Press a name to hide its line.",
        curves_of,
        "learning_curves.png",
    ),
    ComparisonFigure(
        "Paired differences",
        difference_charts,
        "By how much each policy ends up better or worse than the one it is compared with, and how certain that is.",
        differences_of,
        "differences.png",
    ),
    ComparisonFigure(
        "Good and bad runs",
        replicate_charts,
        "Which share of the replicates did better than each level: a mean does not say whether all runs are alike.",
        profiles_of,
        "profiles.png",
    ),
    ComparisonFigure(
        "All tasks together",
        aggregate_charts,
        "One number for each policy that took part in every task.",
        aggregates_of,
        "aggregates.png",
        is_possible=lambda judgement: len(judgement.suite) > 0,
    ),
    ComparisonFigure(
        "How they explored",
        exploration_charts,
        "How random each policy was (its entropy: 0 for always the same action), and how often it took an action that "
        "looked best to it (a greedy one).",
        is_possible=lambda judgement: all(
            cell.knows(name) for cells in judgement.cells.values() for cell in cells.values() for name in EXPLORATION
        ),
    ),
)
"""All figures, in the order of the page; another figure is one more entry."""


def draw_figures(judgement: Judgement, attempt: Attempt) -> dict[ComparisonFigure, Figure]:
    """Draw all figures with a file that the results allow, each in an attempt of its own; what fails is left out."""
    figures = {}
    for entry in FIGURES:
        with attempt(entry.heading):
            if entry.draw is not None and entry.is_possible(judgement):
                figures[entry] = entry.draw(judgement)
    return figures
