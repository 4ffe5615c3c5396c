"""Observations as the row numbers of a table: finite spaces are flattened, boxes are cut into bins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Space, Tuple
from gymnasium.utils import RecordConstructorArgs

from envs import batched
from envs.batched import Floats

_MOST_BINS, _MOST_STATES = 20, 10_000
_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
"""Gymnasium environments declare a missing bound as infinity or as the largest float32."""
_LARGEST_INT64 = int(np.iinfo(np.int64).max)


def is_table_index(space: Space[Any]) -> bool:
    """Return whether observations of a space are the numbers 0, 1, ..., as a table of values needs them."""
    return isinstance(space, Discrete) and int(space.start) == 0


def number_observations(
    env: gymnasium.Env[Any, Any], bins: int | Sequence[int] | None = None, bounds: Sequence[Any] | None = None
) -> gymnasium.Env[Any, Any]:
    """Wrap an environment with finite or box observations so that they are ``Discrete`` from 0.

    :class:`NumberObservation` numbers finite spaces: ``Discrete`` with another start, ``MultiDiscrete``,
    ``MultiBinary``, and ``Tuple`` and ``Dict`` of these. A ``Box`` goes through :class:`BoundObservation` and
    Gymnasium's ``DiscretizeObservation``, which cuts each of its numbers into bins of equal width. Any other space
    does not change.

    Parameters
    ----------
    env : gymnasium.Env
        A single environment.
    bins : int or sequence of int, optional
        For a box: the number of bins of each of its n numbers, at least 1. By default at most 20 each, and few enough
        for 10 000 states.
    bounds : sequence of (low, high), optional
        For a box: a pair for each of its n numbers; None stands for the bounds of the space.

    Raises
    ------
    ValueError
        If bins or bounds do not fit the space, or a box has too many numbers for the default.

    Examples
    --------
    >>> number_observations(gymnasium.make("MountainCar-v0")).observation_space
    Discrete(400)
    >>> number_observations(gymnasium.make("CartPole-v1"), bins=(1, 1, 6, 12)).observation_space
    Discrete(72)
    >>> number_observations(gymnasium.make("Blackjack-v1")).observation_space
    Discrete(704)
    """
    space = env.observation_space
    if isinstance(space, Box):
        count = math.prod(space.shape)
        bounded = BoundObservation(env, bounds)
        return gymnasium.wrappers.DiscretizeObservation(bounded, _bins(bins, count, env))
    for name, value in (("bins", bins), ("bounds", bounds)):
        if value is not None:
            raise ValueError(f"{name} must be left out where observations are not a box, got {value!r} for {space}")
    return env if is_table_index(space) or _sizes(space) is None else NumberObservation(env)


class NumberObservation(gymnasium.ObservationWrapper[np.int64, Any, Any], RecordConstructorArgs):
    """Number the observations of a finite space 0, 1, ...; the last part of the space varies fastest.

    Parameters
    ----------
    env : gymnasium.Env
        Its observations are ``Discrete``, ``MultiDiscrete``, ``MultiBinary``, or ``Tuple`` or ``Dict`` of these.

    Raises
    ------
    ValueError
        For a space that is not finite, or has more observations than an int64 can number.

    Examples
    --------
    >>> env = NumberObservation(gymnasium.make("Blackjack-v1"))
    >>> int(env.observation((18, 10, 0))), (18 * 11 + 10) * 2 + 0
    (416, 416)
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        RecordConstructorArgs.__init__(self)
        gymnasium.ObservationWrapper.__init__(self, env)
        sizes = _sizes(env.observation_space)
        if sizes is None:
            raise ValueError(f"observations must be of a finite space, got {env.observation_space}")
        self._sizes = sizes
        self.observation_space = Discrete(_product(sizes, f"observations of {env.observation_space}"))

    def observation(self, observation: Any) -> np.int64:
        """Return the number of an observation."""
        number = 0
        for size, digit in zip(self._sizes, _digits(self.env.observation_space, observation), strict=True):
            number = number * size + digit
        return np.int64(number)


