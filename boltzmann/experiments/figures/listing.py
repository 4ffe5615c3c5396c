"""The figures of a comparison: one list, which the command draws and the page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boltzmann.experiments.figures.aggregates import aggregates_of
from boltzmann.experiments.figures.curves import curves_of
from boltzmann.experiments.figures.differences import differences_of
from boltzmann.experiments.figures.profiles import profiles_of
from boltzmann.experiments.figures.saving import Attempt
from boltzmann.experiments.metrics import MetricKey
from boltzmann.experiments.statistics import Judgement

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_EXPLORATION: tuple[MetricKey, ...] = ("entropy", "greedy")


@dataclass(frozen=True)
class ComparisonFigure:
    """A figure of a comparison.

    Attributes
    ----------
    heading : str
        Its heading on the page.
    draw : callable
        ``draw(judgement)`` returns the figure.
    shows : str
        What it shows, for those who do not see it.
    file : str
        The name of the image that ``scripts.compare_schedules`` writes; "" for a figure that only the page shows.
    is_possible : callable
        ``is_possible(judgement)`` returns whether the results hold what it shows.
    """

    heading: str
    draw: Callable[[Judgement], Figure]
    shows: str
    file: str = ""
    is_possible: Callable[[Judgement], bool] = lambda judgement: True


FIGURES: tuple[ComparisonFigure, ...] = (
    ComparisonFigure(
        "Learning curves",
        curves_of,
        "Means over replicates with their 95 % intervals, against the step: the metric that the task is judged by, and "
        "beside it, where the environment knows, how often the action was optimal.",
        "learning_curves.png",
    ),
    ComparisonFigure(
        "Paired differences",
        differences_of,
        "Each agent's final value minus that of the best one, or of the baseline, replicate by replicate, with "
        "intervals; a hollow dot does not differ significantly from it.",
        "differences.png",
    ),
    ComparisonFigure(
        "Performance profiles",
        profiles_of,
        "The fraction of replicates whose final value is better than each level: how good and bad runs are spread.",
        "profiles.png",
    ),
    ComparisonFigure(
        "All tasks together",
        aggregates_of,
        "Interquartile mean, mean, median and optimality gap of the normalised final values over all tasks.",
        "aggregates.png",
        is_possible=lambda judgement: len(judgement.suite) > 0,
    ),
    ComparisonFigure(
        "How they explored",
        lambda judgement: curves_of(judgement, _EXPLORATION),
        "Entropy of the policy at the end of each window, and how often the action was a greedy one.",
        is_possible=lambda judgement: all(
            cell.knows(name) for cells in judgement.cells.values() for cell in cells.values() for name in _EXPLORATION
        ),
    ),
)
"""All figures, in the order of the page; another figure is one more entry."""


def draw_figures(judgement: Judgement, attempt: Attempt) -> dict[ComparisonFigure, Figure]:
    """Draw all figures that the results allow, each in an attempt of its own; what fails is left out."""
    figures = {}
    for entry in FIGURES:
        with attempt(entry.heading):
            if entry.is_possible(judgement):
                figures[entry] = entry.draw(judgement)
    return figures
