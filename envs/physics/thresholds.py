"""Bins of an observation as the least single-precision numbers that fall into each of them."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium.wrappers import DiscretizeObservation
from numpy.typing import NDArray

Thresholds = list[NDArray[np.float32]]

_BITS = 32


def thresholds_of(numbered: gymnasium.Env[Any, Any]) -> Thresholds:
    """Return for each number of a box the least float32 of every bin but the first, increasing.

    The bin of a float32 is then the number of thresholds that are not above it, whatever the wrappers compute.

    Parameters
    ----------
    numbered : DiscretizeObservation
        What ``envs.number_observations`` makes of a single environment whose observations are a box.
    """
    assert isinstance(numbered, DiscretizeObservation)
    bins = [int(count) for count in numbered.bins]
    strides = np.append(np.cumprod(bins[::-1])[-2::-1], 1)
    return [_least(numbered, place, int(strides[place]), count) for place, count in enumerate(bins)]


def _least(numbered: Any, place: int, stride: int, count: int) -> NDArray[np.float32]:
    """Find the thresholds of one number by bisection, the other numbers at their least."""
    observation = np.full(len(numbered.bins), -np.inf, dtype=np.float32)

    def reaches(key: int, bin_number: int) -> bool:
        observation[place] = _float_of(key)
        return int(numbered.observation(numbered.env.observation(observation))) // stride >= bin_number

    ends = _key_of(-np.inf), _key_of(np.inf)
    found = []
    for bin_number in range(1, count):
        below, above = ends
        while above - below > 1:
            middle = (below + above) // 2
            below, above = (below, middle) if reaches(middle, bin_number) else (middle, above)
        found.append(_float_of(above))
    return np.array(found, dtype=np.float32)


def _float_of(key: int) -> np.float32:
    """Return the float32 of a place among all of them in their order."""
    bits = key if key >= 0 else ~key | 1 << (_BITS - 1)
    return np.uint32(bits).view(np.float32)


def _key_of(number: float) -> int:
    bits = int(np.float32(number).view(np.int32))
    return bits if bits >= 0 else -((bits & (1 << (_BITS - 1)) - 1) + 1)
