"""Observations that number a table's rows: finite spaces flattened, boxes cut into bins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Space, Tuple
from gymnasium.utils import RecordConstructorArgs
from numpy.typing import NDArray

from envs import batched

_MOST_BINS, _MOST_STATES = 20, 10_000
_UNBOUNDED = float(np.finfo(np.float32).max)
"""Gymnasium environments write no bound as infinity or as the largest float32."""


def is_table_index(space: Space[Any]) -> bool:
    """Whether observations of this space are the numbers 0, 1, ..., as a table of values needs them."""
    return isinstance(space, Discrete) and int(space.start) == 0


def number_observations(
    env: gymnasium.Env[Any, Any], bins: int | Sequence[int] | None = None, bounds: Sequence[Any] | None = None
) -> gymnasium.Env[Any, Any]:
    """Wrap an environment so that its observations are ``Discrete`` from 0, where they are finite or a box.

    Finite spaces (``Discrete`` from elsewhere, ``MultiDiscrete``, ``MultiBinary``, ``Tuple`` and ``Dict`` of such) go
    through :class:`NumberObservation`, a ``Box`` through :class:`BoundObservation` and Gymnasium's own
    ``DiscretizeObservation``, which cuts every number of it into bins of equal width. Any other space stays as it is.

    Parameters
    ----------
    env : gymnasium.Env
        A single environment.
    bins : int or sequence of int, optional
        For a box: bins of each of its n numbers. By default as many as give at most 10 000 states, and at most 20.
    bounds : sequence of (low, high), optional
        For a box: a pair for each of its n numbers, or None for those of the space.

    Raises
    ------
    ValueError
        For bins or bounds that do not fit the space, and for a box with too many numbers for the default.

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
    for name, given in (("bins", bins), ("bounds", bounds)):
        if given is not None:
            raise ValueError(f"{name} must be left out where observations are no box, got {given!r} for {space}")
    return env if is_table_index(space) or _sizes(space) is None else NumberObservation(env)


class NumberObservation(gymnasium.ObservationWrapper[np.int64, Any, Any], RecordConstructorArgs):
    """Number the observations of a finite space 0, 1, ..., the last of its parts running fastest.

    Parameters
    ----------
    env : gymnasium.Env
        Its observations are ``Discrete``, ``MultiDiscrete``, ``MultiBinary``, or ``Tuple`` or ``Dict`` of such.

    Raises
    ------
    ValueError
        For a space that is not finite, and for more observations than an int64 can number.

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
        """Give an observation's number."""
        number = 0
        for size, digit in zip(self._sizes, _digits(self.env.observation_space, observation), strict=True):
            number = number * size + digit
        return np.int64(number)


class BoundObservation(gymnasium.ObservationWrapper[NDArray[np.float64], Any, Any], RecordConstructorArgs):
    """Bring every number of a box within finite bounds, so that it can be cut into bins.

    A number with given bounds is clipped to them. One that the space leaves unbounded, above or below, becomes its arc
    tangent, so that bins of equal width there are narrow about 0 and wide far out: of ten, the edges above 0 are
    0.32, 0.73, 1.38 and 3.08. Any other stays as it is.

    Parameters
    ----------
    env : gymnasium.Env
        Its observations are a ``Box`` of n numbers.
    bounds : sequence of (low, high), optional
        A pair for each of the n numbers, low < high, in its own units; None in the place of a pair leaves the number
        to the rules above.

    Raises
    ------
    ValueError
        For bounds that are no such pairs; the place is named.

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
        for place, pair in enumerate(bounds or ()):
            if pair is not None:
                low[place], high[place] = _pair(place, pair)
        self._squashed = (low <= -_UNBOUNDED) | (high >= _UNBOUNDED)
        self._low, self._high = low, high
        ends = [np.where(self._squashed, np.arctan(end), end) for end in (low, high)]
        self.observation_space = Box(ends[0], ends[1], dtype=np.float64)

    def observation(self, observation: Any) -> NDArray[np.float64]:
        """Bring an observation within the bounds."""
        seen = np.ravel(observation).astype(np.float64)
        if np.isnan(seen).any():
            raise ValueError(f"observations must not be NaN, got {observation!r}")
        numbers = np.clip(seen, self._low, self._high)
        bounded: NDArray[np.float64] = np.where(self._squashed, np.arctan(numbers), numbers)
        return bounded


def _pair(place: int, pair: Any) -> tuple[float, float]:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError(f"bounds[{place}] must be a pair (low, high) or None, got {pair!r}")
    low, high = (batched.require_finite(f"bounds[{place}]", end) for end in pair)
    if not low < high:
        raise ValueError(f"bounds[{place}] must have low < high, got {pair!r}")
    return low, high


def _bins(bins: int | Sequence[int] | None, count: int, env: gymnasium.Env[Any, Any]) -> tuple[int, ...]:
    if bins is None:
        usual = max((b for b in range(2, _MOST_BINS + 1) if b**count <= _MOST_STATES), default=None)
        if usual is None:
            raise ValueError(f"bins must be given for {env}: its {count} numbers in 2 bins each are too many states")
        bins = usual
    each = list(bins) if isinstance(bins, list | tuple) else [bins] * count
    if len(each) != count:
        raise ValueError(f"bins must be one number or one for each of the {count} numbers, got {bins!r}")
    chosen = tuple(batched.require_whole("bins", entry, least=1) for entry in each)
    _product(chosen, "bins")
    return chosen


def _product(sizes: Sequence[int], name: str) -> int:
    number = math.prod(sizes)
    if number > np.iinfo(np.int64).max:
        raise ValueError(f"{name} must be at most {np.iinfo(np.int64).max} in all, got {number}")
    return number


def _sizes(space: Space[Any]) -> list[int] | None:
    """List how many values each part of a finite space has; None for a space that is not finite."""
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
            return [digit for part, seen in pairs for digit in _digits(part, seen)]
    raise ValueError(f"observations must be of a finite space, got {space}")
