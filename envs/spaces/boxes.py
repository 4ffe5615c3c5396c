"""Boxes cut into bins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box
from gymnasium.utils import RecordConstructorArgs
from numpy.typing import NDArray

from envs import batched
from envs.batched import Floats, Indices
from envs.spaces.finite import as_array, refuse_observation, require_int64
from envs.spaces.stacking import NumberAll, stacked

_MOST_BINS, _MOST_STATES = 20, 10_000
_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
"""Gymnasium environments declare a missing bound as infinity or as the largest float32."""
_LARGEST_INTEGER = 2**53
"""Floats hold integers up to this one exactly."""
_LARGEST_COUNT = 1_000_000
"""The most bins of a number. Gymnasium's ``DiscretizeObservation`` clips 1e-8 below the upper end, so the widths of
bins must be well above that: at least 1/8 divided by this number."""
_LEAST_EXPONENT, _LARGEST_EXPONENT = -2, 1000
"""Exponents of the widths that do not need another scale: [1/8, 2^1000)."""


class BoundObservation(gymnasium.ObservationWrapper[Floats, Any, Any], RecordConstructorArgs):
    """Map every number of a box into finite bounds, so that it can be cut into bins.

    A number with given bounds is clipped to them. A number that the space leaves unbounded, above or below, becomes
    its arc tangent. Bins of equal width are then narrow near 0 and large far from 0: the edges of ten bins above 0 are
    0.32, 0.73, 1.38 and 3.08. A number beyond the ends of its bins falls into the first or last one.

    A number whose ends are less than 1/8 or more than 2^1000 apart is then multiplied by a power of two, so that its
    bins are exact and neither too narrow nor too wide for floats. Any other number does not change.

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
        For bounds that are not such pairs; the index is named. For an observation that holds NaN, has another shape
        than the box, or holds anything but numbers, or floats where the box holds integers.

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
            raise ValueError(f"observations must be a box, got {batched.shown(space)}")
        low, high = (np.ravel(bound).astype(np.float64) for bound in (space.low, space.high))
        # An integer space states a missing bound as the limit of its type, and remembers that it is missing.
        missing = ~(np.ravel(space.bounded_below) & np.ravel(space.bounded_above))
        unbounded = missing | (low <= -_LARGEST_FLOAT32) | (high >= _LARGEST_FLOAT32)
        if bounds is not None and (not isinstance(bounds, list | tuple) or len(bounds) != low.size):
            raise ValueError(f"bounds must be a pair for each of the {low.size} numbers, got {batched.shown(bounds)}")
        for index, pair in enumerate(bounds or ()):
            if pair is not None:
                low[index], high[index] = _pair(f"bounds[{index}]", pair)
                unbounded[index] = False
        self._shape = space.shape
        self._kinds = "biuf" if space.dtype.kind == "f" else "biu"
        self._low, self._high = low, high
        self._zeros = np.zeros(low.size)
        self._bent_indices = np.flatnonzero(unbounded)
        ends = self._bent(low.copy()), self._bent(high.copy())
        exponents = np.frexp(_widths(*ends))[1]
        shifts = np.where(exponents < _LEAST_EXPONENT, 1 - exponents, np.minimum(_LARGEST_EXPONENT - exponents, 0))
        self._shifts = shifts if shifts.any() else None
        self.observation_space = Box(np.ldexp(ends[0], shifts), np.ldexp(ends[1], shifts), dtype=np.float64)

    def observation(self, observation: Any) -> Floats:
        """Return an observation within the bounds."""
        array = observation if type(observation) is np.ndarray else as_array(observation)
        if array is None or array.shape != self._shape or array.dtype.kind not in self._kinds:
            refuse_observation(self.env, observation)
        bounded = self._bounded(array.ravel())
        if bounded is None:
            refuse_observation(self.env, observation)
        return bounded

    def observation_all(self, observations: Sequence[Any]) -> Floats | None:
        """Return many observations within the bounds, a row for each; None where they have to be looked at one by one.

        These are observations that are not all plain arrays of one dtype, and those of which one is outside the space.
        """
        array = stacked(observations, self._shape, self._kinds)
        return None if array is None else self._bounded(array.reshape(len(array), len(self._zeros)))

    def _bounded(self, numbers: NDArray[Any]) -> Floats | None:
        """Map numbers, shape (n,) or (R, n), into the bounds; None if one of them is NaN."""
        bounded = self._bent(np.minimum(np.maximum(numbers.astype(np.float64), self._low), self._high))
        # All are finite or NaN now, and one NaN makes this sum NaN.
        if math.isnan((bounded @ self._zeros).sum()):
            return None
        return bounded if self._shifts is None else np.ldexp(bounded, self._shifts)

    def _bent(self, numbers: Floats) -> Floats:
        """Replace the unbounded numbers by their arc tangents."""
        if self._bent_indices.size:
            # The arc tangent of a subnormal number is a subnormal number, which is no error.
            with np.errstate(under="ignore"):
                numbers[..., self._bent_indices] = np.arctan(numbers[..., self._bent_indices])
        return numbers


