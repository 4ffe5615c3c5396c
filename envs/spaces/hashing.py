"""Observations numbered as they are met, where they cannot be numbered ahead."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import blake2b
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, Space, Tuple
from gymnasium.utils import RecordConstructorArgs

from envs import batched
from envs.spaces.finite import OutsideSpaceError, as_array, numbering_of, refuse_observation

_DIGEST_BYTES = 16
"""Two of a million observations have the same digest with probability 1e-27."""


class HashObservation(gymnasium.ObservationWrapper[np.int64, Any, Any], RecordConstructorArgs):
    """Number the observations of an environment 0, 1, ... as they are first met.

    An observation keeps its number for as long as the wrapper lives, whatever the seeds of later resets. Observations
    are equal if their values are: an image of ``uint8`` and one of ``int64`` with the same entries are, and so are
    0.0 and -0.0. The wrapper keeps a digest of each observation, 16 bytes, and 16 bytes more to find it; the memory
    for ``max_states`` of them is reserved at once.

    Parameters
    ----------
    env : gymnasium.Env
        An environment with observations of any space.
    max_states : int
        The largest number of different observations, at least 1. Tables of values have so many rows.

    Raises
    ------
    ValueError
        For an observation outside its space, and for one more observation than ``max_states``.

    Examples
    --------
    >>> env = HashObservation(gymnasium.make("Blackjack-v1"), max_states=3)
    >>> env.observation_space
    Discrete(3)
    >>> [int(env.observation(hand)) for hand in [(18, 10, 0), (12, 3, 1), (18, 10, 0)]]
    [0, 1, 0]
    """

    def __init__(self, env: gymnasium.Env[Any, Any], max_states: int = 10_000) -> None:
        RecordConstructorArgs.__init__(self, max_states=max_states)
        gymnasium.ObservationWrapper.__init__(self, env)
        self._write = _writer(env.observation_space)
        self._table = DigestTable(batched.whole_number("max_states", max_states, least=1))
        self.observation_space = Discrete(self._table.capacity)

    def observation(self, observation: Any) -> np.int64:
        """Return the number of an observation, a new one if it was not met before."""
        try:
            key = marshal.dumps(self._write(observation), _WITHOUT_REFERENCES)
        except OutsideSpaceError:
            refuse_observation(self.env, observation)
        number = self._table.number(blake2b(key, digest_size=_DIGEST_BYTES).digest())
        if number is None:
            raise OutsideSpaceError(
                f"max_states must be larger for {batched.name_of(self.env)}: it has shown {self._table.capacity} "
                f"different observations and one more, {batched.shown(observation)}"
            )
        return np.int64(number)


_WITHOUT_REFERENCES = 2
"""The last version of marshal's format in which equal values have equal bytes, whatever else refers to them."""


class DigestTable:
    """Digests in the order in which they were first met, found by open addressing.

    Parameters
    ----------
    capacity : int
        The largest number of digests. Memory is 32 bytes for each, and does not grow.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._count = 0
        self._digests = np.zeros((capacity, 2), dtype=np.uint64)
        # At most half of the places are taken, so a search ends soon. A place holds a number plus 1, or 0.
        self._places = np.zeros(2 * capacity, dtype=np.int64)

    def number(self, digest: bytes) -> int | None:
        """Return the number of a digest, a new one if it was not met before; None if there is no room for a new one."""
        pair = np.frombuffer(digest, dtype=np.uint64)
        place = int(pair[0]) % len(self._places)
        while taken := int(self._places[place]):
            if (self._digests[taken - 1] == pair).all():
                return taken - 1
            place = (place + 1) % len(self._places)
        if self._count == self.capacity:
            return None
        self._digests[self._count] = pair
        self._count += 1
        self._places[place] = self._count
        return self._count - 1


_LARGEST_WHOLE = 2.0**53
"""Floats up to this one are converted to integers exactly."""

Write = Callable[[Any], Any]
"""``write(observation)`` returns nested tuples of plain values, which differ where observations differ."""


def _writer(space: Space[Any]) -> Write:
    match space:
        case Box():
            return partial(_plain_box, space)
        case Dict():
            return partial(_plain_mapping, {name: _writer(part) for name, part in space.spaces.items()})
        case Tuple():
            return partial(_plain_tuple, [_writer(part) for part in space.spaces])
    numbering = numbering_of(space)
    return partial(_plain_member, space) if numbering is None else numbering.number


def _plain_box(space: Box, observation: Any) -> Any:
    array = as_array(observation)
    # Floats serve for a box of floats alone, integers for both.
    kinds = "biuf" if space.dtype.kind == "f" else "biu"
    if array is None or array.shape != space.shape or array.dtype.kind not in kinds:
        raise OutsideSpaceError
    if space.dtype.kind == "f":
        with np.errstate(over="ignore", under="ignore"):
            array = array.astype(space.dtype)
    if not ((array >= space.low) & (array <= space.high)).all():
        raise OutsideSpaceError
    return _plain_array(array)


def _plain_mapping(parts: dict[str, Write], observation: Any) -> Any:
    if not isinstance(observation, Mapping) or observation.keys() != parts.keys():
        raise OutsideSpaceError
    return tuple(write(observation[name]) for name, write in parts.items())


def _plain_tuple(parts: list[Write], observation: Any) -> Any:
    if not isinstance(observation, tuple | list) or len(observation) != len(parts):
        raise OutsideSpaceError
    return tuple(write(value) for write, value in zip(parts, observation, strict=True))


def _plain_member(space: Space[Any], observation: Any) -> Any:
    """Write an observation of any other space, such as a text, a sequence, a graph, or one of a user's own."""
    try:
        inside = observation in space
    except Exception:
        # Spaces expect the usual types, and fail for others in ways of their own.
        inside = False
    if not inside:
        raise OutsideSpaceError
    return _plain_value(observation)


def _plain_value(value: Any) -> Any:
    match value:
        case str():
            # A subclass such as np.str_ would be written in another way.
            return str(value)
        case bytes():
            return bytes(value)
        case None:
            return value
        case Mapping():
            return tuple((name, _plain_value(value[name])) for name in sorted(value))
        case tuple() | list():
            return tuple(_plain_value(part) for part in value)
    array = as_array(value)
    if array is None or array.dtype.kind not in "biuf" or (array != array).any():
        raise OutsideSpaceError
    if array.dtype.kind == "f":
        # A part of a sequence may be whole as a float and as an integer.
        array = array.astype(np.float64)
        if ((np.abs(array) <= _LARGEST_WHOLE) & (array == np.floor(array))).all():
            array = array.astype(np.int64)
    return _plain_array(array)


def _plain_array(array: np.ndarray[Any, Any]) -> Any:
    """Write an array by its shape and numbers, whatever its precision."""
    if array.dtype.kind == "f":
        # 0 is added since -0.0 equals 0.0.
        return array.shape, (array.astype(np.float64) + 0.0).tobytes()
    return array.shape, array.astype(np.int64).tobytes()
