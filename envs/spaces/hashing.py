"""Observations numbered as they are met, where they cannot be numbered ahead."""

from __future__ import annotations

import marshal
from hashlib import blake2b
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete
from gymnasium.utils import RecordConstructorArgs

from envs import batched
from envs.spaces.finite import OutsideSpaceError, refuse_observation
from envs.spaces.plain_values import writer

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
        self._write = writer(env.observation_space)
        self._table = DigestTable(batched.whole_number("max_states", max_states, least=1))
        self.observation_space = Discrete(self._table.capacity)

    def observation(self, observation: Any) -> np.int64:
        """Return the number of an observation, a new one if it was not met before."""
        try:
            plain = self._write(observation)
        except OutsideSpaceError:
            refuse_observation(self.env, observation)
        return self.number_of_plain(plain, observation)

    def number_of_plain(self, plain: Any, observation: Any) -> np.int64:
        """Return the number of an observation whose plain values a writer has written."""
        digest = blake2b(marshal.dumps(plain, _WITHOUT_REFERENCES), digest_size=_DIGEST_BYTES).digest()
        number = self._table.number(digest)
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
        self._digests = np.zeros((capacity, _DIGEST_BYTES), dtype=np.uint8)
        # At most half of the places are taken, so a search ends soon. A place holds a number plus 1, or 0.
        self._places = np.zeros(2 * capacity, dtype=np.int64)

    def number(self, digest: bytes) -> int | None:
        """Return the number of a digest, a new one if it was not met before; None if there is no room for a new one."""
        place = int.from_bytes(digest[:8], "little") % len(self._places)
        while taken := int(self._places[place]):
            if self._digests[taken - 1].tobytes() == digest:
                return taken - 1
            place = (place + 1) % len(self._places)
        if self._count == self.capacity:
            return None
        self._digests[self._count] = np.frombuffer(digest, dtype=np.uint8)
        self._count += 1
        self._places[place] = self._count
        return self._count - 1
