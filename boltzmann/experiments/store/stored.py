"""The arrays stored for a block: the curves of its replicates, or their mean and variance."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Block, Plan
from boltzmann.experiments.metrics import RECORDED
from boltzmann.experiments.store.block_logs import LOG_SHAPE

Arrays = dict[str, NDArray[np.float64]]
"""Arrays by the names of their metrics."""

VARIANCES = {name: f"{name}_variance" for name in RECORDED}
"""Name of the variance of each metric over the replicates of a block."""


def reduce_block(plan: Plan, arrays: Mapping[str, NDArray[np.float64]]) -> Arrays:
    """Return the stored form of a block's arrays of shape (windows, R).

    It is the arrays themselves, or the mean and the variance (divisor R - 1) of each, shape (windows, 1).

    Examples
    --------
    >>> from boltzmann.experiments.describe import TaskPlan
    >>> plan = Plan((TaskPlan("FrozenLake-v1", ("QLearning(Greedy())",), 1),), 2, 0, 2, 1, "blocks")
    >>> stored = reduce_block(plan, dict.fromkeys(RECORDED, np.array([[1.0, 3.0]])))
    >>> stored["reward"], stored["reward_variance"]
    (array([[2.]]), array([[2.]]))
    """
    if plan.record != "blocks":
        return {name: arrays[name] for name in RECORDED}
    means: Arrays = {name: arrays[name].mean(axis=1, keepdims=True) for name in RECORDED}
    return means | {VARIANCES[name]: _variance(arrays[name]) for name in RECORDED}


def _variance(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # Subtract the first replicate, so that equal replicates have variance 0 without the rounding error of the mean.
    with np.errstate(invalid="ignore"):
        return np.asarray((values - values[:, :1]).var(axis=1, ddof=1, keepdims=True))


def stored_shapes(plan: Plan, block: Block) -> dict[str, tuple[int, ...]]:
    """Return the shape of each stored array of a block."""
    windows = plan.windows(block.task)
    if plan.record != "blocks":
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(RECORDED, (windows, block.replicates))
        return shapes | {LOG_SHAPE: (2,)} if plan.record == "log" else shapes
    return dict.fromkeys((*RECORDED, *VARIANCES.values()), (windows, 1))


def stored_bytes(plan: Plan, block: Block) -> int:
    """Return the bytes of all stored numbers of a block."""
    return np.dtype(np.float64).itemsize * sum(math.prod(shape) for shape in stored_shapes(plan, block).values())


def total_stored_bytes(plan: Plan) -> int:
    """Return the bytes of all stored numbers of all blocks."""
    return sum(count * stored_bytes(plan, block) for block, count in plan.equal_blocks())
