"""Mean, median and interquartile mean of every cell, each with its interval, as one table."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.statistics.centres import (
    estimate_interquartile_mean,
    estimate_mean,
    estimate_median,
    warn_of_few,
)
from boltzmann.experiments.statistics.intervals import FEW, FewReplicatesWarning
from boltzmann.experiments.statistics.metrics import Metric, cumulative, final, tasks_with, usual_metric
from boltzmann.experiments.store import Results

if TYPE_CHECKING:
    import pandas as pd


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
        As for ``leaderboard``.
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
