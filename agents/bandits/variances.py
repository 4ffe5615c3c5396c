"""Variances of rewards, for the policies that read them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.memory import Indices, PerRow, Values
from boltzmann.laws import Results
from boltzmann.policies import moved_variance


class RewardVariances:
    """Means and summed squared deviations of the rewards of every replicate, state and action.

    They are updated by Welford's rule ("Note on a method for calculating corrected sums of squares and products",
    1962), which loses no digits if the mean is far from 0.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._means, self._squares = np.zeros(shape), np.zeros(shape)

    def add(self, entries: tuple[NDArray[Any], ...], rewards: PerRow, counts: Indices) -> None:
        """Add one reward to each entry; ``counts`` are the numbers of its rewards, this one included."""
        before = self._means[entries]
        after = before + (rewards - before) / counts
        self._means[entries] = after
        self._squares[entries] += (rewards - before) * (rewards - after)

    @property
    def tables(self) -> dict[str, NDArray[np.float64]]:
        """The means and the sums of squares about them, shape (R, S, K), by the names that :meth:`added` returns."""
        return {"means_of_rewards": self._means, "squares": self._squares}

    def added(self, m: Any, here: Any, reward: Any, row: Any) -> Results:
        """Return the entries of :attr:`tables` after a reward; a law."""
        before = here.means_of_rewards
        after = before + (reward - before) / here.visits
        return {"means_of_rewards": after, "squares": here.squares + (reward - before) * (reward - after)}

    def at(self, rows: tuple[NDArray[Any], ...], counts: Indices) -> Values:
        """Return the variances (1/n, not 1/(n - 1)) of the rows, 0 before the first reward."""
        return np.asarray(self._squares[rows] / np.maximum(counts, 1))


class ForgettingVariances(RewardVariances):
    """Means and variances of the rewards that forget at a constant rate, as the values of the learner do.

    ``u <- u + eta ((r - m)(r - m') - u)``, ``m <- m + eta (r - m)``, m' being the new mean and eta the larger of
    ``1 / n`` and the step size: all rewards weigh alike until the memory is full.
    """

    def __init__(self, shape: tuple[int, ...], step_size: float) -> None:
        super().__init__(shape)
        self._step_size = step_size

    def add(self, entries: tuple[NDArray[Any], ...], rewards: PerRow, counts: Indices) -> None:
        """Add one reward to each entry; ``counts`` are the numbers of its rewards, this one included."""
        rates = np.maximum(1.0 / counts, self._step_size)
        moved = moved_variance(self._squares[entries], self._means[entries], rewards, rates)
        self._squares[entries], self._means[entries] = moved

    @property
    def tables(self) -> dict[str, NDArray[np.float64]]:
        """The means and the variances, shape (R, S, K), by the names that :meth:`added` returns."""
        return {"means_of_rewards": self._means, "variances": self._squares}

    def added(self, m: Any, here: Any, reward: Any, row: Any) -> Results:
        """Return the entries of :attr:`tables` after a reward; a law."""
        rate = m.maximum(1.0 / here.visits, row.step_size)
        variance, mean = moved_variance(here.variances, here.means_of_rewards, reward, rate)
        return {"means_of_rewards": mean, "variances": variance}

    def at(self, rows: tuple[NDArray[Any], ...], counts: Indices) -> Values:
        """Return the variances of the rows, 0 before the first reward."""
        return np.asarray(self._squares[rows])
