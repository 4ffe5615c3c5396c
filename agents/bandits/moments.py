"""Variances of rewards, for the policies that read them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class RewardVariances:
    """Means and summed squared deviations of the rewards of every replicate, state and action.

    They are kept by Welford's rule ("Note on a method for calculating corrected sums of squares and products", 1962),
    which loses nothing where the mean is far from 0.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._means, self._squares = np.zeros(shape), np.zeros(shape)

    def add(self, place: tuple[NDArray[Any], ...], rewards: NDArray[np.float64], counts: NDArray[np.int64]) -> None:
        """Add a reward at each place, ``counts`` being how many there are with it."""
        before = self._means[place]
        after = before + (rewards - before) / counts
        self._means[place] = after
        self._squares[place] += (rewards - before) * (rewards - after)

    def at(self, place: tuple[NDArray[Any], ...], counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the variances (1/n, not 1/(n - 1)) at the places, 0 where nothing was paid yet."""
        return np.asarray(self._squares[place] / np.maximum(counts, 1))
