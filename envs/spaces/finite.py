"""Elements of a finite space as the numbers 0, 1, ..., and back; the last part of a space varies fastest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, OneOf, Space, Tuple

from envs import batched
from envs.batched import Indices
from envs.spaces.stacking import NumberAll, number_arrays, number_choices, number_scalars, number_tuples

_LARGEST_INT64 = int(np.iinfo(np.int64).max)
_LONGEST_COUNT = 10**30


class OutsideSpaceError(ValueError):
    """An observation is outside its space."""


def refuse_observation(env: gymnasium.Env[Any, Any], observation: Any) -> NoReturn:
    """Raise an OutsideSpaceError that names an environment, the space of its observations, and an observation."""
    raise OutsideSpaceError(
        f"observations of {batched.name_of(env)} must be in {batched.shown(env.observation_space)}, got "
        f"{batched.shown(observation)}"
    ) from None


@dataclass(frozen=True)
class Numbering:
    """The elements of a finite space, numbered from 0.

    Attributes
    ----------
    size : int
        How many elements there are.
    number : callable
        ``number(element)`` returns the number of an element, and raises an OutsideSpaceError for anything else.
    element : callable
        ``element(number)`` returns the element of a number in [0, size).
    number_all : callable
        ``number_all(elements)`` returns the numbers of many elements in one call; None where they have to be looked at
        one by one, such as where one of them is outside.

    Examples
    --------
    >>> pairs = numbering_of(Tuple([Discrete(3), Discrete(2, start=7)]))
    >>> pairs.size, pairs.number((2, 7)), pairs.element(4)
    (6, 4, (np.int64(2), np.int64(7)))
    """

    size: int
    number: Callable[[Any], int]
    element: Callable[[int], Any]
    number_all: NumberAll


def is_table_index(space: Space[Any]) -> bool:
    """Return whether elements of a space are the numbers 0, 1, ..., as a table of values needs them."""
    return isinstance(space, Discrete) and int(space.start) == 0


def is_finite(space: Space[Any]) -> bool:
    """Return whether elements of a space can be numbered ahead."""
    return numbering_of(space) is not None


def require_int64(count: int, name: str, remedy: str = "") -> int:
    """Return a number of elements; a ValueError says that an int64 cannot number so many, and what to do."""
    if count > _LARGEST_INT64:
        # An image has so many that Python refuses to print the number.
        got = str(count) if count < _LONGEST_COUNT else f"about 10^{math.log10(count):.0f}"
        raise ValueError(f"{name} must be at most {_LARGEST_INT64} in all, got {got}{remedy}")
    return count


def numbering_of(space: Space[Any]) -> Numbering | None:
    """Return the numbering of a finite space; None for another one.

    Finite are ``Discrete``, ``MultiDiscrete``, ``MultiBinary``, a ``Box`` of integers with bounds, and ``Tuple``,
    ``Dict`` and ``OneOf`` of finite spaces.
    """
    match space:
        case Discrete():
            return _discrete(int(space.n), int(space.start), space.dtype.type)
        case MultiDiscrete():
            return _array(space, space.nvec.ravel().tolist(), space.start.ravel().tolist(), "iu")
        case MultiBinary():
            count = math.prod(space.shape)
            return _array(space, [2] * count, [0] * count, "biu")
        case Box() if space.dtype.kind in "biu" and space.is_bounded("both"):
            low, high = ([int(end) for end in bound.ravel()] for bound in (space.low, space.high))
            return _array(space, [b - a + 1 for a, b in zip(low, high, strict=True)], low, "biu")
        case Tuple():
            parts = _numberings(space.spaces)
            return None if parts is None else _tuple(parts)
        case Dict():
            parts = _numberings(space.spaces.values())
            return None if parts is None else _mapping(list(space.spaces), parts)
        case OneOf():
            parts = _numberings(space.spaces)
            return None if parts is None else _one_of(parts)
    return None


def _numberings(spaces: Iterable[Space[Any]]) -> list[Numbering] | None:
    parts = [numbering_of(space) for space in spaces]
    finite = [part for part in parts if part is not None]
    return finite if len(finite) == len(parts) else None


def as_array(element: Any) -> np.ndarray[Any, Any] | None:
    """Return an element as an array; None for lists of different lengths, and for masked arrays, whose mask is lost."""
    if _is_masked(element):
        return None
    try:
        return np.asarray(element)
    except ValueError:
        return None


def _is_masked(element: Any) -> bool:
    if isinstance(element, list | tuple):
        return any(_is_masked(part) for part in element if not isinstance(part, int | float))
    return isinstance(element, np.ma.MaskedArray)


def _discrete(count: int, start: int, kind: Callable[[int], Any]) -> Numbering:
    def number(element: Any) -> int:
        # A float is no element, not even a whole one: its type contradicts the space.
        if not isinstance(element, int | np.integer | np.bool_):
            array = as_array(element)
            if array is None or array.shape or array.dtype.kind not in "biu":
                raise OutsideSpaceError
        result = int(element) - start
        if not 0 <= result < count:
            raise OutsideSpaceError
        return result

    return Numbering(count, number, lambda number: kind(start + number), number_scalars(count, start))


def _array(space: Space[Any], sizes: Sequence[int], starts: Sequence[int], kinds: str) -> Numbering:
    pairs = list(zip(sizes, starts, strict=True))

    def number(element: Any) -> int:
        array = as_array(element)
        if array is None or array.shape != space.shape or array.dtype.kind not in kinds:
            raise OutsideSpaceError
        result = 0
        # Python's integers, since unsigned ones less signed ones would become floats.
        for digit, (size, start) in zip(array.ravel().tolist(), pairs, strict=True):
            if not start <= digit < start + size:
                raise OutsideSpaceError
            result = result * size + digit - start
        return result

    def element(number: int) -> Any:
        digits = [digit + start for digit, start in zip(_digits(number, sizes), starts, strict=True)]
        return np.array(digits, dtype=space.dtype).reshape(space.shape)

    return Numbering(math.prod(sizes), number, element, number_arrays(space.shape or (), kinds, sizes, starts))


def _tuple(parts: Sequence[Numbering]) -> Numbering:
    sizes = [part.size for part in parts]

    def number(element: Any) -> int:
        if not isinstance(element, tuple | list | np.ndarray) or len(element) != len(parts):
            raise OutsideSpaceError
        result = 0
        for part, value in zip(parts, element, strict=True):
            result = result * part.size + part.number(value)
        return result

    def element(number: int) -> Any:
        return tuple(part.element(digit) for part, digit in zip(parts, _digits(number, sizes), strict=True))

    return Numbering(math.prod(sizes), number, element, number_tuples(sizes, [part.number_all for part in parts]))


def _mapping(names: Sequence[str], parts: Sequence[Numbering]) -> Numbering:
    row, keys = _tuple(parts), set(names)

    def number(element: Any) -> int:
        if not isinstance(element, Mapping) or element.keys() != keys:
            raise OutsideSpaceError
        return row.number([element[name] for name in names])

    def number_all(elements: Sequence[Any]) -> Indices | None:
        if {*map(type, elements)} != {dict} or any(element.keys() != keys for element in elements):
            return None
        return row.number_all([tuple(element[name] for name in names) for element in elements])

    return Numbering(row.size, number, lambda number: dict(zip(names, row.element(number), strict=True)), number_all)


def _one_of(parts: Sequence[Numbering]) -> Numbering:
    index = _discrete(len(parts), 0, np.int64)
    firsts = np.cumsum([0, *(part.size for part in parts)], dtype=object).tolist()

    def number(element: Any) -> int:
        if not isinstance(element, tuple | list) or len(element) != 2:
            raise OutsideSpaceError
        chosen = index.number(element[0])
        return int(firsts[chosen]) + parts[chosen].number(element[1])

    def element(number: int) -> Any:
        chosen = next(place for place in reversed(range(len(parts))) if firsts[place] <= number)
        return np.int64(chosen), parts[chosen].element(number - firsts[chosen])

    number_all = number_choices(firsts, index.number_all, [part.number_all for part in parts])
    return Numbering(firsts[-1], number, element, number_all)


def _digits(number: int, sizes: Sequence[int]) -> list[int]:
    """Write a number in the mixed base of sizes."""
    digits = []
    for size in reversed(sizes):
        number, digit = divmod(number, size)
        digits.append(digit)
    return digits[::-1]
