"""The page of a comparison: the answer first, then the leaderboard, the figures, and how to repeat the runs.

``boltzmann.experiments.pages.html`` lays the page out; this file chooses its content.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from boltzmann.experiments.figures import Attempt, ComparisonFigure, draw_figures, each_figure
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.pages.html import Section, Table
from boltzmann.experiments.pages.parts import pictures_of, repetition, write_page
from boltzmann.experiments.statistics import (
    FEW,
    Judgement,
    TaskJudgement,
    difference_text,
    final_text,
    total_text,
    with_interval,
)
from boltzmann.experiments.store import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_report(
    results: Results,
    path: str | os.PathLike[str],
    *,
    metric: JudgedKey | None = None,
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
    metric : str, optional
        What the agents are judged by; by default as :func:`boltzmann.experiments.leaderboard` chooses.
    baseline : str, optional
        The agent that differences are to; the best one by default.
    confidence : float
        Of the intervals and of the ties, in (0, 1); the bands of the curves stay at 95 %.
    more : sequence of Section
        Sections of your own, which stand behind the figures.

    Raises
    ------
    RefusedError
        Where no task has the metric, or the baseline. Nothing is written then.
    DamagedBlockError
        Where a block fails its checksum.
    OSError
        Where the file cannot be written.
    FailedFiguresError
        Where a figure cannot be drawn. The page is written with the others.
    """
    judgement = Judgement(results, metric, baseline, confidence)
    # Judge before anything is drawn, so that errors come first.
    _ = judgement.tasks
    with each_figure() as attempt:
        write_judgement(judgement, draw_figures(judgement, attempt), path, more, attempt)


def write_judgement(
    judgement: Judgement,
    figures: Mapping[ComparisonFigure, Figure],
    path: str | os.PathLike[str],
    more: Sequence[Section] = (),
    attempt: Attempt = lambda _: nullcontext(),
) -> None:
    """Write the page of results that are judged and drawn already; see :func:`write_report`."""
    plan = judgement.results.plan
    answer = [f"{task}: {sentence}" for task, sentence in judgement.answers.items()]
    sections = [
        _leaderboard(judgement),
        *(_figure(entry, figure, attempt) for entry, figure in figures.items()),
        *more,
        repetition({"this run": judgement.results}),
    ]
    write_page(path, f"Which exploration? {', '.join(plan.task_labels)}", answer, sections)


def _figure(entry: ComparisonFigure, figure: Figure, attempt: Attempt) -> Section:
    pictures = pictures_of(figure, entry.shows, attempt, f"{entry.heading} on the page")
    return Section(entry.heading, "" if pictures else "This figure could not be drawn.", pictures)


def _leaderboard(judgement: Judgement) -> Section:
    plan, level = judgement.results.plan, f"{100 * judgement.confidence:g} %"
    sentence = f"Best first, by the last tenth of the steps; {plan.samples_text} of each."
    if plan.samples > 1:
        sentence += (
            f" Behind ± is half the width of the mean's {level} interval; brackets hold both ends where a bound "
            "of the metric cuts one off. All agents met the same problems, so "
            f"differences are paired, {plan.sample} by {plan.sample}; in brackets their {level} intervals. A tied "
            "agent does not differ significantly from the best with all pairs of the task tested (Holm)."
        )
    if 1 < plan.samples < FEW:
        sentence += (
            f" With fewer than {FEW} {plan.sample}s, intervals cover as they say only where these are about normal."
        )
    to = "the best" if judgement.baseline is None else "the baseline"
    tables = [_task_table(judged, plan.samples, to) for judged in judgement.tasks]
    return Section("Leaderboard", sentence, tables=[*tables, *suite_tables(judgement)])


def suite_tables(judgement: Judgement) -> list[Table]:
    """Return the table of all tasks together, or none where there is nothing to aggregate."""
    board = judgement.suite
    if board.empty:
        return []
    texts = [with_interval(*row) for row in zip(board["estimate"], board["low"], board["high"], strict=True)]
    rows: dict[str, list[str]] = {}
    for agent, text in zip(board["agent"], texts, strict=True):
        rows.setdefault(str(agent), []).append(text)
    caption = (
        f"{board['tasks'].iloc[0]} tasks together: final values, on each task 0 for the worst mean and 1 "
        f"for the best, with {100 * judgement.confidence:g} % intervals"
    )
    columns = ("policy", *board["aggregate"].unique())
    return [Table(caption, columns, [(agent, *cells) for agent, cells in rows.items()])]


def _task_table(judged: TaskJudgement, samples: int, to: str) -> Table:
    columns = (
        *("rank", "policy", f"{judged.metric.name}, last tenth", f"difference to {to}", "tied with the best"),
        f"{judged.metric.total}, all steps",
    )
    rows = [
        (
            f"{index + 1}",
            str(row["agent"]),
            final_text(row) if row["replicates"] in (0, samples) else f"({row['replicates']} only) {final_text(row)}",
            "\N{EN DASH}" if index == judged.reference or math.isnan(row["difference"]) else difference_text(row),
            "tied" if row["tied"] else "",
            total_text(row),
        )
        for index, row in enumerate(judged.rows)
    ]
    return Table(judged.task, columns, rows, heading=1)
