"""The answer of a comparison: who is best on each task, by how much, and who cannot be told from it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.statistics.cells import short_labels
from boltzmann.experiments.statistics.centres import warn_of_few
from boltzmann.experiments.statistics.comparing import PairedDifference, holm, paired_difference
from boltzmann.experiments.statistics.intervals import checked_confidence, interval
from boltzmann.experiments.statistics.metrics import (
    METRIC_NAMES,
    Metric,
    better_first,
    cumulative,
    final,
    tasks_with,
    usual_metric,
)
from boltzmann.experiments.store import Cell, Results

if TYPE_CHECKING:
    import pandas as pd

_log = logging.getLogger("boltzmann.experiments")


def leaderboard(
    results: Results, metric: Metric | None = None, *, baseline: str | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Rank the agents of every task by their mean final value, the best first, and say which are tied with it.

    Differences are paired by replicate (see ``paired_difference``). An agent is tied with the best where the two
    cannot be told apart with all pairs of the task's agents tested at once (Holm): all pairs, not only those with the
    best, since the same data chose which is best. So in at most 1 - confidence of such tables does any agent stand
    below one that it equals without being marked.

    Parameters
    ----------
    results : Results
        Of a finished run.
    metric : {"reward", "return", "gap", "optimal"}, optional
        By default the return per episode where every replicate ended one in the last tenth of the steps, else the
        reward per step. Tasks that do not have the metric are left out. Returns are aligned on steps: an episode
        counts where it ends.
    baseline : str, optional
        The agent, by its label or its whole expression, that the differences are to; by default the best.
    confidence : float
        Of all intervals and of the ties, in (0, 1).

    Returns
    -------
    pandas.DataFrame
        Columns ``task``, ``agent``, ``metric``; ``final`` and ``cumulative`` with ``final_half_width`` and
        ``cumulative_half_width``, half the intervals of their means over replicates (Student's t); ``replicates``, how
        many have a final value; ``compared_with``, the label of the best or of the baseline, ``difference`` to it in
        the final value, ``difference_low`` and ``difference_high``, its paired interval for this pair alone, and
        ``p_value``, Holm-corrected (over all pairs, or over the comparisons with the baseline); ``tied``, whether it
        cannot be told from the best, False for the best itself and for what has no value.

    Raises
    ------
    RefusedError
        For a metric that no task has, or a baseline that a task does not have.
    ValueError
        For a confidence outside (0, 1).

    Warns
    -----
    FewReplicatesWarning
        Once, with fewer than ten replicates.

    Notes
    -----
    The log says where a task is not judged by returns since only some replicates ended an episode in the last tenth.
    """
    import pandas as pd

    confidence = checked_confidence(confidence)
    rows: list[dict[str, Any]] = []
    for task, cells in tasks_with(results, metric).items():
        chosen = metric or usual_metric(cells)
        if metric is None and any(cell.episodic for cell in cells.values()):
            _tell_of_unfinished(task, cells, chosen)
        entries = [_entry(task, label, cell, chosen, confidence) for label, cell in cells.items()]
        entries.sort(key=lambda entry: better_first(entry["final"], chosen))
        labels = [entry["agent"] for entry in entries]
        finals = np.stack([final(cells[label], chosen) for label in labels], axis=1)
        agents = [cells[label].agent for label in labels]
        reference = 0 if baseline is None else find_agent(baseline, agents, task)
        compared = paired_difference(finals, finals[:, [reference]], confidence)
        pairs = holm_of_pairs(pairwise_p_values(finals))
        corrected = pairs[reference] if baseline is None else _without(reference, compared.p_value)
        for place, entry in enumerate(entries):
            entry |= _compared(compared, place, labels[reference], corrected[place])
            apart = pairs[0, place] <= 1 - confidence
            entry["tied"] = bool(place > 0 and entry["replicates"] > 0 and not apart)
        rows.extend(entries)
    warn_of_few(results.plan.samples)
    return pd.DataFrame(rows)


def find_agent(name: str, agents: Sequence[str], task: str) -> int:
    """Find the place of an agent by its short label or its whole expression.

    Raises
    ------
    RefusedError
        Naming those there are.

    Examples
    --------
    >>> find_agent("Greedy()", ["QLearning(Boltzmann(0.1))", "QLearning(Greedy())"], "lake")
    1
    """
    labels = short_labels(list(agents))
    for place, known in enumerate(zip(labels, agents, strict=True)):
        if name in known:
            return place
    raise RefusedError(f"baseline must be an agent of every task, got {name}; {task} has {', '.join(labels)}")


def pairwise_p_values(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Test all pairs of agents: ``values`` of shape (R, agents) to two-sided p-values, (agents, agents).

    The diagonal is NaN, no test, and so is what has fewer than two pairs.
    """
    tested = np.stack([paired_difference(values, column[:, None]).p_value for column in values.T])
    np.fill_diagonal(tested, np.nan)
    return tested


def holm_of_pairs(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correct a symmetric table of p-values, each pair counted once."""
    upper = np.triu_indices(len(p_values), 1)
    corrected = np.full_like(p_values, np.nan)
    corrected[upper] = holm(p_values[upper])
    corrected.T[upper] = corrected[upper]
    return corrected


def _without(reference: int, p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    others = p_values.copy()
    others[reference] = np.nan
    return holm(others)


def _compared(found: PairedDifference, place: int, reference: str, p_value: float) -> dict[str, Any]:
    return {
        "compared_with": reference,
        "difference": float(found.value[place]),
        "difference_low": float(found.low[place]),
        "difference_high": float(found.high[place]),
        "p_value": float(p_value),
    }


def _entry(task: str, agent: str, cell: Cell, metric: Metric, confidence: float) -> dict[str, Any]:
    values, totals = final(cell, metric), cumulative(cell, metric)
    (mean, half), (total, total_half) = interval(values, confidence), interval(totals, confidence)
    return {
        "task": task,
        "agent": agent,
        "metric": metric,
        "final": float(mean),
        "final_half_width": float(half),
        "cumulative": float(total),
        "cumulative_half_width": float(total_half),
        "replicates": int((~np.isnan(values)).sum()),
    }


def _tell_of_unfinished(task: str, cells: dict[str, Cell], chosen: Metric) -> None:
    ended = [np.isfinite(final(cell, "return")) for cell in cells.values()]
    some, all_of_them = sum(int(one.sum()) for one in ended), sum(len(one) for one in ended)
    if 0 < some < all_of_them:
        rest = "these are left out" if chosen == "return" else "the metric return judges by the rest"
        _log.warning(
            "%s is judged by %s: %d of all agents' %d replicates ended no episode in the last tenth of the steps. With "
            "more steps all end one; %s",
            *(task, METRIC_NAMES[chosen], all_of_them - some, all_of_them, rest),
        )
