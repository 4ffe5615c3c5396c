"""The statistics of a comparison: intervals over replicates, and the leaderboard."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.results import Cell, Results

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["METRIC_NAMES", "Metric", "cumulative", "curve", "final", "interval", "leaderboard", "short_labels"]

Metric = Literal["reward", "return", "gap", "optimal"]
METRIC_NAMES: dict[str, str] = {
    "reward": "reward per step",
    "return": "return per episode",
    "gap": "gap (regret per step)",
    "optimal": "optimal actions",
}
_FINAL = 0.1
"""The last part of the steps that counts as final."""


def interval(samples: ArrayLike, confidence: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean over replicates and half the width of its confidence interval, by Student's t.

    Parameters
    ----------
    samples : array of shape (R, ...)
        One independent value a replicate; NaN entries are left out.
    confidence : float
        In (0, 1).

    Returns
    -------
    mean, half_width : arrays of shape (...)
        The mean is NaN without values and the half-width with fewer than two.

    Raises
    ------
    ValueError
        For a confidence outside (0, 1).

    Examples
    --------
    >>> mean, half_width = interval([1.0, 2.0, 3.0])
    >>> float(mean), round(float(half_width), 4)
    (2.0, 2.4841)
    >>> float(interval([1.0])[1])
    nan
    """
    from scipy.stats import t

    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence!r}")
    array = np.asarray(samples, dtype=np.float64)
    known = ~np.isnan(array)
    count = known.sum(axis=0)
    some, several = np.maximum(count, 1), np.maximum(count, 2)
    mean = np.where(count > 0, np.where(known, array, 0.0).sum(axis=0) / some, np.nan)
    deviations = np.where(known, array - mean, 0.0)
    error = np.sqrt((deviations**2).sum(axis=0) / (several - 1) / several)
    half_width = t.ppf(0.5 + confidence / 2, several - 1) * error
    return mean, np.where(count > 1, half_width, np.nan)


def curve(cell: Cell, metric: Metric) -> NDArray[np.float64]:
    """Give a metric of every replicate and window, shape (R, windows)."""
    return cell.mean_return if metric == "return" else cell.metrics[metric]


def final(cell: Cell, metric: Metric) -> NDArray[np.float64]:
    """Give a metric of every replicate over the last tenth of the steps, shape (R,).

    With fewer than ten recorded windows it is the last window. The return is the mean over the episodes that ended
    there, NaN for a replicate without any.
    """
    last = cell.steps > (1 - _FINAL) * cell.steps[-1]
    if metric == "return":
        episodes = cell.metrics["episodes"][:, last].sum(axis=1)
        total = cell.metrics["return_sum"][:, last].sum(axis=1)
        means = np.full(len(episodes), np.nan)
        np.divide(total, episodes, where=episodes > 0, out=means)
        return means
    return np.asarray(np.average(cell.metrics[metric][:, last], axis=1, weights=cell.lengths[last]))


def cumulative(cell: Cell, metric: Metric) -> NDArray[np.float64]:
    """Give the sum of a metric over all steps, shape (R,): total reward, regret, number of optimal actions.

    The return sums to the total reward, unfinished episodes included.
    """
    summed = cell.metrics["reward" if metric == "return" else metric]
    return np.asarray(summed @ cell.lengths)


def leaderboard(results: Results, metric: Metric | None = None) -> pd.DataFrame:
    """Rank the agents of every task, the best final value first.

    Parameters
    ----------
    results : Results
        Of a finished run.
    metric : {"reward", "return", "gap", "optimal"}, optional
        By default the return per episode where every replicate ended one in the last tenth of the steps, else the
        reward per step. Tasks that do not have the metric are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``task``, ``agent``, ``metric``; ``final`` and ``cumulative`` with ``final_half_width`` and
        ``cumulative_half_width``, half the 95 % intervals of their means over replicates; ``replicates``, how many
        have a final value.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for task, cells in tasks_with(results, metric).items():
        chosen = metric or usual_metric(cells)
        entries = [_entry(task, label, cell, chosen) for label, cell in cells.items()]
        entries.sort(key=lambda entry: _rank(entry["final"], chosen))
        rows.extend(entries)
    return pd.DataFrame(rows)


def tasks_with(results: Results, metric: Metric | None) -> dict[str, dict[str, Cell]]:
    """Read the cells of the tasks that have a metric: returns where episodes ended, gaps where they are known.

    Raises
    ------
    RefusedError
        Where no task has it, or there is no such metric.
    """
    if metric is not None and metric not in METRIC_NAMES:
        raise RefusedError(f"metric must be one of {', '.join(METRIC_NAMES)}, got {metric!r}")
    tasks = cells_by_task(results)
    if metric is not None:
        tasks = {
            task: cells
            for task, cells in tasks.items()
            if any(np.isfinite(curve(cell, metric)).any() for cell in cells.values())
        }
    if not tasks:
        raise RefusedError(f"no task of {results.folder} has the metric {metric!r}")
    return tasks


def _entry(task: str, agent: str, cell: Cell, metric: Metric) -> dict[str, Any]:
    values, totals = final(cell, metric), cumulative(cell, metric)
    (mean, half), (total, total_half) = interval(values), interval(totals)
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


def _rank(value: float, metric: Metric) -> float:
    """Give a key that puts the best first and what has no value last."""
    if np.isnan(value):
        return float("inf")
    return value if metric == "gap" else -value


def usual_metric(cells: dict[str, Cell]) -> Metric:
    """Choose what a task is judged by: returns where every replicate ended an episode at last, else rewards.

    Where some did not, the mean return would be that of the others alone, which are the better ones.
    """
    return "return" if all(np.isfinite(final(cell, "return")).all() for cell in cells.values()) else "reward"


def cells_by_task(results: Results) -> dict[str, dict[str, Cell]]:
    """Read the cells of each task, under the short labels of their agents."""
    tasks: dict[str, list[Cell]] = {}
    for cell in results.cells():
        tasks.setdefault(cell.task, []).append(cell)
    return {
        task: dict(zip(short_labels([cell.agent for cell in cells]), cells, strict=True))
        for task, cells in tasks.items()
    }


def short_labels(agents: list[str]) -> list[str]:
    """Shorten the expressions of agents to their policies where all else in them is the same.

    Examples
    --------
    >>> short_labels(["QLearning(Greedy(), step_size=0.5)", "QLearning(Boltzmann(0.1), step_size=0.5)"])
    ['Greedy()', 'Boltzmann(0.1)']
    >>> short_labels(["QLearning(Greedy())", "SampleAverage(Greedy())"])
    ['QLearning(Greedy())', 'SampleAverage(Greedy())']
    """
    policies, learners = [], set()
    for agent in agents:
        try:
            tree = ast.parse(agent, mode="eval").body
        except SyntaxError:
            return agents
        if not isinstance(tree, ast.Call) or not tree.args:
            return agents
        policy = ast.get_source_segment(agent, tree.args[0]) or ""
        policies.append(policy)
        learners.add(agent.replace(policy, "", 1))
    return policies if len(learners) == 1 and len(set(policies)) == len(policies) else agents
