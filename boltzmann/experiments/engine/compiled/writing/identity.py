"""What determines the results of a law called with symbols: its code, and all that the code reads from outside.

Laws of one identity write one text. Names do not count: a function that was defined anew, or that reads another
constant, has another identity.
"""

from __future__ import annotations

import builtins
import dis
from collections.abc import Hashable
from functools import lru_cache
from itertools import pairwise
from types import CellType, CodeType, FunctionType, MappingProxyType, ModuleType, SimpleNamespace
from typing import Any

from boltzmann._numerics import roots
from boltzmann.laws import BackupLaw, Pass, PolicyLaw, StepNumber

_PLAIN = (bool, int, str, bytes, type(None))
_LAWS = (BackupLaw, Pass, PolicyLaw, StepNumber)
_PURE = (
    roots.Goal,
    SimpleNamespace,
    bool,
    dict,
    enumerate,
    float,
    getattr,
    int,
    len,
    list,
    max,
    min,
    range,
    sum,
    tuple,
    zip,
)
"""What a law may call besides functions of Python."""


class UnidentifiedError(Exception):
    """A law reads something of which it is not known what changes its results, such as an object of one's own."""


def identity_of(value: Any, within: tuple[FunctionType, ...] = ()) -> Hashable:
    """Return what determines a law, or something that a law reads.

    ``within`` has the functions that have led here, which ends recursion.

    Raises
    ------
    UnidentifiedError
        Where it reads anything but functions of Python, numbers, texts and collections of these.
    """
    kind = type(value)
    if kind in _PLAIN:
        return kind, value
    if kind is float:
        # 0.0 equals -0.0, and no NaN equals itself.
        return kind, value.hex()
    if kind is FunctionType:
        return within.index(value) if value in within else _of_function(value, (*within, value))
    if kind in (tuple, list):
        return kind, tuple(identity_of(each, within) for each in value)
    if kind in (set, frozenset):
        return kind, frozenset(identity_of(each, within) for each in value)
    if kind in (dict, MappingProxyType):
        return kind, tuple((identity_of(name, within), identity_of(each, within)) for name, each in value.items())
    if kind in _LAWS:
        return kind, identity_of(vars(value), within)
    if any(value is each for each in _PURE):
        return id(value)
    raise UnidentifiedError(f"{kind.__module__}.{kind.__qualname__}")


def _of_function(function: FunctionType, within: tuple[FunctionType, ...]) -> Hashable:
    if vars(function):
        raise UnidentifiedError(f"attributes of {function.__qualname__}")
    code = function.__code__
    read = [_global(function, *names) for names in _read_from_outside(code)]
    held = [_content(cell) for cell in function.__closure__ or ()]
    parts = (*read, *held, function.__defaults__, function.__kwdefaults__)
    return code, tuple(identity_of(part, within) for part in parts)


def _global(function: FunctionType, name: str, attribute: str) -> Any:
    """Return a global of a function, or what it reads of a module."""
    scope = function.__globals__
    value = scope[name] if name in scope else getattr(builtins, name, None)
    return getattr(value, attribute, None) if isinstance(value, ModuleType) and attribute else value


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        raise UnidentifiedError("a variable that has no value yet") from None


@lru_cache(maxsize=1024)
def _read_from_outside(code: CodeType) -> tuple[tuple[str, str], ...]:
    """Return each global name that a function, or one within it, reads, and which attribute of it, or ""."""
    names = []
    for line, following in pairwise([*dis.get_instructions(code), None]):
        assert line is not None
        if line.opname.startswith(("IMPORT_", "STORE_GLOBAL", "DELETE_GLOBAL")):
            raise UnidentifiedError(f"{line.opname} in {code.co_name}")
        if line.opname == "STORE_DEREF" and line.argval in code.co_freevars:
            raise UnidentifiedError(f"{line.argval} is changed in {code.co_name}")
        if line.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            is_part = following is not None and following.opname in ("LOAD_ATTR", "LOAD_METHOD")
            names.append((line.argval, following.argval if following is not None and is_part else ""))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names.extend(_read_from_outside(constant))
    return tuple(dict.fromkeys(names))
