"""Whole windows of steps as machine code; needs numba, the extra ``fast``.

Both engines take the same random numbers in the same order, so they choose the same actions, except where the last bit
of a sum in a backup breaks a tie. Cells without a compiled form run in lockstep.

- ``records``: the data of the loops; ``translation``: makes them from agent and environment
- ``rates``: schedules read in advance
- ``walking``, ``pulling``: the loops over tables and over bandits; ``stages``, ``tables``: their parts
- ``compiling``: decorators
- ``revision``: identifies the source files in numba's cache
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.records import (
    BACKUPS,
    NEXT_ACTION,
    Pulls,
    Sums,
    Transitions,
    make_block,
    make_draws,
    make_sums,
)
from boltzmann.experiments.engine.compiled.translation import (
    learner_of,
    mixture_of,
    require_finite,
    stretch_form,
    world_of,
)
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.experiments.metrics import SUMMED
from boltzmann.policies import Distribution

__all__ = ["WINDOW_SUMS", "CompiledCell", "UnsupportedError", "has_numba", "held_bytes"]


_MOST_STEPS, _MOST_WINDOWS, _MOST_BYTES = 2**16, 16, 2**22
"""Bounds of one call: the steps whose temperatures are read in advance, the windows, and the bytes of their sums."""
_FLOAT_BYTES = 8

Values = NDArray[np.float64]

WINDOW_SUMS = tuple(name for name in SUMMED if name in Sums._fields)


class CompiledCell:
    """An agent and a batched environment, both reset, as compiled loops.

    Parameters
    ----------
    env : gymnasium.vector.VectorEnv
        An environment that returns its arrays by ``stretch_form``.
    agent : Agent
        An agent that returns its arrays by ``stretch_form``.
    steps : int
        The most steps that will be taken.

    Raises
    ------
    UnsupportedError
        Where environment, learner or policy has no compiled form, or numba is not installed.
    """

    def __init__(self, env: Any, agent: Any, steps: int) -> None:
        if not has_numba():
            raise UnsupportedError("numba is not installed: it comes with the extra 'fast'")
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            raise UnsupportedError("the environment variable NUMBA_DISABLE_JIT turns compilation off")
        form = stretch_form(agent)
        self._agent = agent
        self._world = world_of(stretch_form(env))
        self._policy = form["policy"]
        self._fortran_order = form["side_by_side"]
        masked = isinstance(self._world, Transitions) and len(self._world.mask) > 0
        # The loops need C order, so tables in another order are copied around each stretch.
        self._tables = [(form[name], np.ascontiguousarray(form[name])) for name in ("values", "visits")]
        form.update(values=self._tables[0][1], visits=self._tables[1][1])
        self._step_size = form.get("step_size")
        self._learner = learner_of(form, masked, agent.step, steps)
        self._mixture = mixture_of(form["policy"], form["rng"], agent.step)
        self._draws_next_action = form.get("backup") == BACKUPS[NEXT_ACTION]
        if self._draws_next_action and isinstance(self._world, Pulls):
            raise UnsupportedError("only lockstep draws a bandit's next action")
        rows, _, count = form["values"].shape
        self._returns, self._block = np.zeros(rows), make_block(count)
        self._draws = make_draws(rows, 1 + self._draws_next_action)

    def windows(self, lengths: Iterable[int]) -> Iterator[tuple[dict[str, Values], Distribution]]:
        """Take the steps of windows; yield the sums of each window and the distribution of its last step."""
        rows, _, count = self._tables[0][1].shape
        unfinished: dict[str, Values] = {}
        for ends, complete in _stretches(lengths, _most_windows(rows, count)):
            first_step, sums = self._agent.step, self._advance(ends, unfinished)
            windows = [{name: getattr(sums, name)[window] for name in WINDOW_SUMS} for window in range(len(ends))]
            unfinished = {} if complete else windows.pop()
            for window, window_sums in enumerate(windows):
                values = sums.last_values[window]
                if self._fortran_order:
                    # The agent's memory order, since sums over another order may differ in their last bit.
                    values = np.asfortranarray(values)
                allowed = values != -np.inf
                step = first_step + int(ends[window]) - 1
                yield window_sums, self._policy(values, step=step, where=None if allowed.all() else allowed)

    def _advance(self, ends: NDArray[np.int64], unfinished: dict[str, Values]) -> Sums:
        """Take the steps of windows with these ends; the first window continues from the sums of an unfinished one."""
        from boltzmann.experiments.engine.compiled.compiling import call_loop
        from boltzmann.experiments.engine.compiled.pulling import pull_stretch
        from boltzmann.experiments.engine.compiled.walking import walk_stretch

        stretch: Any = pull_stretch if isinstance(self._world, Pulls) else walk_stretch
        for table, copy in self._tables:
            if copy is not table:
                copy[:] = table
        steps = self._agent.step + np.arange(ends[-1])
        learner, sums = self._learner(steps), make_sums(len(ends), self._returns, self._block.q.shape[0])
        for name, sums_so_far in unfinished.items():
            getattr(sums, name)[0] = sums_so_far
        # The action that follows a step is drawn at the temperature of the next step.
        mixture = self._mixture(self._agent.step + np.arange(len(steps) + self._draws_next_action))
        call_loop(stretch, ends, learner, mixture, self._world, sums, self._draws, self._block)
        require_finite(learner, sums, self._step_size)
        self._agent.step += len(steps)
        for table, copy in self._tables:
            if copy is not table:
                table[:] = copy
        if isinstance(self._world, Transitions) and len(learner.seen):
            # The agent's view of the masks: everything is allowed in states whose mask it has not seen.
            self._agent.allowed = (self._world.mask[:-1] == 0) | ~learner.seen[..., np.newaxis]
        return sums


def held_bytes(rows: int, states: int, count: int) -> int:
    """Return the bytes that the loops hold for R = ``rows`` replicates, besides the agent and the environment."""
    # With one state the agent's tables use another memory order, so they are copied.
    copied = 2 * rows * count if states == 1 else 0
    sums = _most_windows(rows, count) * rows * _numbers_per_window(count)
    # Returns, and at least one step of the random numbers of four kinds.
    returns_and_draws = 5 * rows
    return _FLOAT_BYTES * (copied + sums + returns_and_draws)


def _most_windows(rows: int, count: int) -> int:
    return max(1, min(_MOST_WINDOWS, _MOST_BYTES // (_FLOAT_BYTES * rows * _numbers_per_window(count))))


def _numbers_per_window(count: int) -> int:
    return count + len(WINDOW_SUMS)


def has_numba() -> bool:
    """Return whether numba is installed, without which nothing runs compiled."""
    return importlib.util.find_spec("numba") is not None


def _stretches(lengths: Iterable[int], most: int) -> Iterator[tuple[NDArray[np.int64], bool]]:
    """Join windows for one call, as many as steps and memory allow, and split those that are too long.

    Yields the end of each window of a stretch, and whether the last window is complete then.
    """
    stretch: list[int] = []
    for length in lengths:
        remaining = int(length)
        while remaining > 0:
            piece = min(remaining, _MOST_STEPS)
            if stretch and (sum(stretch) + piece > _MOST_STEPS or len(stretch) == most):
                yield np.cumsum(stretch), True
                stretch = []
            stretch.append(piece)
            remaining -= piece
            if remaining > 0:
                yield np.cumsum(stretch), False
                stretch = []
    if stretch:
        yield np.cumsum(stretch), True
