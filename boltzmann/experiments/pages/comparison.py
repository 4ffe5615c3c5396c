"""The page of a comparison: the answer first, then the leaderboard, the figures, and what it takes to do it again.

``boltzmann.experiments.pages.html`` sets the page; here is what stands on it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boltzmann.experiments.describe import Plan
from boltzmann.experiments.figures import draw_differences, draw_learning_curves, draw_profiles
from boltzmann.experiments.pages.html import Section, Table
from boltzmann.experiments.pages.parts import picture, repetition, with_ends, with_half_width, write_page
from boltzmann.experiments.statistics import FEW, METRIC_NAMES, Metric, answers, leaderboard
from boltzmann.experiments.store import Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


TOTAL_NAMES: dict[str, str] = {
    "reward": "total reward",
    "return": "total reward",
    "gap": "regret",
    "optimal": "optimal actions",
}
"""What each metric sums to over all steps."""


@dataclass(frozen=True)
class ReportFigure:
    """A figure of the page: its heading, what draws it, what one sees, and where it fits.

    It is drawn from results, the metric, the baseline and the confidence.
    """

    heading: str
    draw: Callable[[Results, Metric | None, str | None, float], Figure]
    shows: str
    fits: Callable[[Results], bool] = lambda results: True


# Every figure of the page, in its order; one more is one more entry.
FIGURES: tuple[ReportFigure, ...] = (
    ReportFigure(
        "Learning curves",
        lambda results, metric, *_: draw_learning_curves(results, metric),
        "Means over replicates with their 95 % intervals, against the step: what the task is judged by, and beside "
        "it, where the environment knows, how often the action was optimal.",
    ),
    ReportFigure(
        "Paired differences",
        lambda results, metric, baseline, confidence: draw_differences(
            results, metric, baseline=baseline, confidence=confidence
        ),
        "Each agent's final value less the best one's, or the baseline's, replicate by replicate, with intervals; "
        "hollow where the two cannot be told apart.",
    ),
    ReportFigure(
        "Performance profiles",
        lambda results, metric, _, confidence: draw_profiles(results, metric, confidence=confidence),
        "The fraction of replicates whose final value is beyond each level: how the good and the bad runs are spread.",
    ),
    ReportFigure(
        "How they explored",
        lambda results, *_: draw_learning_curves(results, ("entropy", "greedy")),
        "Entropy of the policy at the end of each window, and how often the action was a greedy one.",
        lambda results: all(cell.knows(name) for cell in results.cells() for name in ("entropy", "greedy")),
    ),
)


def write_report(
    results: Results,
    path: str | os.PathLike[str],
    *,
    metric: Metric | None = None,
    baseline: str | None = None,
    confidence: float = 0.95,
    more: Sequence[Section] = (),
) -> None:
    """Write one self-contained HTML page on a comparison; it loads nothing from anywhere.

    Parameters
    ----------
    results : Results
        Of a finished run. The same results give the same bytes, with the same versions.
    path : path
        The file; its folder must exist.
    metric : {"reward", "return", "gap", "optimal"}, optional
        What the agents are judged by; by default as :func:`boltzmann.experiments.leaderboard` chooses.
    baseline : str, optional
        The agent that differences are to; the best one by default.
    confidence : float
        Of the intervals and of what counts as tied, in (0, 1); the bands of the curves stay at 95 %.
    more : sequence of Section
        Sections of one's own. They stand behind the figures.

    Raises
    ------
    RefusedError
        Where no task has the metric, or the baseline. Nothing is written then.
    DamagedBlockError
        Where a block fails its checksum.
    OSError
        Where the file cannot be written.
    """
    board = leaderboard(results, metric, baseline=baseline, confidence=confidence)
    sections = report_sections(results, board, metric, baseline, confidence, more)
    write_page(path, _title(results.plan), _answer(board, confidence, results.plan.sample), sections)


def report_sections(
    results: Results,
    board: pd.DataFrame,
    metric: Metric | None = None,
    baseline: str | None = None,
    confidence: float = 0.95,
    more: Sequence[Section] = (),
) -> list[Section]:
    """Give the sections of the page: leaderboard, figures, ``more``, description and versions."""
    figures = [
        Section(entry.heading, pictures=[picture(entry.draw(results, metric, baseline, confidence), entry.shows)])
        for entry in FIGURES
        if entry.fits(results)
    ]
    return [
        _leaderboard(board, results.plan, baseline, confidence),
        *figures,
        *more,
        repetition({"this one": results}),
    ]


def _title(plan: Plan) -> str:
    return f"Which exploration? {', '.join(plan.task_labels)}"


def _answer(board: pd.DataFrame, confidence: float, sample: str) -> list[str]:
    """Say of each task who did best, and who cannot be told from it: a sentence or two a task."""
    return [f"{task}: {sentence}" for task, sentence in answers(board, confidence, sample).items()]


def _leaderboard(board: pd.DataFrame, plan: Plan, baseline: str | None, confidence: float) -> Section:
    sentence = f"Best first, by the last tenth of the steps; {plan.samples_text} of each."
    if plan.samples > 1:
        level = f"{100 * confidence:g} %"
        sentence += (
            f" Behind ± is half the width of the mean's {level} interval. All agents met the same problems, so "
            f"differences are paired, {plan.sample} by {plan.sample}; in brackets their {level} intervals. What is "
            "tied cannot be told from the best with all pairs of the task tested (Holm)."
        )
    if 1 < plan.samples < FEW:
        sentence += (
            f" With fewer than {FEW} {plan.record}, intervals cover as they say only where these are about normal."
        )
    to = "the best" if baseline is None else "the baseline"
    tables = [_task_table(str(task), rows, plan.samples, to) for task, rows in board.groupby("task", sort=False)]
    return Section("Leaderboard", sentence, tables=tables)


def _task_table(task: str, rows: pd.DataFrame, samples: int, to: str) -> Table:
    metric = str(rows["metric"].iloc[0])
    columns = (
        *("rank", "policy", f"{METRIC_NAMES[metric]}, last tenth", f"difference to {to}", "tied with the best"),
        f"{TOTAL_NAMES[metric]}, all steps",
    )
    entries = [
        (
            f"{place}",
            str(row["agent"]),
            _final_text(row, samples),
            _difference_text(row),
            "tied" if row["tied"] else "",
            with_half_width(row["cumulative"], row["cumulative_half_width"]),
        )
        for place, row in enumerate(rows.to_dict("records"), start=1)
    ]
    return Table(task, columns, entries, heading=1)


def _final_text(row: dict[Any, Any], samples: int) -> str:
    if row["replicates"] == 0:
        return "no value"
    value = with_half_width(row["final"], row["final_half_width"])
    return value if row["replicates"] == samples else f"({row['replicates']} only) {value}"


def _difference_text(row: dict[Any, Any]) -> str:
    if row["agent"] == row["compared_with"] or row["difference"] != row["difference"]:
        return "\N{EN DASH}"
    return with_ends(row["difference"], row["difference_low"], row["difference_high"])
