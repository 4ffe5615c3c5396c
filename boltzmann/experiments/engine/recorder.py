"""What is recorded of a block while it runs: sums over windows of steps."""

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

_FEWEST, _MOST, _ENTRIES = 8, 64, 2**14
"""Steps that are held until they are summed together, between these bounds: about so many entries of each kind, which
stay in a cache."""


class Recorder:
    """Sums over windows of steps, one column a replicate; see ``boltzmann.experiments.metrics``.

    Some steps are held as they come, so that one call of NumPy sums them all: with few replicates the calls are what
    takes the time. The sums are those of adding one step after the other, to the last bit.

    Parameters
    ----------
    ends : array of int, shape (windows,)
        After how many steps each window ends, increasing.
    num_envs : int
        Replicates.
    """

    def __init__(self, ends: NDArray[np.int64], num_envs: int) -> None:
        self._ends = ends
        self.lengths = np.diff(ends, prepend=0)
        self.engine = "lockstep"
        self.arrays = {name: np.zeros((len(ends), num_envs)) for name in RECORDED}
        self._window = self._held = 0
        self._return = np.zeros(num_envs)
        self._part = min(max(_ENTRIES // num_envs, _FEWEST), _MOST)
        # The first row is the sum of the window so far. Of a single column NumPy would sum in another order.
        self._rewards, self._gaps = (np.zeros((self._part + 1, max(num_envs, 2))) for _ in range(2))
        self._flags = np.zeros((len(_COUNTED), self._part, num_envs), dtype=np.bool_)
        self._counts = np.zeros((len(_COUNTED), num_envs))

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
        held = self._held
        self._held += 1
        self._rewards[self._held] = rewards
        self._gaps[self._held] = gaps
        np.logical_or(terminated, truncated, out=self._flags[_ENDED, held])
        greedy: Any = getattr(decision, "greedy", np.nan)
        if getattr(greedy, "dtype", None) == np.bool_:
            self._flags[_GREEDY, held] = greedy
        else:
            self._flags[_GREEDY, held] = False
            self.arrays["greedy"][self._window] += greedy
        over = step == self._ends[self._window]
        if over or self._held == self._part:
            self._sum_up()
        if over:
            self._close(decision.distribution)

    def add_window(self, sums: dict[str, NDArray[np.float64]], distribution: Distribution) -> None:
        """Add a whole window: the sums of its steps, and what the last of them was drawn from."""
        for name in SUMMED:
            self.arrays[name][self._window] = sums.get(name, np.nan)
        self._finish(distribution)

    def _sum_up(self) -> None:
        """Add the steps that are held to the sums of the window."""
        held, columns = self._held, len(self._return)
        rewards, gaps = self._rewards[: held + 1], self._gaps[: held + 1]
        np.equal(gaps[1:, :columns], 0, out=self._flags[_OPTIMAL, :held])
        # Bytes of at most 255 steps are added eight times as fast as other numbers.
        self._counts += np.add.reduce(self._flags[:, :held].view(np.uint8), axis=1, dtype=np.uint8)
        self._add_returns(rewards[1:, :columns], self._flags[_ENDED, :held], self.arrays["return_sum"][self._window])
        for sums in (rewards, gaps):
            np.add.reduce(sums, axis=0, out=sums[0])
        self._held = 0

    def _add_returns(
        self, rewards: NDArray[np.float64], ended: NDArray[np.bool_], return_sum: NDArray[np.float64]
    ) -> None:
        """Add the returns of the episodes that ended, and keep those of the others for the next steps."""
        running = self._return
        some = np.logical_or.reduce(ended, axis=1)
        for received, flags, any_ended in zip(rewards, ended, some, strict=True):
            running += received
            if any_ended:
                (over,) = flags.nonzero()
                return_sum[over] += running[over]
                running[over] = 0.0

    def _close(self, distribution: Distribution) -> None:
        for name, sums in zip(_SUMMED, (self._rewards[0], self._gaps[0]), strict=True):
            self.arrays[name][self._window] = sums[: len(self._return)]
            sums[:] = 0.0
        for name, counts in zip(_COUNTED, self._counts, strict=True):
            # An agent may have told numbers for some of the steps.
            self.arrays[name][self._window] += counts
        self._counts[:] = 0.0
        self._finish(distribution)

    def _finish(self, distribution: Distribution) -> None:
        """Make means of the sums of a window, and note what acted last."""
        row = self._window
        unknown = np.isnan(self.arrays["gap"][row])
        # A gap that is not known makes its whole window unknown.
        self.arrays["optimal"][row] = np.where(unknown, np.nan, self.arrays["optimal"][row])
        for name in MEANS:
            self.arrays[name][row] /= self.lengths[row]
        for name, measure in MEASURES.items():
            self.arrays[name][row] = measure(distribution)
        self._window += 1
