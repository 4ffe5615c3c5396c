"""Tables from outcomes: an outcome has a probability, a next state and a reward for every pair of state and action."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from envs.batched import Floats
from envs.tables import Table


class Outcome(NamedTuple):
    """One thing that may happen after an action; each field broadcasts to (S, K)."""

    prob: ArrayLike
    next_state: ArrayLike
    reward: ArrayLike = 0.0
    terminated: ArrayLike = False


def stacked(
    shape: tuple[int, int],
    *outcomes: Outcome,
    initial: Floats,
    noise: Floats | None = None,
    boards: NDArray[Any] | None = None,
) -> Table:
    """Make a table of ``shape`` (S, K) with one entry for each outcome along its last axis."""

    def layers(parts: list[ArrayLike], kind: type) -> NDArray[Any]:
        return np.stack([np.broadcast_to(np.asarray(part, dtype=kind), shape) for part in parts], axis=-1)

    return Table(
        layers([outcome.prob for outcome in outcomes], np.float64),
        layers([outcome.next_state for outcome in outcomes], np.int64),
        layers([outcome.reward for outcome in outcomes], np.float64),
        layers([outcome.terminated for outcome in outcomes], np.bool_),
        initial,
        noise=noise,
        boards=boards,
    )


def starting_in(states: int, *starts: int) -> Floats:
    """Return the distribution over ``states`` that is uniform on ``starts``."""
    initial = np.zeros(states)
    initial[list(starts)] = 1 / len(starts)
    return initial
