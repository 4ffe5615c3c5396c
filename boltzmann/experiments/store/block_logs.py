"""The log of a block: its decisions as arrays, whose widths the block's own file holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Block, Plan
from boltzmann.experiments.engine import LOGGED
from boltzmann.experiments.store.archive import Shapes

LOG_SHAPE = "log_shape"
"""Name of the array of a block's file that holds the numbers of actions and of observed numbers of a row."""
_WIDEST = 2**40


def log_shape(log: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """Return the numbers of actions and of observed numbers in each row of a log."""
    return np.array([log["values"].shape[1], log["observations"].shape[1]], dtype=np.float64)


def log_shapes(plan: Plan, block: Block, widths: NDArray[np.float64]) -> Shapes:
    """Return the kind and shape of each array of a block's log.

    Raises
    ------
    ValueError
        For widths that no log can have.
    """
    if not ((widths >= 1) & (widths <= _WIDEST) & (widths == np.floor(widths))).all():
        raise ValueError(f"{LOG_SHAPE} holds no widths")
    rows = plan.tasks[block.task].steps * block.replicates
    trailing = {"": (), "K": (int(widths[0]),), "d": (int(widths[1]),)}
    return {name: (np.dtype(kind), (rows, *trailing[width])) for name, (kind, width) in LOGGED.items()}


def bytes_of(shapes: Shapes) -> int:
    """Return the bytes of all numbers of arrays."""
    return sum(kind.itemsize * math.prod(shape) for kind, shape in shapes.values())
