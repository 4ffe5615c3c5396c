"""The page of a comparison: the answer first, then the leaderboard, the figures, and how to repeat the runs.

``boltzmann.experiments.pages.html`` lays the page out; this file chooses its content.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence

from boltzmann.experiments.charts import policy_styles
from boltzmann.experiments.figures import FIGURES
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.pages.html import Answer, Section
from boltzmann.experiments.pages.page_tables import Table
from boltzmann.experiments.pages.parts import repetition, write_page
from boltzmann.experiments.statistics import (
    FEW,
    Judgement,
    TaskJudgement,
    difference_text,
    final_text,
    task_evidence,
    total_text,
    with_interval,
)
from boltzmann.experiments.store import Results


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
    """
    write_judgement(Judgement(results, metric, baseline, confidence), path, more)


def write_judgement(judgement: Judgement, path: str | os.PathLike[str], more: Sequence[Section] = ()) -> None:
    """Write the page of results that are judged already; see :func:`write_report`."""
    sample = judgement.results.plan.sample
    answers = [_answer(judged, judgement.confidence, sample) for judged in judgement.tasks]
    charts = [
        Section(entry.heading, entry.shows, charts=entry.charts(judgement), is_folded=entry.is_folded)
        for entry in FIGURES
        if entry.is_possible(judgement)
    ]
    sections = [_leaderboard(judgement), *charts, *more, repetition({"this run": judgement.results})]
    write_page(path, f"Which exploration? {', '.join(judgement.results.plan.task_labels)}", answers, sections)


def _answer(judged: TaskJudgement, confidence: float, sample: str) -> Answer:
    best = judged.rows[0]
    evidence = task_evidence(judged.rows, confidence, sample)
    if not best["replicates"]:
        return Answer(judged.task, evidence[0])
    leads = len({row["final"] for row in judged.rows}) > 1
    name = f"{judged.labels[0]} does best" if leads else judged.labels[0]
    return Answer(judged.task, name, final_text(best), f"{judged.metric.name} in the last tenth of the steps", evidence)


def _leaderboard(judgement: Judgement) -> Section:
    plan, level = judgement.results.plan, f"{100 * judgement.confidence:g} %"
    to = "the best" if judgement.baseline is None else "the baseline"
    styles = policy_styles(judgement)
    tables = [_task_table(judged, plan.samples, to, styles) for judged in judgement.tasks]
    return Section(
        "Leaderboard",
        f"The best policy of each task comes first. It is judged by the last tenth of the steps, over "
        f"{plan.samples_text}. Press a column's name to sort by it.",
        tables=[*tables, *suite_tables(judgement)],
        notes=_notes(judgement, level) if plan.samples > 1 else (),
    )


def _notes(judgement: Judgement, level: str) -> list[str]:
    sample, samples = judgement.results.plan.sample, judgement.results.plan.samples
    notes = [
        f"1.6 ± 0.2 is a mean with half of its {level} confidence interval. Where a bound of the metric cuts the "
        "interval short, both of its ends stand in brackets instead.",
        f"All policies met the same random problems. So differences are taken {sample} by {sample}, which makes them "
        f"more certain than the means; their {level} intervals stand in brackets.",
        "Tied policies are those that the data do not tell apart from the best, once all pairs of the task are tested "
        "together (Holm's correction).",
    ]
    if samples < FEW:
        notes.append(f"With fewer than {FEW} {sample}s, intervals are right only where these are about normal.")
    return notes


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
        f"{board['tasks'].iloc[0]} tasks together: scores with {100 * judgement.confidence:g} % intervals; on each "
        "task the worst policy has 0 and the best 1"
    )
    columns = ("policy", *board["aggregate"].unique())
    styles = policy_styles(judgement)
    return [
        Table(
            caption,
            columns,
            [(agent, *cells) for agent, cells in rows.items()],
            styles=[styles[agent] for agent in rows],
        )
    ]


def _task_table(judged: TaskJudgement, samples: int, to: str, styles: Mapping[str, int]) -> Table:
    columns = (
        *("rank", "policy", f"{judged.metric.name}, last tenth", f"difference to {to}", "tied"),
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
    return Table(judged.task, columns, rows, heading=1, styles=[styles[label] for label in judged.labels])
