"""A cell whose steps run compiled, up to the next one that is recorded; it needs numba, the extra ``fast``.

Both engines take the same random numbers in the same order, so that they choose the same actions. What has no compiled
form runs in lockstep.
"""

from __future__ import annotations

import importlib.util
import logging
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.compiled.records import Pulls, Sums, make_block, make_sums
from boltzmann.experiments.compiled.translation import (
    UnsupportedError,
    learner_of,
    mixture_of,
    own_form,
    world_of,
)

__all__ = ["CompiledCell", "UnsupportedError"]

_log = logging.getLogger("boltzmann.experiments")

_LONGEST = 4096
"""Steps whose temperatures are read at once."""


class CompiledCell:
    """An agent and a batched environment, both reset, as compiled loops.

    Parameters
    ----------
    env : gymnasium.vector.VectorEnv
        It gives its arrays by ``stretch_form``.
    agent : Agent
        Likewise.

    Raises
    ------
    UnsupportedError
        Where one of the three, environment, learner and policy, has no compiled form, or numba is not installed.
    """

    def __init__(self, env: Any, agent: Any) -> None:
        if importlib.util.find_spec("numba") is None:
            raise UnsupportedError("numba is not installed: it comes with the extra 'fast'")
        form = own_form(agent)
        self._agent = agent
        self._world = world_of(own_form(env))
        self._policy = form["policy"]
        masked = not isinstance(self._world, Pulls) and len(self._world.mask) > 0
        self._learner, self._mixture = learner_of(form, masked), mixture_of(form["policy"], form["rng"])
        rows, _, count = form["values"].shape
        self._sums = make_sums(rows, count)
        self._block = make_block(count)

    def advance(self, steps: int) -> Sums:
        """Take so many steps and give their sums; the arrays are written again by the next call."""
        from boltzmann.experiments.compiled.kernels import pull_stretch, walk_stretch

        stretch: Any = pull_stretch if isinstance(self._world, Pulls) else walk_stretch
        for array in self._sums[:6]:
            array[:] = 0.0
        begin = self._agent.step
        for first in range(begin, begin + steps, _LONGEST):
            read = np.arange(first, min(first + _LONGEST, begin + steps))
            learner = self._learner(read)
            self._timed(stretch, len(read), learner, self._mixture(read), self._world, self._sums, self._block)
            self._agent.step += len(read)
        if not isinstance(self._world, Pulls) and len(learner.seen):
            # What masks have been seen to allow: all, in a state where none was seen yet.
            self._agent.allowed = (self._world.mask[:-1] == 0) | ~learner.seen[..., np.newaxis]
        return self._sums

    @staticmethod
    def _timed(stretch: Any, *arguments: Any) -> None:
        """Call a compiled loop, and say how long it took where it had to be compiled first."""
        misses, begin = sum(stretch.stats.cache_misses.values()), time.perf_counter()
        stretch(*arguments)
        if sum(stretch.stats.cache_misses.values()) > misses:
            seconds = time.perf_counter() - begin
            _log.info("compiled %s in %.1f s; it is kept for the next time", stretch.__name__, seconds)

    def last_distribution(self) -> Any:
        """Give the distribution that the last step was drawn from."""
        told: NDArray[np.float64] = self._sums.last_values
        where = None if self._sums.last_allowed.all() else self._sums.last_allowed
        return self._policy(told, step=self._agent.step - 1, visits=self._sums.last_visits, where=where)
