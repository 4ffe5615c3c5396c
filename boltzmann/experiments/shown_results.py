"""How results show themselves in a notebook: the leaderboard of each task and its answer."""

from __future__ import annotations

import warnings

from boltzmann.experiments.errors import DamagedBlockError, RefusedError
from boltzmann.experiments.statistics import (
    FEW,
    FewReplicatesWarning,
    Judgement,
    TaskJudgement,
    difference_text,
    final_text,
    total_text,
)
from boltzmann.experiments.store import Results
from boltzmann.pictures import figure, safe, table


def leaderboards(results: Results) -> str:
    """Return HTML with the leaderboard and the answer of each task; for an unfinished run, what is missing."""
    judgement = Judgement(results)
    with warnings.catch_warnings():
        # The warning is a sentence below the tables instead.
        warnings.simplefilter("ignore", FewReplicatesWarning)
        try:
            results.require_complete()
            parts = [_leaderboard(judged, judgement) for judged in judgement.tasks]
        except (RefusedError, DamagedBlockError) as error:
            return figure(f"<b>Results</b>, {safe(error)}")
    plan = results.plan
    few = f"; intervals of fewer than {FEW} samples are rough" if plan.samples < FEW else ""
    tied = any(row["tied"] for judged in judgement.tasks for row in judged.rows)
    legend = "= does not differ significantly from the best; " if tied else ""
    return figure(*parts, safe(f"{legend}{plan.samples_text}, 95 % intervals{few}; stored in {results.folder}"))


def _leaderboard(judged: TaskJudgement, judgement: Judgement) -> str:
    rows = [
        (
            f"{place + 1}. {label}",
            f"{'= ' if row['tied'] else ''}{final_text(row)}",
            total_text(row),
            "-" if place == judged.reference else difference_text(row),
        )
        for place, (label, row) in enumerate(zip(judged.labels, judged.rows, strict=True))
    ]
    head = ("policy", f"{judged.metric.name}, last tenth", judged.metric.total, "difference to the best")
    answer = safe(judgement.answers[judged.task])
    return f"<p><b>{safe(judged.task)}</b></p>{table(head, rows)}<p>{answer}</p>"
