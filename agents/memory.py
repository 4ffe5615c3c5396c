"""Tables of numbers for every replicate, state and action, and the places in them that a step touches."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIDE_BY_SIDE = 64
"""From so many replicates on, rows are copied with the actions first, as NumPy reduces fastest."""


class Place(tuple[NDArray[Any], NDArray[Any], NDArray[Any]]):
    """Replicate, state and action of each row: where its entry stands in a table.

    Attributes
    ----------
    flat : array of int, shape (R,)
        The same as one index into the memory of what ``make_table`` makes, which is faster than three.
    """

    flat: NDArray[np.int64]

    def __new__(
        cls,
        rows: NDArray[np.int64],
        states: NDArray[np.int64],
        actions: NDArray[np.int64],
        shape: tuple[int, int, int],
    ) -> Place:
        """Make the places in tables of shape (R, S, K)."""
        self = super().__new__(cls, (rows, states, actions))
        num_envs, count, width = shape
        self.flat = actions * num_envs + rows if count == 1 else (rows * count + states) * width + actions
        return self


def make_table(num_envs: int, states: int, actions: int, kind: type) -> NDArray[Any]:
    """Make a table of zeros, shape (R, S, K); of a single state the replicates lie side by side in memory."""
    if states == 1:
        return np.zeros((states, actions, num_envs), dtype=kind).transpose(2, 0, 1)
    return np.zeros((num_envs, states, actions), dtype=kind)


def taken(table: NDArray[Any], place: Place) -> NDArray[Any]:
    """Read a table at a place."""
    memory = _memory(table)
    return np.asarray(table[place] if memory is None else memory.take(place.flat))


def put(table: NDArray[Any], place: Place, entries: NDArray[Any]) -> None:
    """Write into a table at a place."""
    memory = _memory(table)
    if memory is None:
        table[place] = entries
    else:
        memory[place.flat] = entries


def side_by_side(table: NDArray[Any]) -> bool:
    """Whether ``rows_of`` gives rows whose replicates lie side by side in memory."""
    return table.shape[1] == 1 or len(table) >= _SIDE_BY_SIDE


def rows_of(table: NDArray[Any], states: NDArray[np.int64]) -> NDArray[Any]:
    """Copy the row of one state of each replicate, shape (R, K); with many replicates these lie side by side.

    The copy is read-only, so that a distribution that is made of it needs none of its own.
    """
    num_envs, count, width = table.shape
    if count == 1:
        return _read_only(table[:, 0].T.copy()).T
    rows = table.reshape(num_envs * count, width).take(multiples(num_envs, count) + states, axis=0)
    return _read_only(rows.T.copy()).T if side_by_side(table) else _read_only(rows)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


@lru_cache(maxsize=64)
def multiples(length: int, step: int = 1) -> NDArray[np.int64]:
    """Give 0, step, 2 step and so on, made once: at a few thousand replicates that takes longer than adding it."""
    return _read_only(np.arange(0, length * step, step))


def largest(values: NDArray[np.float64], where: NDArray[np.bool_] | None) -> NDArray[np.float64]:
    """Give the largest allowed value of each row of values, shape (..., K)."""
    if where is None:
        return np.asarray(np.maximum.reduce(values, axis=-1))
    if values.ndim == 2 and values.flags.f_contiguous and where.shape == values.shape:
        # Of operands that lie differently np.where makes C order: of their transposes, with the actions first.
        return np.asarray(np.maximum.reduce(np.where(where.T, values.T, -np.inf), axis=0))
    return np.asarray(np.maximum.reduce(np.where(where, values, -np.inf), axis=-1))


def _memory(table: NDArray[Any]) -> NDArray[Any] | None:
    """Give the memory of what ``make_table`` has made, as one row; None for a table that lies otherwise."""
    it = table.transpose(1, 2, 0) if table.shape[1] == 1 else table
    return it.reshape(-1) if it.flags.c_contiguous else None
