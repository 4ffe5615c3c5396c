"""Reductions over rows that lie one after the other, in NumPy and in PyTorch, with empty rows done right.

``numpy.add.reduceat`` gives an empty row the first entry of the next one. The starts of empty rows are left out here:
no entry lies between two rows, so each remaining row still ends where the next one starts.
"""

from __future__ import annotations

import sys
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Segments(Protocol):
    """R rows of N entries altogether, in one array library."""

    xp: Any
    starts: Any
    lengths: Any

    def spread(self, numbers: Any) -> Any:
        """Repeat the number of each row for each of its entries, (R,) to (N,)."""

    def largest(self, entries: Any) -> Any:
        """Return the largest entry of each row, -inf for an empty row; derivatives do not pass."""

    def total(self, entries: Any) -> Any:
        """Return the sum of each row, 0 for an empty row."""

    def accumulated(self, integers: Any) -> Any:
        """Return cumulative sums of int64 over all rows, modulo 2^64."""


class NumpySegments:
    """Rows of NumPy arrays."""

    xp: Any = np

    def __init__(self, indptr: NDArray[np.int64]) -> None:
        self.starts, self.lengths = indptr[:-1], np.diff(indptr)
        self._filled = np.flatnonzero(self.lengths)
        self._first = self.starts[self._filled]

    def spread(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """Repeat the number of each row."""
        return np.repeat(numbers, self.lengths)

    def largest(self, entries: NDArray[Any]) -> NDArray[Any]:
        """Return the largest entry of each row."""
        return self._reduced(np.maximum, entries, -np.inf)

    def total(self, entries: NDArray[Any]) -> NDArray[Any]:
        """Return the sum of each row."""
        return self._reduced(np.add, entries, 0.0)

    def accumulated(self, integers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return cumulative sums."""
        return np.cumsum(integers)

    def _reduced(self, ufunc: np.ufunc, entries: NDArray[Any], empty: float) -> NDArray[Any]:
        rows = np.full(len(self.lengths), empty)
        if len(self._first):
            rows[self._filled] = ufunc.reduceat(entries, self._first)
        return rows


class TorchSegments:
    """Rows of PyTorch tensors; sums pass derivatives."""

    def __init__(self, indptr: Any) -> None:
        self.xp: Any = sys.modules["torch"]
        self.starts, self.lengths = indptr[:-1], self.xp.diff(indptr)
        self._rows = self.xp.repeat_interleave(self.lengths)

    def spread(self, numbers: Any) -> Any:
        """Repeat the number of each row."""
        return numbers[self._rows]

    def largest(self, entries: Any) -> Any:
        """Return the largest entry of each row."""
        empty = self.xp.full(self.lengths.shape, -self.xp.inf, dtype=entries.dtype, device=entries.device)
        return empty.scatter_reduce(0, self._rows, entries.detach(), "amax")

    def total(self, entries: Any) -> Any:
        """Return the sum of each row."""
        empty = self.xp.zeros(self.lengths.shape, dtype=entries.dtype, device=entries.device)
        return empty.index_add(0, self._rows, entries)

    def accumulated(self, integers: Any) -> Any:
        """Return cumulative sums."""
        return self.xp.cumsum(integers, 0)
