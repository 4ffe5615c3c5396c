"""The record of a block while it runs: sums over windows of steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.interfaces import Decision
from boltzmann.experiments.metrics import MEANS, MEASURES, RECORDED, SUMMED
from boltzmann.policies import Distribution

_COUNTED = ("optimal", "greedy", "episodes")
_OPTIMAL, _GREEDY, _ENDED = range(3)
_SUMMED = ("reward", "gap")

_FEWEST_STEPS, _MOST_STEPS, _BUFFERED_NUMBERS = 8, 64, 2**14
"""Bounds of the number of buffered steps, and how many numbers of each kind fit in a cache."""


class Recorder:
    """Sums over windows of steps, one column a replicate; see ``boltzmann.experiments.metrics``.

    A buffer holds some steps, so that one NumPy call sums them all: with few replicates the calls dominate the time.
    The sums equal those of adding one step after the other, to the last bit.

    Parameters
    ----------
    ends : array of int, shape (windows,)
        The last step of each window, counted from 1, increasing.
    num_envs : int
        Number of replicates.
    """

    def __init__(self, ends: NDArray[np.int64], num_envs: int) -> None:
        self._ends = ends
        self.lengths = np.diff(ends, prepend=0)
        self.engine = "lockstep"
        self.arrays = {name: np.zeros((len(ends), num_envs)) for name in RECORDED}
        self._window = self._buffered = 0
        self._return = np.zeros(num_envs)
        self._capacity = min(max(_BUFFERED_NUMBERS // num_envs, _FEWEST_STEPS), _MOST_STEPS)
        # The first row is the sum of the window so far. NumPy sums a single column in another order, so there are two.
        self._rewards, self._gaps = (np.zeros((self._capacity + 1, max(num_envs, 2))) for _ in range(2))
        self._flags = np.zeros((len(_COUNTED), self._capacity, num_envs), dtype=np.bool_)
        self._counts = np.zeros((len(_COUNTED), num_envs))

    def begin(self, env: Any) -> None:
        """Learn what environment is played, before its first step; means over windows need nothing of it."""

    def see(self, observations: NDArray[Any]) -> None:
        """Receive the observations of a lockstep step, before ``add`` receives the rest; windows hold none of them."""

    def add(
        self,
        step: int,
        decision: Decision,
        rewards: NDArray[Any],
        terminated: NDArray[np.bool_],
        truncated: NDArray[np.bool_],
        gaps: NDArray[np.float64],
    ) -> None:
        """Add one step, counted from 1, of all replicates."""
        index = self._buffered
        self._buffered += 1
        self._rewards[self._buffered] = rewards
        self._gaps[self._buffered] = gaps
        np.logical_or(terminated, truncated, out=self._flags[_ENDED, index])
        greedy: Any = getattr(decision, "greedy", np.nan)
        if getattr(greedy, "dtype", None) == np.bool_:
            self._flags[_GREEDY, index] = greedy
        else:
            self._flags[_GREEDY, index] = False
            self.arrays["greedy"][self._window] += greedy
        window_ends = step == self._ends[self._window]
        if window_ends or self._buffered == self._capacity:
            self._sum_buffer()
        if window_ends:
            self._close(decision.distribution)

    def add_windows(self, sums: dict[str, NDArray[np.float64]], distribution: Distribution) -> None:
        """Add W whole windows: the sums of their steps, shape (W, R), and the W R distributions of their ends."""
        windows = slice(self._window, self._window + len(next(iter(sums.values()))))
        for name in SUMMED:
            self.arrays[name][windows] = sums.get(name, np.nan)
        self._finish(windows, distribution)

    def _sum_buffer(self) -> None:
        """Add the buffered steps to the sums of the window."""
        steps, columns = self._buffered, len(self._return)
        rewards, gaps = self._rewards[: steps + 1], self._gaps[: steps + 1]
        np.equal(gaps[1:, :columns], 0, out=self._flags[_OPTIMAL, :steps])
        # NumPy adds bytes eight times as fast as other numbers, and at most 255 steps cannot overflow them.
        self._counts += np.add.reduce(self._flags[:, :steps].view(np.uint8), axis=1, dtype=np.uint8)
        self._add_returns(rewards[1:, :columns], self._flags[_ENDED, :steps], self.arrays["return_sum"][self._window])
        for sums in (rewards, gaps):
            np.add.reduce(sums, axis=0, out=sums[0])
        self._buffered = 0

    def _add_returns(
        self, rewards: NDArray[np.float64], ended: NDArray[np.bool_], return_sum: NDArray[np.float64]
    ) -> None:
        """Add the returns of the episodes that ended; the returns of the others continue."""
        running = self._return
        any_ended = np.logical_or.reduce(ended, axis=1)
        for step_rewards, step_ended, some in zip(rewards, ended, any_ended, strict=True):
            running += step_rewards
            if some:
                (rows,) = step_ended.nonzero()
                return_sum[rows] += running[rows]
                running[rows] = 0.0

    def _close(self, distribution: Distribution) -> None:
        for name, sums in zip(_SUMMED, (self._rewards[0], self._gaps[0]), strict=True):
            self.arrays[name][self._window] = sums[: len(self._return)]
            sums[:] = 0.0
        for name, counts in zip(_COUNTED, self._counts, strict=True):
            # `add` has added the steps for which the agent returned numbers instead of flags.
            self.arrays[name][self._window] += counts
        self._counts[:] = 0.0
        self._finish(slice(self._window, self._window + 1), distribution)

    def _finish(self, windows: slice, distribution: Distribution) -> None:
        """Turn the sums of windows into means, and record the distribution of their last steps."""
        # One unknown gap makes its whole window unknown.
        self.arrays["optimal"][windows][np.isnan(self.arrays["gap"][windows])] = np.nan
        for name in MEANS:
            self.arrays[name][windows] /= self.lengths[windows, np.newaxis]
        for name, measure in MEASURES.items():
            array, measured = self.arrays[name][windows], np.asarray(measure(distribution))
            array[:] = measured if measured.ndim == 0 else measured.reshape(array.shape)
        self._window = windows.stop
