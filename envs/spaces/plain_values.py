"""Observations as nested tuples of plain values, which differ where the observations differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Dict, Space, Tuple
from numpy.typing import NDArray

from envs.spaces.finite import Numbering, OutsideSpaceError, as_array, numbering_of
from envs.spaces.stacking import stacked

_LARGEST_WHOLE = 2.0**53
"""Floats up to this one are converted to integers exactly."""

Write = Callable[[Any], Any]
"""``write(observation)`` returns nested tuples of plain values, which differ where observations differ."""

WriteAll = Callable[[Sequence[Any]], Sequence[Any] | None]
"""``write_all(observations)`` writes many; None where they have to be looked at one by one."""


def writer(space: Space[Any]) -> Write:
    """Return the writer of a space, which raises an OutsideSpaceError for an observation that is not in it."""
    match space:
        case Box():
            return partial(_plain_box, space)
        case Dict():
            return partial(_plain_mapping, {name: writer(part) for name, part in space.spaces.items()})
        case Tuple():
            return partial(_plain_tuple, [writer(part) for part in space.spaces])
    numbering = numbering_of(space)
    return partial(_plain_member, space) if numbering is None else numbering.number


def writer_of_many(space: Space[Any]) -> WriteAll:
    """Return the writer of many observations of a space; it writes each as :func:`writer` does."""
    match space:
        case Box():
            return partial(_plain_boxes, space)
        case Dict():
            return partial(_plain_mappings, {name: writer_of_many(part) for name, part in space.spaces.items()})
        case Tuple():
            return partial(_plain_tuples, [writer_of_many(part) for part in space.spaces])
    numbering = numbering_of(space)
    return partial(_plain_members, writer(space)) if numbering is None else partial(_plain_numbers, numbering)


def _plain_boxes(space: Box, observations: Sequence[Any]) -> Sequence[Any] | None:
    arrays = stacked(observations, space.shape, _kinds(space))
    plain = None if arrays is None else _inside(space, arrays)
    return None if plain is None else [(space.shape, array.tobytes()) for array in _plain_entries(plain)]


def _plain_mappings(parts: dict[str, WriteAll], observations: Sequence[Any]) -> Sequence[Any] | None:
    if {*map(type, observations)} != {dict} or any(observation.keys() != parts.keys() for observation in observations):
        return None
    return _side_by_side([(write, [each[name] for each in observations]) for name, write in parts.items()])


def _plain_tuples(parts: list[WriteAll], observations: Sequence[Any]) -> Sequence[Any] | None:
    if {*map(type, observations)} != {tuple} or {*map(len, observations)} != {len(parts)}:
        return None
    return _side_by_side(list(zip(parts, zip(*observations, strict=True), strict=True)))


def _side_by_side(columns: Sequence[tuple[WriteAll, Sequence[Any]]]) -> Sequence[Any] | None:
    written = [write(values) for write, values in columns]
    known = [column for column in written if column is not None]
    return list(zip(*known, strict=True)) if known and len(known) == len(written) else None


def _plain_numbers(numbering: Numbering, observations: Sequence[Any]) -> Sequence[Any] | None:
    numbers = numbering.number_all(observations)
    return _plain_members(numbering.number, observations) if numbers is None else numbers.tolist()


def _plain_members(write: Write, observations: Sequence[Any]) -> Sequence[Any] | None:
    try:
        return [write(observation) for observation in observations]
    except OutsideSpaceError:
        return None


def _plain_box(space: Box, observation: Any) -> Any:
    array = as_array(observation)
    if array is None or array.shape != space.shape or array.dtype.kind not in _kinds(space):
        raise OutsideSpaceError
    inside = _inside(space, array)
    if inside is None:
        raise OutsideSpaceError
    return _plain_array(inside)


def _kinds(space: Box) -> str:
    """Return the kinds of numbers of a box: floats serve for a box of floats alone, integers for both."""
    return "biuf" if space.dtype.kind == "f" else "biu"


def _inside(space: Box, array: NDArray[Any]) -> NDArray[Any] | None:
    """Return an array, or many, of a box in its precision; None if there is a number outside of it."""
    if space.dtype.kind == "f":
        with np.errstate(over="ignore", under="ignore"):
            array = array.astype(space.dtype)
    return array if ((array >= space.low) & (array <= space.high)).all() else None


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


def _plain_array(array: NDArray[Any]) -> Any:
    """Write an array by its shape and numbers, whatever its precision."""
    return array.shape, _plain_entries(array).tobytes()


def _plain_entries(array: NDArray[Any]) -> NDArray[Any]:
    # 0 is added since -0.0 equals 0.0.
    return array.astype(np.float64) + 0.0 if array.dtype.kind == "f" else array.astype(np.int64)
