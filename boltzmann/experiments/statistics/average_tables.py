"""Mean, median and interquartile mean of every cell, each with its interval, as one table."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.metrics import Bounds, Floats, JudgedKey
from boltzmann.experiments.statistics.cell_values import bounds_of, cumulative, final, total_bounds_of
from boltzmann.experiments.statistics.cells import labels_of
from boltzmann.experiments.statistics.centres import (
    estimate_interquartile_mean,
    estimate_mean,
    estimate_median,
    warn_of_few,
)
from boltzmann.experiments.statistics.intervals import FEW, FewReplicatesWarning
from boltzmann.experiments.statistics.judging import Judgement
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
    metric: JudgedKey | None = None,
    *,
    rng: np.random.Generator | int,
    confidence: float = 0.95,
    resamples: int = 2000,
) -> pd.DataFrame:
    """Return mean, median and interquartile mean of every agent's final and cumulative value, with their intervals.

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
        experiment. A value that no replicate has is left out.

    Warns
    -----
    FewReplicatesWarning
        Once, with fewer than ten replicates; the mean's interval is then Student's.
    """
    import pandas as pd

    generator = np.random.default_rng(rng)
    judgement = Judgement(results, metric, confidence=confidence)
    rows: list[dict[str, Any]] = []
    for about, values, bounds in _judged_values(judgement):
        with warnings.catch_warnings():
            # Warn once for the whole table instead of once for each row.
            warnings.simplefilter("ignore", FewReplicatesWarning)
            for name, estimate in _AVERAGES.items():
                ends = estimate(values, rng=generator, confidence=confidence, resamples=resamples, bounds=bounds)
                numbers = zip(("estimate", "low", "high"), map(float, ends), strict=True)
                rows.append({**about, "average": name, **dict(numbers), "replicates": len(values)})
    warn_of_few(min((row["replicates"] for row in rows), default=FEW))
    return pd.DataFrame(rows)


def _judged_values(judgement: Judgement) -> Iterator[tuple[dict[str, str], Floats, Bounds]]:
    """Yield the final and the cumulative values of each agent, with what the table says of them."""
    for task, cells in judgement.judged_cells.items():
        metric, labels = judgement.metrics[task], labels_of(cells)
        for agent, cell in cells.items():
            for kind, values, bounds in (
                ("final", final(cell, metric), bounds_of(cells, metric)),
                ("cumulative", cumulative(cell, metric), total_bounds_of(cells, metric)),
            ):
                if not np.isnan(values).all():
                    about = {"task": task, "agent": labels[agent], "metric": metric, "value": kind}
                    yield about, values[~np.isnan(values)], bounds
