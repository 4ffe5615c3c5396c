"""The steps of a structure as machine code where numba is installed; imported when a structure is first made."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple


class Steps(NamedTuple):
    """The functions of a module, and whether they are machine code."""

    functions: dict[str, Any]
    compiled: bool


@cache
def steps_of(module: ModuleType) -> Steps:
    """Return the functions of a module by name, compiled where numba is installed and its compiler is not turned off.

    Both forms do the same operations in the same order and call the same exponential, so they give the same numbers.
    """
    functions = {
        name: member
        for name, member in vars(module).items()
        if isinstance(member, FunctionType) and member.__module__ == module.__name__
    }
    if importlib.util.find_spec("numba") is None or os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return Steps(functions, False)
    from numba import njit

    # Functions call each other by the names of their module, so each is compiled in a copy of these.
    scope: dict[str, Any] = dict(vars(module))
    for name, function in functions.items():
        copy = FunctionType(function.__code__, scope, name, function.__defaults__)
        copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
        scope[name] = _jitted(njit, copy)
    return Steps({name: scope[name] for name in functions}, True)


def _jitted(njit: Any, function: Any) -> Any:
    try:
        return njit(cache=True, error_model="numpy")(function)
    # Where no folder for machine code can be written, each process compiles for itself.
    except RuntimeError:
        return njit(error_model="numpy")(function)
