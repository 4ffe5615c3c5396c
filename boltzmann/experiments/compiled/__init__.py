"""A cell whose steps run compiled, up to the next one that is recorded; it needs numba, the extra ``fast``.

Both engines take the same random numbers in the same order, so that they choose the same actions, but where the
last bit of a sum in a backup breaks a tie. What has no compiled form runs in lockstep.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.compiled.records import BACKUPS, NEXT_ACTION, Pulls, Sums, make_block, make_draws, make_sums
from boltzmann.experiments.compiled.translation import (
    UnsupportedError,
    learner_of,
    mixture_of,
    own_form,
    require_rates,
    world_of,
)

__all__ = ["WINDOW_SUMS", "CompiledCell", "UnsupportedError", "has_numba"]

_log = logging.getLogger("boltzmann.experiments")

_MOST_STEPS, _MOST_WINDOWS = 2**16, 16
"""In one call: temperatures of so many steps are read ahead, and the last values of so many windows kept."""

WINDOW_SUMS = ("reward", "gap", "optimal", "greedy", "episodes", "return_sum")


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
        if not has_numba():
            raise UnsupportedError("numba is not installed: it comes with the extra 'fast'")
        form = own_form(agent)
        self._agent = agent
        self._world = world_of(own_form(env))
        self._policy = form["policy"]
        self._rows_lie_first = not form["side_by_side"]
        masked = not isinstance(self._world, Pulls) and len(self._world.mask) > 0
        # The loops know one layout of the tables; another is copied for a stretch.
        self._tables = [(form[name], np.ascontiguousarray(form[name])) for name in ("values", "visits")]
        form.update(values=self._tables[0][1], visits=self._tables[1][1])
        self._learner, self._mixture = learner_of(form, masked), mixture_of(form["policy"], form["rng"])
        self._ahead = int(form.get("backup") == BACKUPS[NEXT_ACTION])
        if self._ahead and isinstance(self._world, Pulls):
            raise UnsupportedError("a bandit's next action is drawn in lockstep alone")
        rows, _, count = form["values"].shape
        self._returns, self._draws, self._block = np.zeros(rows), make_draws(rows, 1 + self._ahead), make_block(count)

    def windows(self, lengths: Iterable[int]) -> Iterator[tuple[dict[str, NDArray[np.float64]], Any]]:
        """Take the steps of windows of such lengths; give the sums of each, and what its last step was drawn from."""
        for ends in _stretches(lengths):
            begin, sums = self._agent.step, self._advance(ends)
            for window, end in enumerate(ends):
                # In the layout of the lockstep: in another one sums may differ in their last bit.
                told = sums.last_values[window] if self._rows_lie_first else np.asfortranarray(sums.last_values[window])
                where = told > -np.inf
                named = {name: getattr(sums, name)[window] for name in WINDOW_SUMS}
                yield named, self._policy(told, step=begin + int(end) - 1, where=None if where.all() else where)

    def _advance(self, ends: NDArray[np.int64]) -> Sums:
        from boltzmann.experiments.compiled.pulling import pull_stretch
        from boltzmann.experiments.compiled.walking import walk_stretch

        stretch: Any = pull_stretch if isinstance(self._world, Pulls) else walk_stretch
        for own, used in self._tables:
            if used is not own:
                used[:] = own
        steps = self._agent.step + np.arange(ends[-1])
        learner, sums = self._learner(steps), make_sums(len(ends), self._returns, self._block.q.shape[0])
        # The action that follows a step is drawn at the temperature of the next one.
        mixture = self._mixture(self._agent.step + np.arange(len(steps) + self._ahead))
        self._timed(stretch, ends, learner, mixture, self._world, sums, self._draws, self._block)
        require_rates(learner)
        self._agent.step += len(steps)
        for own, used in self._tables:
            if used is not own:
                own[:] = used
        if not isinstance(self._world, Pulls) and len(learner.seen):
            # What masks have been seen to allow: all, in a state where none was seen yet.
            self._agent.allowed = (self._world.mask[:-1] == 0) | ~learner.seen[..., np.newaxis]
        return sums

    @staticmethod
    def _timed(stretch: Any, *arguments: Any) -> None:
        """Call a compiled loop, and say how long it took where it had to be compiled first."""
        if not getattr(stretch, "overloads", True) and not _kept(stretch.__name__):
            _log.info("compiling loops for the first time, which takes some twenty seconds")
        misses, begin = sum(stretch.stats.cache_misses.values()), time.perf_counter()
        stretch(*arguments)
        if sum(stretch.stats.cache_misses.values()) > misses:
            seconds = time.perf_counter() - begin
            _log.info("compiled %s in %.1f s; it is kept for the next time", stretch.__name__, seconds)


def has_numba() -> bool:
    """Whether numba is installed, without which nothing runs compiled."""
    return importlib.util.find_spec("numba") is not None


def _kept(name: str) -> bool:
    """Whether numba has written a loop to disk, where it does by default or where it is told to."""
    folder = os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parent / "__pycache__"
    return any(Path(folder).rglob(f"*.{name}-*.nbi"))


def _stretches(lengths: Iterable[int]) -> Iterator[NDArray[np.int64]]:
    """Put windows together for one call, as many as their steps and memory allow; give where each ends."""
    part: list[int] = []
    for length in lengths:
        if part and (sum(part) + length > _MOST_STEPS or len(part) == _MOST_WINDOWS):
            yield np.cumsum(part)
            part = []
        part.append(int(length))
    if part:
        yield np.cumsum(part)
