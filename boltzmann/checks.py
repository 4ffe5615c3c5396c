"""Checks of arguments, one wording for all: the name, its bound, the value, and the row where it stands."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann.arrays import Bools, varies

_MOST_SHOWN = 200
"""Error messages cut a longer value."""
LONGEST_REASON = 500
_MOST_BITS, _MOST_DEPTH, _MOST_PARTS = 600, 4, 50
MOST_VISITS = 2.0**62
_ENDS: dict[str, tuple[float, float, bool, bool]] = {}  # torch.compile warns of functools.cache.
_NUMBERS = frozenset((float, int, bool, np.float64, np.int64, np.bool_))
"""Types whose lists need no closer look."""


def shown(value: object, depth: int = _MOST_DEPTH) -> str:
    """Return a value as error messages quote it: at most 200 characters, whatever it is.

    A mapping, which may hold secrets, and a whole number of hundreds of digits are told by their size. Only the first
    parts of a sequence are written.

    Examples
    --------
    >>> shown([1, "a", {"key": "secret"}])
    "[1, 'a', a dict of 1 keys]"
    >>> shown(10**1000)
    'a whole number of 3322 bits'
    >>> len(shown("long" * 1000))
    200
    """
    return cut(_repr(value, depth))


def cut(text: str, most: int = _MOST_SHOWN) -> str:
    """Return a text, or its beginning where it is longer than what error messages quote."""
    return text if len(text) <= most else text[: most - 3] + "..."


def reason(error: BaseException) -> str:
    """Return the message of an error of other code, which may quote anything, as our own messages quote it."""
    return f"{type(error).__name__}: {cut(str(error), LONGEST_REASON)}"


def _repr(value: object, depth: int) -> str:
    if isinstance(value, str | bytes):
        return repr(value[:_MOST_SHOWN])
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"a whole number of {value.bit_length()} bits"
    if type(value) in (list, tuple, set, frozenset):
        if depth == 0:
            return "..."
        parts: Any = value
        texts = [shown(part, depth - 1) for part in itertools.islice(parts, _MOST_PARTS)]
        if len(parts) > _MOST_PARTS:
            texts.append("...")
        brackets = "()" if isinstance(value, tuple) else "[]" if isinstance(value, list) else "{}"
        comma = "," if isinstance(value, tuple) and len(texts) == 1 else ""
        return f"{brackets[0]}{', '.join(texts)}{comma}{brackets[1]}"
    try:
        return f"a {type(value).__name__} of {len(value)} keys" if isinstance(value, Mapping) else repr(value)
    except Exception:
        # An object of the user, whose notation may fail.
        return f"a {type(value).__name__}"


def text(name: str, value: object) -> str:
    """Return ``value`` if it is a str that can be written to a file, or raise."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, got {shown(value)}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{name} must be text that UTF-8 can encode, got {shown(value)}: {error.reason}") from None
    return value


def numeric_array(name: str, value: ArrayLike) -> NDArray[Any]:
    """Make a real array of ``value``: integers and ``np.longdouble`` become float64, other floats keep their dtype."""
    # A list of numbers, or an array, needs no closer look.
    if type(value) is not np.ndarray and not (isinstance(value, list) and _NUMBERS.issuperset(map(type, value))):
        _refuse_masked(name, value)
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of numbers: {error}") from error
    except RuntimeError as error:
        # A list of tensors that require a gradient ends here, for example.
        raise TypeError(f"{name} must be one array of numbers: {error}") from error
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must be real numbers, got {array.dtype} {shown(value)}")
    return array if array.dtype.itemsize <= np.dtype(np.float64).itemsize else _rounded(name, array)