class BoundObservation(gymnasium.ObservationWrapper[Floats, Any, Any], RecordConstructorArgs):
    """Map every number of a box into finite bounds, so that it can be cut into bins.

    A number with given bounds is clipped to them. A number that the space leaves unbounded, above or below, becomes
    its arc tangent. Bins of equal width are then narrow near 0 and large far from 0: the edges of ten bins above 0 are
    0.32, 0.73, 1.38 and 3.08. Any other number does not change.

    Parameters
    ----------
    env : gymnasium.Env
        Its observations are a ``Box`` of n numbers.
    bounds : sequence of (low, high), optional
        A pair for each of the n numbers, low < high, each in (-inf, inf), in the units of the number; None instead of
        a pair leaves the number to the rules above.

    Raises
    ------
    ValueError
        For bounds that are not such pairs; the index is named.

    Examples
    --------
    >>> env = BoundObservation(gymnasium.make("CartPole-v1"), [(-2.4, 2.4), None, None, (-3.5, 3.5)])
    >>> env.observation_space.high.round(3)
    array([2.4  , 1.571, 0.419, 3.5  ])
    >>> env.observation([3.0, float("inf"), 0.1, -9.0]).round(3)
    array([ 2.4  ,  1.571,  0.1  , -3.5  ])
    """

    def __init__(self, env: gymnasium.Env[Any, Any], bounds: Sequence[Any] | None = None) -> None:
        RecordConstructorArgs.__init__(self, bounds=bounds)
        gymnasium.ObservationWrapper.__init__(self, env)
        space = env.observation_space
        if not isinstance(space, Box):
            raise ValueError(f"observations must be a box, got {space}")
        low, high = (np.ravel(bound).astype(np.float64) for bound in (space.low, space.high))
        if bounds is not None and (not isinstance(bounds, list | tuple) or len(bounds) != low.size):
            raise ValueError(f"bounds must be a pair for each of the {low.size} numbers, got {bounds!r}")
        for index, pair in enumerate(bounds or ()):
            if pair is not None:
                low[index], high[index] = _pair(f"bounds[{index}]", pair)
        self._unbounded = (low <= -_LARGEST_FLOAT32) | (high >= _LARGEST_FLOAT32)
        self._low, self._high = low, high
        ends = [np.where(self._unbounded, np.arctan(end), end) for end in (low, high)]
        self.observation_space = Box(ends[0], ends[1], dtype=np.float64)

    def observation(self, observation: Any) -> Floats:
        """Return an observation within the bounds."""
        numbers = np.ravel(observation).astype(np.float64)
        if np.isnan(numbers).any():
            raise ValueError(f"observations must not be NaN, got {observation!r}")
        clipped = np.clip(numbers, self._low, self._high)
        bounded: Floats = np.where(self._unbounded, np.arctan(clipped), clipped)
        return bounded


def _pair(name: str, pair: Any) -> tuple[float, float]:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError(f"{name} must be a pair (low, high) or None, got {pair!r}")
    low, high = (batched.number_in(name, end, "(-inf, inf)") for end in pair)
    if not low < high:
        raise ValueError(f"{name} must have low < high, got {pair!r}")
    return low, high


def _bins(bins: int | Sequence[int] | None, count: int, env: gymnasium.Env[Any, Any]) -> tuple[int, ...]:
    if bins is None:
        bins = max((b for b in range(2, _MOST_BINS + 1) if b**count <= _MOST_STATES), default=None)
        if bins is None:
            raise ValueError(f"bins must be given for {env}: its {count} numbers in 2 bins each are too many states")
    each = list(bins) if isinstance(bins, list | tuple) else [bins] * count
    if len(each) != count:
        raise ValueError(f"bins must be one number or one for each of the {count} numbers, got {bins!r}")
    chosen = tuple(batched.whole_number("bins", entry, least=1) for entry in each)
    _product(chosen, "bins")
    return chosen


def _product(sizes: Sequence[int], name: str) -> int:
    number = math.prod(sizes)
    if number > _LARGEST_INT64:
        raise ValueError(f"{name} must be at most {_LARGEST_INT64} in all, got {number}")
    return number


def _sizes(space: Space[Any]) -> list[int] | None:
    """Return the number of values of each part of a finite space; None for a space that is not finite."""
    match space:
        case Discrete():
            return [int(space.n)]
        case MultiDiscrete():
            return [int(size) for size in space.nvec.ravel()]
        case MultiBinary():
            return [2] * math.prod(space.shape)
        case Tuple() | Dict():
            parts = [_sizes(part) for part in _parts(space)]
            return None if any(part is None for part in parts) else [size for part in parts for size in part or ()]
    return None


def _parts(space: Tuple[Any] | Dict) -> list[Space[Any]]:
    return list(space.spaces.values() if isinstance(space, Dict) else space.spaces)


def _digits(space: Space[Any], observation: Any) -> list[int]:
    """Read each part of an observation as a number from 0, in the order of :func:`_sizes`."""
    match space:
        case Discrete():
            return [int(observation) - int(space.start)]
        case MultiDiscrete():
            return [int(digit) for digit in (np.asarray(observation) - space.start).ravel()]
        case MultiBinary():
            return [int(digit) for digit in np.ravel(observation)]
        case Dict():
            return [digit for name, part in space.spaces.items() for digit in _digits(part, observation[name])]
        case Tuple():
            pairs = zip(space.spaces, observation, strict=True)
            return [digit for part, value in pairs for digit in _digits(part, value)]
    raise ValueError(f"observations must be of a finite space, got {space}")
