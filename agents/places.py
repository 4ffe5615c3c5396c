"""Tables of numbers for every replicate, state and action, and the places in them that a step touches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Place", "make_table", "put", "taken"]

Place = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
"""Replicate, state and action of each row: where its entry stands in a table."""


def taken(table: NDArray[Any], place: Place) -> NDArray[Any]:
    """Read a table at a place; where it lies as one piece by one index, which is faster than by three."""
    if not table.flags.c_contiguous:
        return np.asarray(table[place])
    return np.asarray(table.reshape(-1).take(_flat(table, place)))


def put(table: NDArray[Any], place: Place, entries: NDArray[Any]) -> None:
    """Write into a table at a place."""
    if table.flags.c_contiguous:
        table.reshape(-1)[_flat(table, place)] = entries
    else:
        table[place] = entries


def _flat(table: NDArray[Any], place: Place) -> NDArray[np.int64]:
    rows, states, actions = place
    return np.asarray((rows * table.shape[1] + states) * table.shape[2] + actions)


def make_table(num_envs: int, states: int, actions: int, kind: type) -> NDArray[Any]:
    """Make a table of zeros, shape (R, S, K); of a single state the replicates lie side by side in memory."""
    if states == 1:
        return np.zeros((states, actions, num_envs), dtype=kind).transpose(2, 0, 1)
    return np.zeros((num_envs, states, actions), dtype=kind)
