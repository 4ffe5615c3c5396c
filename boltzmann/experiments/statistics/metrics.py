"""What is judged: the metrics of a cell, one number a replicate at the end, in all, or in each window.

Everything is aligned on steps. Episodes differ in length, so a return belongs to the window of steps in which its
episode ended, and the mean return of a window is that of the episodes that ended in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeGuard

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.statistics.cells import cells_by_task
from boltzmann.experiments.store import Cell, Results

Metric = Literal["reward", "return", "gap", "optimal"]
"""What agents are judged by."""
METRIC_NAMES: dict[str, str] = {
    "reward": "reward per step",
    "return": "return per episode",
    "gap": "gap (regret per step)",
    "optimal": "optimal actions",
}
CurveMetric = Literal["reward", "return", "regret", "gap", "optimal", "greedy", "entropy", "temperature"]
"""What can be shown along the steps: what agents are judged by, and what explains it."""
CURVE_NAMES: dict[str, str] = {
    **METRIC_NAMES,
    "regret": "regret so far",
    "greedy": "greedy actions",
    "entropy": "entropy (nats)",
    "temperature": "temperature (units of the values)",
}
_FINAL = 0.1
"""The last part of the steps that counts as final."""


def is_judged(metric: CurveMetric) -> TypeGuard[Metric]:
    """Whether agents can be ranked by a metric, rather than explained by it."""
    return metric in METRIC_NAMES


def curve(cell: Cell, metric: CurveMetric) -> NDArray[np.float64]:
    """Give a metric of every replicate and window, shape (R, windows); NaN throughout where it was not recorded.

    The return of a window is the mean over the episodes that ended in it, NaN where none did; ``"regret"`` is the gap
    summed over all steps up to the window's end.
    """
    if metric == "return":
        return cell.mean_return
    if metric == "regret":
        return np.asarray(np.cumsum(cell.metrics["gap"] * cell.lengths, axis=1))
    known = cell.metrics.get(metric)
    return np.full(cell.metrics["reward"].shape, np.nan) if known is None else known


def final(cell: Cell, metric: Metric) -> NDArray[np.float64]:
    """Give a metric of every replicate over the last tenth of the steps, shape (R,).

    With fewer than ten recorded windows it is the last window. The return is the mean over the episodes that ended
    there, however long they were and wherever they began, NaN for a replicate without any.
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


def better_first(value: float, metric: Metric) -> float:
    """Give a key that sorts the best first, the smallest gap and the largest of the rest, and no value last."""
    if np.isnan(value):
        return float("inf")
    return value if metric == "gap" else -value


def usual_metric(cells: dict[str, Cell]) -> Metric:
    """Choose what a task is judged by: returns where every replicate ended an episode at last, else rewards.

    Where some did not, the mean return would be that of the others alone, whose episodes are the shorter ones: then it
    is the gap, where all cells know it, or the reward. Only where every step pays the same to all, as in CartPole, do
    the returns of the others say more.
    """
    ended = [np.isfinite(final(cell, "return")) for cell in cells.values()]
    if all(one.all() for one in ended):
        return "return"
    if any(cell.episodic for cell in cells.values()) and _known_throughout(cells, "gap"):
        return "gap"
    rewards = [cell.metrics["reward"] for cell in cells.values()]
    alike = min(one.min() for one in rewards) == max(one.max() for one in rewards)
    return "return" if alike and all(one.any() for one in ended) else "reward"


def _known_throughout(cells: dict[str, Cell], metric: Metric) -> bool:
    """Whether all cells know a metric of all their replicates at the end."""
    return all(np.isfinite(final(cell, metric)).all() for cell in cells.values())


def has_metric(cells: dict[str, Cell], metric: CurveMetric) -> bool:
    """Whether any cell knows a metric: returns where episodes ended, gaps where the environment tells them."""
    return any(np.isfinite(curve(cell, metric)).any() for cell in cells.values())


def tasks_with(results: Results, metric: Metric | None) -> dict[str, dict[str, Cell]]:
    """Read the cells of the tasks that can be judged by a metric, all tasks where it is None.

    Raises
    ------
    RefusedError
        Where no task has it, or there is no such metric.
    """
    if metric is None:
        return cells_by_task(results)
    if metric not in METRIC_NAMES:
        raise RefusedError(f"metric must be one of {', '.join(METRIC_NAMES)}, got {metric!r}")
    return tasks_showing(results, [metric])


def tasks_showing(results: Results, metrics: Sequence[CurveMetric]) -> dict[str, dict[str, Cell]]:
    """Read the cells of the tasks that have any of these metrics.

    Raises
    ------
    RefusedError
        Where no task has one of them, or there is no such metric.
    """
    for metric in metrics:
        if metric not in CURVE_NAMES:
            raise RefusedError(f"metric must be one of {', '.join(CURVE_NAMES)}, got {metric!r}")
    tasks = cells_by_task(results)
    shown = {task: cells for task, cells in tasks.items() if any(has_metric(cells, metric) for metric in metrics)}
    for metric in metrics:
        if not any(has_metric(cells, metric) for cells in shown.values()):
            raise RefusedError(f"no task of {results.folder} has the metric {metric!r}")
    return shown
