"""Checks of arguments, one wording for all: the name, its bound, the value, and the row where it stands."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]


def numeric_array(name: str, value: ArrayLike) -> NDArray[Any]:
    """Make a real array of ``value``: integers become float64, floats keep their dtype."""
    if type(value) is not np.ndarray and isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array: give the opposite of its mask as where")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of numbers: {error}") from error
    except RuntimeError as error:
        # Such as of a list of tensors that require a gradient.
        raise TypeError(f"{name} must be one array of numbers: {error}") from error
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must be real numbers, got {array.dtype} {_short(value)}")
    return array


def mask_array(name: str, value: ArrayLike) -> NDArray[np.bool_]:
    """Make a boolean array of ``value``; integers, which Gymnasium's masks are, have to be 0 and 1."""
    array = np.asarray(value)
    if array.dtype.kind in "iu":
        require_entries(np.atleast_1d((array == 0) | (array == 1)), name, "boolean, or 0 and 1", np.atleast_1d(array))
        return array.astype(np.bool_)
    if array.dtype != np.bool_:
        raise TypeError(f"{name} must be boolean, or 0 and 1, got {array.dtype} {_short(value)}")
    return array


def require_all(valid: NDArray[np.bool_], name: str, bound: str, values: NDArray[Any]) -> None:
    """Raise a ValueError that names the first entry of ``values`` where ``valid`` is False."""
    if valid.all():
        return
    place = tuple(int(i) for i in np.argwhere(~valid)[0])
    raise ValueError(f"{name} must be {bound}, got {values[place]}{row_text(place)}")


def require_entries(valid: NDArray[np.bool_], name: str, bound: str, values: NDArray[Any]) -> None:
    """Raise as :func:`require_all` does, for arrays whose last axis is that of the actions."""
    if not valid.all():
        *row, action = (int(i) for i in np.argwhere(~valid)[0])
        got = values[(*row, action)]
        raise ValueError(f"{name} must be {bound}, got {got} for action {action}{row_text(tuple(row))}")


def row_text(place: tuple[int, ...]) -> str:
    """Say which row: nothing for a single one, a number for a list of them, a tuple for a grid."""
    if not place:
        return ""
    return f" in row {place[0]}" if len(place) == 1 else f" in row {place}"


def number_in(name: str, value: object, interval: str) -> float:
    """Return ``value`` as a float in an interval such as "[0, inf)", or raise; NaN is in no interval."""
    least, most, least_allowed, most_allowed = _ends(interval)
    result = value if type(value) is float else _as_float(name, value, interval)
    if least < result < most or (result == least and least_allowed) or (result == most and most_allowed):
        return result
    raise ValueError(f"{name} must be in {interval}, got {result!r}")


@functools.cache
def _ends(interval: str) -> tuple[float, float, bool, bool]:
    """Return both ends of an interval, and whether each belongs to it."""
    least, most = interval[1:-1].split(",")
    return float(least), float(most), interval[0] == "[", interval[-1] == "]"


def number(name: str, value: object, *, least: float, most: float = math.inf, open_below: bool = False) -> float:
    """Return ``value`` as a float in [least, most], or raise; NaN is in no interval."""
    interval = f"{'(' if open_below else '['}{least:g}, {most:g}]"
    result = _as_float(name, value, interval)
    if not least <= result <= most or (open_below and result == least):
        raise ValueError(f"{name} must be in {interval}, got {result!r}")
    return result


def _as_float(name: str, value: object, interval: str) -> float:
    # Arrays without axes, of any library, such as a schedule's result.
    if getattr(value, "ndim", None) == 0 and not isinstance(value, np.generic):
        value = value.item()  # type: ignore[attr-defined]
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a number in {interval}, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} must be in {interval}, got an integer beyond the range of floats") from None


def one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse a value that is not among the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")


def whole_number(name: str, value: object, *, least: int, most: int | None = None) -> int:
    """Return ``value`` as an int in [least, most], or raise; a float or a bool is no whole number."""
    if type(value) is int and least <= value and (most is None or value <= most):
        return value
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        hint = f": write {int(value)}" if isinstance(value, float) and value.is_integer() else ""
        raise TypeError(f"{name} must be a whole number of at least {least}, got {value!r}{hint}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    if most is not None and value > most:
        raise ValueError(f"{name} must be at most {most}, got {value}")
    return int(value)


def no_generator(rng: object) -> TypeError:
    """Make the error for what is no Generator."""
    hint = f": numpy.random.default_rng({rng}) makes one" if isinstance(rng, int) else ""
    return TypeError(f"rng must be a numpy.random.Generator, got {rng!r}{hint}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def visit_counts(visits: ArrayLike, shape: tuple[int, ...], allowed: NDArray[np.bool_]) -> Floats:
    """Give counts of at least 0 as float64 in the shape of the values that they belong to, 0 where not allowed."""
    counts = numeric_array("visits", visits).astype(np.float64, copy=False)
    try:
        counts = np.broadcast_to(counts, shape)
    except ValueError:
        raise ValueError(f"visits must have the shape of the values, {shape}, got {counts.shape}") from None
    counts = np.where(allowed, counts, 0.0)
    require_entries((counts >= 0) & (counts <= 2.0**62), "visits", "in [0, 2^62]", counts)
    return counts