def _rounded(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Round wider floats to float64, or raise if one is beyond its range."""
    with np.errstate(all="ignore"):
        rounded = array.astype(np.float64)
    require_all(np.isfinite(rounded) | ~np.isfinite(array), name, "within the range of float64", array.astype(np.str_))
    return rounded


def mask_array(name: str, value: ArrayLike) -> Bools:
    """Make a boolean array of ``value``; numbers, as in Gymnasium's masks, must be 0 or 1."""
    try:
        array = plain_array(name, value)
        if array.dtype == object:
            # Rows that are lists.
            array = plain_array(name, array.tolist())
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of 0 and 1: {error}") from error
    if array.dtype.kind in "iuf":
        require_entries(np.atleast_1d((array == 0) | (array == 1)), name, "boolean, or 0 and 1", np.atleast_1d(array))
        return np.asarray(array == 1)
    if array.dtype != np.bool_:
        raise TypeError(f"{name} must be boolean, or 0 and 1, got {array.dtype} {shown(value)}")
    return array


def plain_array(name: str, value: ArrayLike) -> NDArray[Any]:
    """Make an array of ``value``; a masked array is refused, whose mask NumPy would drop without a word."""
    if type(value) is np.ndarray:
        return value
    _refuse_masked(name, value)
    return np.asarray(value)


def _refuse_masked(name: str, value: object) -> None:
    if _is_masked(value):
        raise TypeError(f"{name} must not be a masked array: pass the allowed actions as where, a plain array")


def _is_masked(value: object) -> bool:
    """Return whether a value is a masked array, or a list of them."""
    if type(value) is not list and type(value) is not tuple:
        return isinstance(value, np.ma.MaskedArray)
    return not _NUMBERS.issuperset(map(type, value)) and any(_is_masked(part) for part in value)


def require_all(valid: Bools, name: str, bound: str, values: NDArray[Any]) -> None:
    """Raise a ValueError that names the first entry of ``values`` where ``valid`` is False."""
    if valid.all():
        return
    index = tuple(int(i) for i in np.argwhere(~valid)[0])
    raise ValueError(f"{name} must be {bound}, got {values[index]}{row_text(index)}")


def require_entries(valid: Bools, name: str, bound: str, values: NDArray[Any]) -> None:
    """Raise as :func:`require_all` does, for arrays with the actions on the last axis."""
    if not valid.all():
        *row, action = (int(i) for i in np.argwhere(~valid)[0])
        got = values[(*row, action)]
        raise ValueError(f"{name} must be {bound}, got {got} for action {action}{row_text(tuple(row))}")


def row_text(row: tuple[int, ...]) -> str:
    """Name the row in words: nothing for a single one, a number in a list, a tuple in a grid."""
    if not row:
        return ""
    return f" in row {row[0]}" if len(row) == 1 else f" in row {row}"


def number_in(name: str, value: object, interval: str, remedy: str = "") -> float:
    """Return ``value`` as a float in an interval such as "[0, inf)", or raise; NaN is in no interval.

    A number that is traced or has a derivative, which a float would lose, is refused with the remedy.
    """
    least, most, least_allowed, most_allowed = _ends(interval)
    result = value if type(value) is float else _as_float(name, value, interval, remedy)
    if least < result < most or (result == least and least_allowed) or (result == most and most_allowed):
        return result
    raise ValueError(f"{name} must be in {interval}, got {result!r}")


def numbers_in(name: str, value: ArrayLike, interval: str) -> NDArray[Any]:
    """Return numbers as an array, or raise if one is not in the interval."""
    numbers = numeric_array(name, value)
    require_all(within(numbers, interval), name, f"in {interval}", numbers)
    return numbers


def within(numbers: Any, interval: str) -> Any:
    """Return which numbers, an array of any library, are in an interval such as "[0, inf)"."""
    least, most, least_allowed, most_allowed = _ends(interval)
    above = numbers >= least if least_allowed else numbers > least
    return above & (numbers <= most if most_allowed else numbers < most)


def _ends(interval: str) -> tuple[float, float, bool, bool]:
    """Return both ends of an interval, and whether each belongs to it."""
    if interval not in _ENDS:
        least, most = interval[1:-1].split(",")
        _ENDS[interval] = float(least), float(most), interval[0] == "[", interval[-1] == "]"
    return _ENDS[interval]


def _as_float(name: str, value: object, interval: str, remedy: str) -> float:
    # A schedule may return an array without axes, of any library.
    if getattr(value, "ndim", None) == 0 and not isinstance(value, np.generic):
        if varies(value):
            found = f"got {' '.join(shown(value).split())}, which is traced or has a derivative"
            raise TypeError(f"{name} must be a known number in {interval}, {found}{remedy}")
        value = value.item()  # type: ignore[attr-defined]
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a number in {interval}, got {shown(value)}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} must be in {interval}, got an integer beyond the range of floats") from None


def one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse a value that is not among the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {shown(value)}")


def whole_number(name: str, value: object, *, least: int, most: int | None = None) -> int:
    """Return ``value`` as an int in [least, most], or raise; floats and bools are refused."""
    if type(value) is int and least <= value and (most is None or value <= most):
        return value
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        hint = f": write {shown(int(value))}" if isinstance(value, float) and value.is_integer() else ""
        raise TypeError(f"{name} must be a whole number of at least {least}, got {shown(value)}{hint}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {shown(int(value))}")
    if most is not None and value > most:
        raise ValueError(f"{name} must be at most {most}, got {shown(int(value))}")
    return int(value)


def no_generator(rng: object) -> TypeError:
    """Make the error for an ``rng`` that is not a Generator."""
    hint = f": numpy.random.default_rng({shown(rng)}) makes one" if isinstance(rng, int) else ""
    return TypeError(f"rng must be a numpy.random.Generator, got {shown(rng)}{hint}")
