"""How windows of steps are joined and split into calls of a kernel, and what these hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.stepping import SUMS
from boltzmann.experiments.engine.compiled.writing import BLOCK

_MOST_STEPS, _MOST_WINDOWS, _MOST_BYTES = 2**16, 256, 2**22
"""Bounds of one call: the steps whose temperatures are read in advance, the windows, and the bytes of their sums."""
_FLOAT_BYTES = 8
_PER_ACTION = 12
"""Numbers that the working memory has of each action of a row, at most; those of a row alone are few."""


def held_bytes(rows: int, states: int, count: int, *, traced: bool = False) -> int:
    """Return the bytes that a kernel holds for R = ``rows`` replicates, besides the agent and the environment.

    ``traced`` tells that the learner has traces, whose live entries are listed.
    """
    windows = most_windows(rows, count) * rows * _numbers_per_window(count)
    # Returns, and at least one step of the random numbers of four kinds.
    returns_and_draws = 5 * rows
    working = BLOCK * _PER_ACTION * count
    live = rows * (states * count + 2) if traced else 0
    return _FLOAT_BYTES * (windows + returns_and_draws + working + live)


def most_windows(rows: int, count: int) -> int:
    """Return the most windows of one call for R = ``rows`` and K = ``count``."""
    return max(1, min(_MOST_WINDOWS, _MOST_BYTES // (_FLOAT_BYTES * rows * _numbers_per_window(count))))


def _numbers_per_window(count: int) -> int:
    # The values of the last step, and their distribution or the weights that it is made of.
    return 3 * count + len(SUMS)


def stretches_of(lengths: Iterable[int], most: int) -> Iterator[tuple[NDArray[np.int64], bool]]:
    """Join windows for one call, as many as steps and memory allow, and split those that are too long.

    Yields the end of each window of a stretch, and whether the last window is complete then.
    """
    ends: list[int] = []
    for length in map(int, lengths):
        for begin in range(0, length, _MOST_STEPS):
            piece = min(length - begin, _MOST_STEPS)
            if ends and (ends[-1] + piece > _MOST_STEPS or len(ends) == most):
                yield np.array(ends), True
                ends = []
            ends.append((ends[-1] if ends else 0) + piece)
            if begin + piece < length:
                yield np.array(ends), False
                ends = []
    if ends:
        yield np.array(ends), True
