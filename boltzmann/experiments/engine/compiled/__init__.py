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

from boltzmann.experiments.engine.compiled.records import (
    BACKUPS,
    NEXT_ACTION,
    Pulls,
    Sums,
    make_block,
    make_draws,
    make_sums,
)
from boltzmann.experiments.engine.compiled.translation import (
    learner_of,
    mixture_of,
    own_form,
    refuse_nonsense,
    world_of,
)
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.experiments.metrics import SUMMED

__all__ = ["WINDOW_SUMS", "CompiledCell", "UnsupportedError", "has_numba", "held_bytes"]

_log = logging.getLogger("boltzmann.experiments")

_MOST_STEPS, _MOST_WINDOWS, _MOST_BYTES = 2**16, 16, 2**22
"""In one call: temperatures of so many steps are read ahead, and so many windows, or bytes of them, are kept."""

WINDOW_SUMS = tuple(name for name in SUMMED if name in Sums._fields)


class CompiledCell:
    """An agent and a batched environment, both reset, as compiled loops.

    Parameters
    ----------
    env : gymnasium.vector.VectorEnv
        It gives its arrays by ``stretch_form``.
    agent : Agent
        Likewise.
    steps : int
        How many will be taken at most.

    Raises
    ------
    UnsupportedError
        Where one of the three, environment, learner and policy, has no compiled form, or numba is not installed.
    """

    def __init__(self, env: Any, agent: Any, steps: int) -> None:
        if not has_numba():
            raise UnsupportedError("numba is not installed: it comes with the extra 'fast'")
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            raise UnsupportedError("numba is told by NUMBA_DISABLE_JIT to compile nothing")
        form = own_form(agent)
        self._agent = agent
        self._world = world_of(own_form(env))
        self._policy = form["policy"]
        self._rows_lie_first = not form["side_by_side"]
        masked = not isinstance(self._world, Pulls) and len(self._world.mask) > 0
        # The loops know one layout of the tables; another is copied for a stretch.
        self._tables = [(form[name], np.ascontiguousarray(form[name])) for name in ("values", "visits")]
        form.update(values=self._tables[0][1], visits=self._tables[1][1])
        self._step_size = form.get("step_size")
        self._learner = learner_of(form, masked, agent.step, steps)
        self._mixture = mixture_of(form["policy"], form["rng"], agent.step)
        self._ahead = int(form.get("backup") == BACKUPS[NEXT_ACTION])
        if self._ahead and isinstance(self._world, Pulls):
            raise UnsupportedError("a bandit's next action is drawn in lockstep alone")
        rows, _, count = form["values"].shape
        self._returns, self._draws, self._block = np.zeros(rows), make_draws(rows, 1 + self._ahead), make_block(count)

    def windows(self, lengths: Iterable[int]) -> Iterator[tuple[dict[str, NDArray[np.float64]], Any]]:
        """Take the steps of windows of such lengths; give the sums of each, and what its last step was drawn from."""
        rows, _, count = self._tables[0][1].shape
        begun: dict[str, NDArray[np.float64]] = {}
        for ends, whole in _stretches(lengths, _most_windows(rows, count)):
            begin, sums = self._agent.step, self._advance(ends, begun)
            named = [{name: getattr(sums, name)[window] for name in WINDOW_SUMS} for window in range(len(ends))]
            begun = {} if whole else named.pop()
            for window, told_of in enumerate(named):
                # In the layout of the lockstep: in another one sums may differ in their last bit.
                told = sums.last_values[window] if self._rows_lie_first else np.asfortranarray(sums.last_values[window])
                where = told != -np.inf
                step = begin + int(ends[window]) - 1
                yield told_of, self._policy(told, step=step, where=None if where.all() else where)

    def _advance(self, ends: NDArray[np.int64], begun: dict[str, NDArray[np.float64]]) -> Sums:
        """Take the steps of windows that end after so many; the first goes on from the sums of those it began with."""
        from boltzmann.experiments.engine.compiled.pulling import pull_stretch
        from boltzmann.experiments.engine.compiled.walking import walk_stretch

        stretch: Any = pull_stretch if isinstance(self._world, Pulls) else walk_stretch
        for own, used in self._tables:
            if used is not own:
                used[:] = own
        steps = self._agent.step + np.arange(ends[-1])
        learner, sums = self._learner(steps), make_sums(len(ends), self._returns, self._block.q.shape[0])
        for name, so_far in begun.items():
            getattr(sums, name)[0] = so_far
        # The action that follows a step is drawn at the temperature of the next one.
        mixture = self._mixture(self._agent.step + np.arange(len(steps) + self._ahead))
        self._timed(stretch, ends, learner, mixture, self._world, sums, self._draws, self._block)
        refuse_nonsense(learner, sums, self._step_size)
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


def held_bytes(rows: int, states: int, count: int) -> int:
    """Bytes that the loops hold of R = ``rows`` replicates, beside what the agent and the environment hold."""
    # Of a single state the tables lie otherwise in the agent, and are copied.
    copied = 2 * rows * count if states == 1 else 0
    kept = _most_windows(rows, count) * rows * (count + len(WINDOW_SUMS))
    # As many numbers for one step of all replicates, at least, of each of five kinds.
    return 8 * (copied + kept + 5 * rows)


def _most_windows(rows: int, count: int) -> int:
    return max(1, min(_MOST_WINDOWS, _MOST_BYTES // (8 * rows * (count + len(WINDOW_SUMS)))))


def has_numba() -> bool:
    """Whether numba is installed, without which nothing runs compiled."""
    return importlib.util.find_spec("numba") is not None


def _kept(name: str) -> bool:
    """Whether numba has written a loop to disk, where it does by default or where it is told to."""
    folder = os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parent / "__pycache__"
    return any(Path(folder).rglob(f"*.{name}-*.nbi"))


def _stretches(lengths: Iterable[int], most: int) -> Iterator[tuple[NDArray[np.int64], bool]]:
    """Put windows together for one call, as many as their steps and memory allow, and cut those that are too long.

    Gives where each ends, and whether the last one is then over.
    """
    part: list[int] = []
    for length in lengths:
        left = int(length)
        while left > 0:
            piece = min(left, _MOST_STEPS)
            if part and (sum(part) + piece > _MOST_STEPS or len(part) == most):
                yield np.cumsum(part), True
                part = []
            part.append(piece)
            left -= piece
            if left > 0:
                yield np.cumsum(part), False
                part = []
    if part:
        yield np.cumsum(part), True
