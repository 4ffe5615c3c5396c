"""Elements of many rows numbered in one call, where one array of all of them shows that each is inside its space."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.batched import Indices

NumberAll = Callable[[Sequence[Any]], Indices | None]
"""``number_all(elements)`` returns their numbers; None where they have to be looked at one by one."""

_INT64, _UINT64 = np.iinfo(np.int64), np.dtype(np.uint64)
_INTEGERS = {int, bool, np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32}


def stacked(elements: Sequence[Any], shape: tuple[int, ...], kinds: str) -> NDArray[Any] | None:
    """Stack plain arrays of one shape and one dtype, of a kind among ``kinds``; None for anything else, such as lists.

    Examples
    --------
    >>> stacked([np.array([1, 2]), np.array([3, 4])], (2,), "iu")
    array([[1, 2],
           [3, 4]])
    >>> stacked([np.array([1, 2]), np.array([3.0, 4.0])], (2,), "iu") is None
    True
    """
    if {*map(type, elements)} != {np.ndarray}:
        return None
    dtype = elements[0].dtype
    if dtype.kind not in kinds or any(element.shape != shape or element.dtype != dtype for element in elements):
        return None
    return np.array(elements)


def number_scalars(size: int, start: int) -> NumberAll:
    """Return the function that numbers the integers start, start + 1, ..., from 0."""
    last = start + size - 1
    if size > _INT64.max or start < _INT64.min or last > _INT64.max:
        return one_by_one

    def number_all(elements: Sequence[Any]) -> Indices | None:
        if not _INTEGERS.issuperset(map(type, elements)):
            return None
        array = np.array(elements)
        if array.dtype.kind not in "bi" or array.min() < start or array.max() > last:
            return None
        return array.astype(np.int64) - start

    return number_all


def number_arrays(shape: tuple[int, ...], kinds: str, sizes: Sequence[int], starts: Sequence[int]) -> NumberAll:
    """Return the function that numbers arrays of integers, each from its start, the last of them fastest."""
    ends = [start + size - 1 for size, start in zip(sizes, starts, strict=True)]
    if math.prod(sizes) > _INT64.max or min([0, *starts]) < _INT64.min or max([0, *ends]) > _INT64.max:
        return one_by_one
    low, high = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
    weights = np.array([math.prod(sizes[place + 1 :]) for place in range(len(sizes))], dtype=np.int64)

    def number_all(elements: Sequence[Any]) -> Indices | None:
        array = stacked(elements, shape, kinds)
        if array is None or array.dtype == _UINT64:
            return None
        digits = array.reshape(len(elements), len(low))
        if ((digits < low) | (digits > high)).any():
            return None
        return np.asarray((digits - low) @ weights)

    return number_all


def number_tuples(sizes: Sequence[int], parts: Sequence[NumberAll]) -> NumberAll:
    """Return the function that numbers tuples of elements with numbers of their own, the last part fastest."""
    if math.prod(sizes) > _INT64.max:
        return one_by_one

    def number_all(elements: Sequence[Any]) -> Indices | None:
        if {*map(type, elements)} != {tuple} or {*map(len, elements)} != {len(parts)}:
            return None
        numbers = np.zeros(len(elements), dtype=np.int64)
        for size, part, values in zip(sizes, parts, zip(*elements, strict=True), strict=True):
            digits = part(values)
            if digits is None:
                return None
            numbers = numbers * size + digits
        return numbers

    return number_all


def number_choices(firsts: Sequence[int], index: NumberAll, parts: Sequence[NumberAll]) -> NumberAll:
    """Return the function that numbers pairs of a part's index and its element; ``firsts`` begin the parts' numbers."""
    if firsts[-1] > _INT64.max:
        return one_by_one

    def number_all(elements: Sequence[Any]) -> Indices | None:
        if {*map(type, elements)} != {tuple} or {*map(len, elements)} != {2}:
            return None
        chosen = index([element[0] for element in elements])
        if chosen is None:
            return None
        numbers = np.zeros(len(elements), dtype=np.int64)
        for place in np.unique(chosen).tolist():
            rows = np.flatnonzero(chosen == place)
            inside = parts[place]([elements[row][1] for row in rows.tolist()])
            if inside is None:
                return None
            numbers[rows] = firsts[place] + inside
        return numbers

    return number_all


def one_by_one(elements: Sequence[Any]) -> None:
    """Leave all elements to be looked at one by one."""