def cut_box(
    env: gymnasium.Env[Any, Any], bins: int | Sequence[int] | None, bounds: Sequence[Any] | None
) -> gymnasium.Env[Any, Any]:
    """Cut the numbers of a box into bins of equal width; see :func:`envs.number_observations`."""
    bounded = BoundObservation(env, bounds)
    space, cut = env.observation_space, bounded.observation_space
    assert isinstance(space, Box)
    assert isinstance(cut, Box)
    chosen = _bins(bins, math.prod(space.shape), env)
    low, high = space.low.ravel(), space.high.ravel()
    for index, count in enumerate(chosen):
        # A number that never changes needs no edges.
        if count == 1 or low[index] == high[index]:
            continue
        ends, given = (cut.low[index], cut.high[index]), None if bounds is None else bounds[index]
        far = space.dtype.kind in "iu" and given is None and bool(space.bounded_below.ravel()[index])
        exact = max(-int(low[index]), int(high[index])) <= _LARGEST_INTEGER if far else True
        if not exact or not (np.diff(np.linspace(*ends, count + 1)) > 0).all():
            raise ValueError(
                f"bins must be wide enough for floats to tell them apart: number {index} of the observations of "
                f"{batched.name_of(env)}, in [{low[index]}, {high[index]}]{f' with bounds {given}' if given else ''}, "
                f"has {count}; give it 1 bin or other bounds"
            )
    return gymnasium.wrappers.DiscretizeObservation(bounded, chosen)


def number_bins(cut: gymnasium.wrappers.DiscretizeObservation[Any, Any, Any]) -> NumberAll:
    """Return the function that numbers many observations in one call as the wrappers of :func:`cut_box` number one."""
    bounded = cut.env
    assert isinstance(bounded, BoundObservation)
    # The same small margin as Gymnasium's keeps the largest number in the last bin.
    low, high = cut.low, cut.high - 1e-8
    several = [(place, int(count), cut.bin_edges[place]) for place, count in enumerate(cut.bins) if count > 1]

    def number_all(observations: Sequence[Any]) -> Indices | None:
        rows = bounded.observation_all(observations)
        if rows is None:
            return None
        columns = np.clip(rows, low, high).T
        numbers = np.zeros(len(rows), dtype=np.int64)
        for place, count, edges in several:
            numbers = numbers * count + np.searchsorted(edges, columns[place], side="right")
        return numbers

    return number_all


def _widths(low: Floats, high: Floats) -> Floats:
    """Return the widths of intervals; the largest float instead of a larger width."""
    with np.errstate(over="ignore"):
        return np.minimum(high - low, np.finfo(np.float64).max)


def _pair(name: str, pair: Any) -> tuple[float, float]:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError(f"{name} must be a pair (low, high) or None, got {pair!r}")
    low, high = (batched.number_in(name, end, "(-inf, inf)") for end in pair)
    if not low < high:
        raise ValueError(f"{name} must have low < high, got {pair!r}")
    return low, high


def _bins(bins: int | Sequence[int] | None, count: int, env: gymnasium.Env[Any, Any]) -> tuple[int, ...]:
    name = batched.name_of(env)
    if count == 0:
        raise ValueError(f"observations of {name} must hold a number to be cut into bins: take observe='hash'")
    if bins is None:
        bins = max((b for b in range(2, _MOST_BINS + 1) if b**count <= _MOST_STATES), default=None)
        if bins is None:
            raise ValueError(
                f"bins must be given for {name}: its {count} numbers in 2 bins each are too many states; where few of "
                "them occur, observe='hash' numbers those"
            )
    each = list(bins) if isinstance(bins, list | tuple) else [bins] * count
    if len(each) != count:
        raise ValueError(f"bins must be one number or one for each of the {count} numbers, got {bins!r}")
    chosen = tuple(batched.whole_number("bins", entry, least=1) for entry in each)
    if max(chosen, default=1) > _LARGEST_COUNT:
        raise ValueError(f"bins must be at most {_LARGEST_COUNT} for each number, got {bins!r}")
    require_int64(math.prod(chosen), "bins")
    return chosen
