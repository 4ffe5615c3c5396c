"""A memory of transitions: a ring of the newest steps of R replicates, from which each replicate samples its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Replay:
    """A ring of steps; every named array has the steps first and the replicates second.

    Parameters
    ----------
    capacity : int
        Steps that are kept, at least 1. The memory is reserved with the first step, and taken as it fills.

    Examples
    --------
    >>> memory = Replay(2)
    >>> for step in range(3):
    ...     memory.add({"reward": np.array([step, 10.0 * step])})
    >>> memory.size, memory.arrays["reward"]
    (2, array([[ 2., 20.],
           [ 1., 10.]]))
    >>> memory.sample(np.random.default_rng(0), 4)["reward"].shape
    (2, 4)
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.arrays: dict[str, NDArray[Any]] = {}
        self._added = 0

    @property
    def size(self) -> int:
        """The number of steps that are kept."""
        return min(self._added, self.capacity)

    def add(self, step: Mapping[str, NDArray[Any]]) -> None:
        """Add one step of all replicates; a name that is new counts as True in all steps before."""
        place = self._added % self.capacity
        for name, rows in step.items():
            if name not in self.arrays:
                self.arrays[name] = np.empty((self.capacity, *rows.shape), rows.dtype)
                self.arrays[name][: self.size] = True
            self.arrays[name][place] = rows
        self._added += 1

    def sample(self, rng: np.random.Generator, count: int) -> dict[str, NDArray[Any]]:
        """Draw steps evenly, with replacement; each replicate draws its own, and has its own row, shape (R, count)."""
        replicates = next(iter(self.arrays.values())).shape[1]
        steps = rng.integers(self.size, size=(replicates, count))
        rows = np.arange(replicates)[:, np.newaxis]
        return {name: array[steps, rows] for name, array in self.arrays.items()}
