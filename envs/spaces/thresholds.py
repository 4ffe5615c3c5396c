"""Bins of an observation as the least single-precision numbers that fall into each of them."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from envs.batched import Indices
from envs.spaces.boxes import number_bins

Thresholds = list[NDArray[np.float32]]

_BITS = 32


def thresholds_of(numbered: gymnasium.wrappers.DiscretizeObservation[Any, Any, Any]) -> Thresholds:
    """Return for each number of a box of float32 the least one of every bin but the first, increasing.

    The bin of a float32 is then the number of thresholds that are not above it, whatever the wrappers compute.

    Parameters
    ----------
    numbered : gymnasium.wrappers.DiscretizeObservation
        What ``envs.number_observations`` makes of a single environment.

    Examples
    --------
    >>> from envs import number_observations
    >>> cart = number_observations(gymnasium.make("CartPole-v1"), (2, 1, 3, 1), ((-1.0, 2.0), None, (0.0, 1.5), None))
    >>> [row.tolist() for row in thresholds_of(cart)]
    [[0.5], [], [0.5, 1.0], []]
    """
    number_all, bins = number_bins(numbered), np.asarray(numbered.bins)
    places = np.repeat(np.arange(len(bins)), bins - 1)
    wanted = np.concatenate([np.arange(1, count) for count in bins])
    strides = np.append(np.cumprod(bins[:0:-1])[::-1], 1)[places]
    # The other numbers of an observation are at their least, so they add nothing to its number.
    observations = np.full((len(places), len(bins)), -np.inf, dtype=np.float32)
    below, above = (np.full(len(places), _place_of(end)) for end in (-np.inf, np.inf))
    for _ in range(_BITS):
        middle = (below + above) // 2
        observations[np.arange(len(places)), places] = _floats(middle)
        numbers = number_all(list(observations)) if len(places) else places
        assert numbers is not None
        reached = numbers // strides >= wanted
        below, above = np.where(reached, below, middle), np.where(reached, middle, above)
    return [_floats(above[places == place]) for place in range(len(bins))]


def _floats(places: Indices) -> NDArray[np.float32]:
    """Return the float32 numbers of some places among all of them in their order."""
    bits = np.where(places >= 0, places, ~places | 1 << (_BITS - 1))
    return bits.astype(np.uint32).view(np.float32)


def _place_of(number: float) -> int:
    bits = int(np.float32(number).view(np.int32))
    return bits if bits >= 0 else ~(bits & (1 << (_BITS - 1)) - 1)
