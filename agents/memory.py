"""Tables of numbers for every replicate, state and action: how they lie in memory, and fast reading and writing.

R counts replicates, S states and K actions. NumPy reduces rows fastest where each action's numbers of all replicates
are adjacent, so tables of one state, and copied rows of many replicates, lie in that order.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""Action values, shape (R, S, K) or (R, K)."""

PerRow = NDArray[np.float64]
"""One number for each row: shape (R,), or the shape of values without their last axis."""

Indices = NDArray[np.int64]
"""States or actions, shape (R,)."""

Mask = NDArray[np.bool_]
"""The allowed actions, shape (R, S, K) or (R, K)."""

_MANY_REPLICATES = 64
"""From this number of replicates on, rows are copied in Fortran order."""


class Entries(tuple[Indices, Indices, Indices]):
    """The table entry of each replicate: the indices of replicate, state and action.

    Attributes
    ----------
    flat : array of int, shape (R,)
        The same entries as one index into the memory of a table of :func:`make_table`, which is faster than three.
    """

    flat: Indices

    def __new__(cls, rows: Indices, states: Indices, actions: Indices, shape: tuple[int, int, int]) -> Entries:
        """Make the entries of tables of shape (R, S, K)."""
        self = super().__new__(cls, (rows, states, actions))
        num_envs, state_count, action_count = shape
        if state_count == 1:
            self.flat = actions * num_envs + rows
        else:
            self.flat = (multiples(num_envs, state_count) + states) * action_count + actions
        return self


def make_table(num_envs: int, states: int, actions: int, kind: type) -> NDArray[Any]:
    """Make a table of zeros, shape (R, S, K)."""
    if states == 1:
        return np.zeros((states, actions, num_envs), dtype=kind).transpose(2, 0, 1)
    return np.zeros((num_envs, states, actions), dtype=kind)


def read(table: NDArray[Any], entries: Entries) -> NDArray[Any]:
    """Read one entry of each replicate."""
    memory = _memory(table)
    return np.asarray(table[entries] if memory is None else memory.take(entries.flat))


def write(table: NDArray[Any], entries: Entries, numbers: NDArray[Any]) -> None:
    """Write one entry of each replicate."""
    memory = _memory(table)
    if memory is None:
        table[entries] = numbers
    else:
        memory[entries.flat] = numbers


def copies_in_fortran_order(table: NDArray[Any]) -> bool:
    """Return whether :func:`rows_of` copies the rows of this table in Fortran order."""
    return table.shape[1] == 1 or len(table) >= _MANY_REPLICATES


def rows_of(table: NDArray[Any], states: Indices) -> NDArray[Any]:
    """Copy the row of one state of each replicate, shape (R, K).

    The copy is read-only, so a distribution of it makes no further copy.
    """
    num_envs, state_count, action_count = table.shape
    if state_count == 1:
        return _read_only(table[:, 0].T.copy()).T
    rows = table.reshape(num_envs * state_count, action_count).take(multiples(num_envs, state_count) + states, axis=0)
    return _read_only(rows.T.copy()).T if copies_in_fortran_order(table) else _read_only(rows)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


@lru_cache(maxsize=64)
def multiples(length: int, stride: int = 1) -> Indices:
    """Return 0, stride, 2 stride and so on, cached: making thousands of them takes longer than adding them."""
    return _read_only(np.arange(0, length * stride, stride))


def at(values: Values, actions: Indices) -> PerRow:
    """Return the value of one action of each row, values of shape (R, K)."""
    if values.flags.c_contiguous:
        return values.take(multiples(*values.shape) + actions)
    return np.asarray(values[multiples(len(values)), actions])


def largest(values: Values, where: Mask | None) -> PerRow:
    """Return the largest allowed value of each row of values, shape (..., K)."""
    if where is None and type(values) is np.ndarray and values.ndim == 2 and values.flags.c_contiguous:
        # `argmax` reduces short contiguous rows faster than `maximum`.
        return at(values, values.argmax(axis=-1))
    if where is None:
        return np.asarray(np.maximum.reduce(values, axis=-1))
    if values.ndim == 2 and values.flags.f_contiguous and where.shape == values.shape:
        # np.where returns C order if its operands differ in order, so both are transposed to keep the actions first.
        return np.asarray(np.maximum.reduce(np.where(where.T, values.T, -np.inf), axis=0))
    return np.asarray(np.maximum.reduce(np.where(where, values, -np.inf), axis=-1))


def _memory(table: NDArray[Any]) -> NDArray[Any] | None:
    """Return the memory of a table of :func:`make_table` as one row; None for a table in another memory order."""
    contiguous = table.T if table.shape[1] == 1 else table
    return contiguous.reshape(-1) if contiguous.flags.c_contiguous else None
