"""What a search has found, as sentences and tables for a page or a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boltzmann.experiments.pages import Table, with_ends, with_half_width
from boltzmann.experiments.statistics import METRIC_NAMES, leaderboard
from boltzmann.experiments.studies.tuning import Tuned

if TYPE_CHECKING:
    import pandas as pd


def recommendation(tuned: Tuned) -> list[str]:
    """Say what is recommended, what it is worth, and what else cannot be told from it.

    The interval is Student's over replicates that nothing was chosen by. Differences are paired and Holm-corrected over
    the comparisons with the recommendation.
    """
    board = _board(tuned)
    best = next(row for row in board.to_dict("records") if row["agent"] == row["compared_with"])
    where, count = tuned.judged.plan.task_labels[0], int(best["replicates"])
    value = "no value" if best["replicates"] == 0 else with_half_width(best["final"], best["final_half_width"])
    verdicts = _verdicts(board)
    close = [name for name, verdict in verdicts.items() if verdict == "cannot be told"]
    better = [name for name, verdict in verdicts.items() if verdict == "better"]
    sentences = [
        f"Recommended for {where}: {tuned.recommendation}.",
        f"Its {METRIC_NAMES[tuned.metric]} in the last tenth of the steps is {value}: mean and 95 % interval over "
        f"{count} replicates that nothing was chosen by.",
        f"Cannot be told from it: {', '.join(close)}." if close else "All other finalists are told from it.",
    ]
    if better:
        sentences.append(f"Better than it on these seeds, all tests counted: {', '.join(better)}.")
    return sentences


def judgement_table(tuned: Tuned) -> Table:
    """Give the finalists on the seeds that judge, the best first."""
    board = _board(tuned)
    verdicts = _verdicts(board)
    rows = [
        (
            f"{place}",
            str(row["agent"]),
            with_half_width(row["final"], row["final_half_width"]) if row["replicates"] else "no value",
            "-" if row["agent"] == row["compared_with"] else _difference(row),
            f"{row['replicates']}",
            verdicts.get(str(row["agent"]), "recommended"),
        )
        for place, row in enumerate(board.to_dict("records"), start=1)
    ]
    caption = (
        f"The finalists, {METRIC_NAMES[tuned.metric]} in the last tenth of the steps, over "
        f"{tuned.judged.plan.replicates} replicates that nothing was chosen by"
    )
    columns = (
        *("rank", "policy", "mean", "difference to the recommended one"),
        *("replicates with a value", "with all tests counted (Holm)"),
    )
    return Table(caption, columns, rows, heading=1)


def rounds_table(tuned: Tuned) -> Table:
    """Say how the search went."""
    rows = [
        (f"{number}", f"{len(one.ranked)}", f"{one.results.plan.replicates}", one.ranked[0])
        for number, one in enumerate(tuned.rounds)
    ]
    return Table("The rounds of the search", ("round", "candidates", "replicates", "the best of it"), rows)


def _board(tuned: Tuned) -> pd.DataFrame:
    return leaderboard(tuned.judged, tuned.metric, baseline=tuned.agent)


def _verdicts(board: pd.DataFrame) -> dict[str, str]:
    """Say of each finalist but the recommended one whether it is better, worse, or cannot be told from it."""
    found = {}
    for row in board.to_dict("records"):
        if row["agent"] == row["compared_with"]:
            continue
        name, metric = str(row["agent"]), str(row["metric"])
        if row["replicates"] == 0:
            found[name] = "no value"
        elif not row["p_value"] <= 0.05:
            found[name] = "cannot be told"
        else:
            found[name] = "better" if (row["difference"] < 0) == (metric == "gap") else "worse"
    return found


def _difference(row: dict[Any, Any]) -> str:
    return with_ends(row["difference"], row["difference_low"], row["difference_high"])
