"""The answer of a comparison: who is best on each task, by how much, and who cannot be told from it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.results import Cell, Results
from boltzmann.experiments.statistics.averages import (
    estimate_interquartile_mean,
    estimate_mean,
    estimate_median,
    warn_of_few,
)
from boltzmann.experiments.statistics.comparing import PairedDifference, holm, paired_difference
from boltzmann.experiments.statistics.intervals import FEW, FewReplicatesWarning, checked_confidence, interval
from boltzmann.experiments.statistics.labels import short_labels
from boltzmann.experiments.statistics.metrics import (
    Metric,
    better_first,
    cumulative,
    final,
    tasks_with,
    usual_metric,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["averages", "find_agent", "holm_of_pairs", "leaderboard", "pairwise_p_values"]


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
    """
    import pandas as pd

    confidence = checked_confidence(confidence)
    rows: list[dict[str, Any]] = []
    for task, cells in tasks_with(results, metric).items():
        chosen = metric or usual_metric(cells)
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
    warn_of_few(results.layout.replicates)
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


_AVERAGES: dict[str, Callable[..., Any]] = {
    "mean": estimate_mean,
    "median": estimate_median,
    "interquartile_mean": estimate_interquartile_mean,
}


def averages(
    results: Results,
    metric: Metric | None = None,
    *,
    rng: np.random.Generator | int,
    confidence: float = 0.95,
    resamples: int = 2000,
) -> pd.DataFrame:
    """Give mean, median and interquartile mean of every agent's final and cumulative value, with their intervals.

    Parameters
    ----------
    results, metric
        As for :func:`leaderboard`.
    rng, confidence, resamples
        As for ``bootstrap``.

    Returns
    -------
    pandas.DataFrame
        A row for each ``task``, ``agent``, ``value`` ("final" or "cumulative") and ``average``: columns ``metric``,
        ``estimate``, ``low``, ``high`` and ``replicates``, how many have a value; agents in the order of the
        experiment. What no replicate has a value for is left out.

    Warns
    -----
    FewReplicatesWarning
        Once, with fewer than ten replicates; the mean's interval is then Student's.
    """
    import pandas as pd

    generator = np.random.default_rng(rng)
    rows: list[dict[str, Any]] = []
    for task, cells in tasks_with(results, metric).items():
        chosen = metric or usual_metric(cells)
        for label, cell in cells.items():
            for kind, values in (("final", final(cell, chosen)), ("cumulative", cumulative(cell, chosen))):
                about = {"task": task, "agent": label, "metric": chosen, "value": kind}
                rows += _averages_of(about, values[~np.isnan(values)], generator, confidence, resamples)
    fewest = min((row["replicates"] for row in rows), default=FEW)
    warn_of_few(fewest)
    return pd.DataFrame(rows)


def _averages_of(
    about: dict[str, Any], values: NDArray[np.float64], rng: np.random.Generator, confidence: float, resamples: int
) -> list[dict[str, Any]]:
    if not len(values):
        return []
    rows = []
    with warnings.catch_warnings():
        # Said once for the whole table instead of once a row.
        warnings.simplefilter("ignore", FewReplicatesWarning)
        for name, estimate in _AVERAGES.items():
            value, low, high = estimate(values, rng=rng, confidence=confidence, resamples=resamples)
            ends = {"estimate": float(value), "low": float(low), "high": float(high), "replicates": len(values)}
            rows.append({**about, "average": name, **ends})
    return rows
