"""Tables from outcomes: each a probability, a next state and a reward for all pairs of state and action at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from envs import batched
from envs.tables import Table


class Outcome(NamedTuple):
    """What may happen: arrays that broadcast to (S, K)."""

    prob: ArrayLike
    next_state: ArrayLike
    reward: ArrayLike = 0.0
    terminated: ArrayLike = False


def stacked(
    shape: tuple[int, int],
    *outcomes: Outcome,
    initial: NDArray[np.float64],
    noise: NDArray[np.float64] | None = None,
) -> Table:
    """Make a table of S states and K actions, ``shape``, with one entry for each outcome along its last axis."""

    def layers(part: int, kind: type) -> NDArray[Any]:
        return np.stack([np.broadcast_to(np.asarray(one[part], dtype=kind), shape) for one in outcomes], axis=-1)

    probs, next_states, rewards = layers(0, np.float64), layers(1, np.int64), layers(2, np.float64)
    return Table(probs, next_states, rewards, layers(3, np.bool_), initial, noise=noise)


def starting_in(states: int, *starts: int) -> NDArray[np.float64]:
    """Give the distribution over ``states`` that is uniform on ``starts``."""
    initial = np.zeros(states)
    initial[list(starts)] = 1 / len(starts)
    return initial


def require_probability(name: str, value: object) -> float:
    """Return ``value`` as a float in [0, 1], or raise a ValueError that says so."""
    number = batched.require_finite(name, value, least=0)
    if number > 1:
        raise ValueError(f"{name} must be in [0, 1], got {value!r}")
    return number
