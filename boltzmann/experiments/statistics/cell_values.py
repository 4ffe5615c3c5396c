"""The numbers of a cell, one for each replicate: at the end, in all, or in each window; and which tasks have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from boltzmann.checks import shown
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.metrics import BY_KEY, JUDGED_KEYS, KEYS, Bounds, Floats, JudgedKey, Metric, MetricKey
from boltzmann.experiments.statistics.bounded import bounded_mean
from boltzmann.experiments.statistics.cells import Cells
from boltzmann.experiments.statistics.intervals import Estimate
from boltzmann.experiments.store import Cell

_FINAL = 0.1
"""The last part of the steps that counts as final."""


def find_metric(key: str, among: Iterable[str] = KEYS) -> Metric:
    """Return the metric with this key.

    Raises
    ------
    RefusedError
        Where none of those allowed has it.
    """
    allowed = tuple(among)
    if key not in allowed:
        raise RefusedError(f"metric must be one of {', '.join(allowed)}, got {shown(key)}")
    return BY_KEY[key]


def curve(cell: Cell, metric: MetricKey) -> Floats:
    """Return a metric of every replicate and window, shape (R, windows); NaN throughout where it was not recorded.

    The return of a window is the mean over the episodes that ended in it, NaN where none did; ``"regret"`` is the gap
    summed over all steps up to the window's end.
    """
    return find_metric(metric).values_of_windows(cell.metrics, cell.lengths)


def final(cell: Cell, metric: JudgedKey) -> Floats:
    """Return a metric that agents can be judged by, of every replicate over the last tenth of the steps, shape (R,).

    With fewer than ten recorded windows it is the last window. The return is the mean over the episodes that ended
    there, however long they were and wherever they began, NaN for a replicate without any.
    """
    return last_tenth(cell, find_metric(metric, JUDGED_KEYS))


def last_tenth(cell: Cell, metric: Metric) -> Floats:
    """Return the mean of any metric over the last tenth of the steps, as :func:`final` does."""
    last = cell.steps > (1 - _FINAL) * cell.steps[-1]
    return metric.mean_of_windows({name: cell.metrics[name][:, last] for name in metric.arrays}, cell.lengths[last])


def throughout(cell: Cell, metric: JudgedKey) -> Floats:
    """Return a metric of every replicate over all steps, shape (R,), as :func:`final` does over the last tenth."""
    return find_metric(metric, JUDGED_KEYS).mean_of_windows(cell.metrics, cell.lengths)


def cumulative(cell: Cell, metric: JudgedKey) -> Floats:
    """Return the sum of a metric over all steps, shape (R,): total reward, regret, number of optimal actions.

    The return sums to the total reward, unfinished episodes included.
    """
    return find_metric(metric, JUDGED_KEYS).total_of_windows(cell.metrics, cell.lengths)


def bounds_of(cells: Cells, metric: MetricKey) -> Bounds:
    """Return where a metric of one task lies, by its declaration and what was recorded."""
    bottom, top = BY_KEY[metric].bounds
    if (bound := BY_KEY[metric].top) is not None:
        recorded = [curve(cell, metric) for cell in cells.values()]
        largest = max((float(values[~np.isnan(values)].max(initial=-np.inf)) for values in recorded), default=-np.inf)
        top = bound(largest) if np.isfinite(largest) else top
    return bottom, top


def total_bounds_of(cells: Cells, metric: JudgedKey) -> Bounds:
    """Return where the sum of a metric over all steps lies."""
    bottom, top = bounds_of(cells, metric)
    if BY_KEY[metric].per_episode:
        return -np.inf, np.inf
    steps = float(next(iter(cells.values())).steps[-1])
    return bottom * steps, top * steps


def better_first(value: float, metric: JudgedKey) -> float:
    """Return a key that sorts better values first, and no value last."""
    return float("inf") if np.isnan(value) else -BY_KEY[metric].sign * value


def usual_metric(cells: Cells) -> JudgedKey:
    """Choose what judges a task: returns where every replicate ended an episode in the last tenth, else rewards.

    Where some replicates ended no episode, the mean return would count the others alone, whose episodes are shorter.
    The gap then judges if episodes end at all and every replicate of every cell has it, else the reward. If every step
    pays the same to all, as in CartPole, the reward cannot rank agents, so the returns of the others judge.
    """
    ended = [np.isfinite(final(cell, "return")) for cell in cells.values()]
    if all(replicates.all() for replicates in ended):
        return "return"
    if any(cell.episodic for cell in cells.values()) and _is_known_throughout(cells, "gap"):
        return "gap"
    rewards = [cell.metrics["reward"] for cell in cells.values()]
    alike = min(values.min() for values in rewards) == max(values.max() for values in rewards)
    return "return" if alike and all(replicates.any() for replicates in ended) else "reward"


def _is_known_throughout(cells: Cells, metric: JudgedKey) -> bool:
    """Return whether all cells have a metric of all their replicates at the end."""
    return all(np.isfinite(final(cell, metric)).all() for cell in cells.values())


def has_metric(cells: Cells, metric: MetricKey) -> bool:
    """Return whether any cell has a metric: returns where episodes ended, gaps where the environment reports them."""
    return any(np.isfinite(curve(cell, metric)).any() for cell in cells.values())


def row_of(cells: Cells, agent: str, label: str, metric: JudgedKey, confidence: float) -> dict[str, Any]:
    """Return what a leaderboard says of one agent alone."""
    cell = cells[agent]
    values = final(cell, metric)
    last = bounded_mean(values, bounds_of(cells, metric), confidence)
    total = bounded_mean(cumulative(cell, metric), total_bounds_of(cells, metric), confidence)
    return {
        "task": cell.task,
        "agent": label,
        "metric": metric,
        **_numbers("final", last),
        **_numbers("cumulative", total),
        "replicates": int((~np.isnan(values)).sum()),
    }


def _numbers(name: str, estimate: Estimate) -> dict[str, float]:
    value, low, high = map(float, estimate)
    return {name: value, f"{name}_half_width": (high - low) / 2, f"{name}_low": low, f"{name}_high": high}
