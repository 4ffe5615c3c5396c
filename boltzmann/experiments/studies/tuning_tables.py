"""The result of a search, as sentences and tables for a page or a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boltzmann.experiments.pages import Answer, Table
from boltzmann.experiments.statistics import TaskJudgement, best_in_total, final_text, with_margin
from boltzmann.experiments.studies.tuning import TuningResult
from boltzmann.experiments.wording import counted

_RECOMMENDED, _SIMILAR = "recommended", "not significant"
_MARKS = {_RECOMMENDED: "", _SIMILAR: "="}


def recommendation(result: TuningResult) -> list[str]:
    """Say what is recommended, how good it is, and which finalists do not differ significantly from it.

    The interval is Student's over fresh replicates, which had no part in the search. Differences are paired and
    Holm-corrected over the comparisons with the recommendation.
    """
    (judged,) = result.judgement.tasks
    best = judged.rows[judged.reference]
    verdicts = dict(zip(judged.labels, _verdicts(judged, result.judgement.confidence), strict=True))
    similar = [name for name, verdict in verdicts.items() if verdict == _SIMILAR]
    better = [name for name, verdict in verdicts.items() if verdict == "better"]
    verb = "does" if len(similar) == 1 else "do"
    sentences = [
        f"Recommended for {judged.task}: {result.recommendation}.",
        f"Its {judged.metric.name} in the last tenth of the steps is {final_text(best)}: mean and 95 % interval over "
        f"{counted(best['replicates'], 'fresh replicate')}.",
        f"{', '.join(similar)} {verb} not differ significantly from it."
        if similar
        else "All other finalists differ significantly from it.",
    ]
    sentences.append(
        "Finalists stand in the order of the search; the fresh replicates measure them and choose nothing, so that one "
        "further down may have the better mean."
    )
    if better:
        sentences.append(f"Better than it on these seeds, all tests counted: {', '.join(better)}.")
    return [*sentences, *filter(None, [best_in_total(judged.rows)])]


def recommendation_card(result: TuningResult) -> Answer:
    """Return the recommendation as the answer of a page: the agent, its number, and how sure it is."""
    (judged,) = result.judgement.tasks
    best, (_, _, *sure) = judged.rows[judged.reference], recommendation(result)
    unit = f"{judged.metric.name} in the last tenth of the steps, over {counted(best['replicates'], 'fresh replicate')}"
    return Answer(judged.task, f"{result.recommendation} is recommended", final_text(best), unit, sure)


def judgement_table(result: TuningResult) -> Table:
    """Return the finalists on the seeds that judge, in the order of the search: the recommended one first."""
    (judged,) = result.judgement.tasks
    replicates = result.judged.plan.replicates
    rows = [
        (
            f"{index + 1}",
            str(row["agent"]),
            final_text(row)
            if row["replicates"] in (0, replicates)
            else f"({row['replicates']} only) {final_text(row)}",
            "\N{EN DASH}" if index == judged.reference else _difference(row),
            _MARKS.get(verdict, verdict),
        )
        for index, (row, verdict) in enumerate(
            zip(judged.rows, _verdicts(judged, result.judgement.confidence), strict=True)
        )
    ]
    caption = (
        f"The finalists, by {judged.metric.name} in the last tenth of the steps, over "
        f"{counted(replicates, 'fresh replicate')}, "
        "which had no part in the search; = does not differ significantly from the recommended one, with all tests "
        "counted (Holm)"
    )
    columns = ("rank", "policy", "mean", "difference to the recommended one", "verdict")
    return Table(caption, columns, rows, heading=1)


def _difference(row: Mapping[Any, Any]) -> str:
    return with_margin(row["difference"], row["difference_low"], row["difference_high"])


def rounds_table(result: TuningResult) -> Table:
    """Return the size and the winner of each round of the search."""
    rows = [
        (f"{number}", f"{len(entry.ranked)}", f"{entry.results.plan.replicates}", entry.ranked[0])
        for number, entry in enumerate(result.rounds)
    ]
    return Table("The rounds of the search", ("round", "candidates", "replicates", "best candidate"), rows, heading=3)


def _verdicts(judged: TaskJudgement, confidence: float) -> list[str]:
    """Say of each finalist how it compares with the recommended one."""
    verdicts = []
    for index, row in enumerate(judged.rows):
        if index == judged.reference:
            verdicts.append(_RECOMMENDED)
        elif row["replicates"] == 0:
            verdicts.append("no value")
        elif not row["p_value"] <= 1 - confidence:
            verdicts.append(_SIMILAR)
        else:
            verdicts.append("better" if judged.metric.sign * row["difference"] > 0 else "worse")
    return verdicts
