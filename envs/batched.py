"""Shared by all environments: names for kinds of arrays, seeds from a list, and one wording of errors."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
Seed = int | Sequence[int] | None


MOST_ENTRIES = 2**24
"""Entries of the largest table: an entry takes some 50 bytes while the table is made."""
_MOST_COUNT = 2**62
_MOST_SHOWN, _MOST_BITS = 200, 600
_PARTS = reprlib.Repr()
_PARTS.maxlist = _PARTS.maxtuple = 50
_PARTS.maxstring = _PARTS.maxother = _MOST_SHOWN


def shown(value: object) -> str:
    """Return a value as error messages quote it: at most 200 characters, and a huge number by its size.

    Examples
    --------
    >>> shown([1, "a"]), len(shown(["S"] * 1000))
    ("[1, 'a']", 200)
    """
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"a whole number of {value.bit_length()} bits"
    text = _PARTS.repr(value)
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def generator_from(seed: int | Sequence[int], num_envs: int) -> np.random.Generator:
    """Make the one generator of a batch, from one seed or from a list with a seed for each environment."""
    bound = f"seed must be a whole number of at least 0 or a list of num_envs={num_envs} of them"
    seeds = list(seed) if isinstance(seed, list | tuple | np.ndarray) else None
    if seeds is not None and len(seeds) != num_envs:
        raise ValueError(f"{bound}, got {len(seeds)}")
    for number in [seed] if seeds is None else seeds:
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 0:
            raise ValueError(f"{bound}, got {shown(number)}")
    return np.random.default_rng(np.random.SeedSequence(seed))


def action_indices(actions: ArrayLike, num_envs: int, count: int) -> Indices:
    """Check one action a row, each in [0, count)."""
    array = np.asarray(actions)
    if array.dtype.kind not in "iu" or array.shape != (num_envs,):
        raise ValueError(f"actions must be integers of shape ({num_envs},), got {array.dtype} of shape {array.shape}")
    indices = array.astype(np.int64, copy=False)
    # As an unsigned integer a negative action is very large, so one comparison serves both bounds.
    if indices.view(np.uint64).max(initial=0) >= count:
        row = int(np.argmax((indices < 0) | (indices >= count)))
        raise ValueError(f"actions must be in [0, {count}), got {indices[row]} in row {row}")
    return indices


def refuse_options(options: dict[str, Any] | None) -> None:
    """Refuse options of a reset, since none has a meaning here."""
    if options:
        raise ValueError(f"options of reset are not supported, got {sorted(options)}")


def whole_number(name: str, value: object, least: int) -> int:
    """Return ``value`` as an int in [least, 2^62], or raise a ValueError that names value and bound."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {shown(value)}")
    if value > _MOST_COUNT:
        raise ValueError(f"{name} must be at most 2^62, got {shown(value)}")
    return int(value)


def require_entries(name: str, sizes: Sequence[int]) -> None:
    """Refuse an array of more than ``MOST_ENTRIES`` entries, before it is made.

    Examples
    --------
    >>> require_entries("states x actions", (10**12, 2))
    Traceback (most recent call last):
        ...
    ValueError: states x actions must be at most 2^24 entries, got 1000000000000 x 2
    """
    if math.prod(sizes) > MOST_ENTRIES:
        raise ValueError(f"{name} must be at most 2^24 entries, got {' x '.join(map(str, sizes))}")


def number_in(name: str, value: object, interval: str) -> float:
    """Return ``value`` as a float in an interval such as "[0, inf)", or raise a ValueError that names both."""
    bound = f"{name} must be in {interval}"
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"{bound}, got {shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{bound}, got an integer beyond the range of floats") from None
    if not _inside(np.float64(number), interval):
        raise ValueError(f"{bound}, got {shown(value)}")
    return number


def require_numbers_in(name: str, numbers: NDArray[Any], interval: str) -> None:
    """Raise a ValueError that names the first entry of an array outside an interval, and its index."""
    inside = np.asarray(_inside(numbers, interval))
    if not inside.all():
        index = tuple(int(i) for i in np.argwhere(~inside)[0])
        raise ValueError(f"{name} must be in {interval}, got {numbers[index]} at {index}")


def _inside(numbers: NDArray[Any] | np.float64, interval: str) -> Any:
    """Return where numbers are in an interval; NaN is in none."""
    least, most = (float(end) for end in interval[1:-1].split(","))
    above = np.greater_equal if interval[0] == "[" else np.greater
    below = np.less_equal if interval[-1] == "]" else np.less
    return above(numbers, least) & below(numbers, most)
