"""The four ways in which functions are compiled, as decorators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

# The loops allocate nothing and their callers hold all arrays, so numba's reference counting is off. Counting arrays in
# tuples took three quarters of the time.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def exact(function: Function) -> Function:
    """Compile with exact operations, and cache on disk; the function must take the ``revision`` as an argument."""
    compiled: Any = njit(cache=True, **_OPTIONS)(function)
    return cast(Function, compiled)


def called(function: Function) -> Function:
    """Compile as ``exact``, but cache only as a part of its callers: a separate file would outlive a change."""
    compiled: Any = njit(**_OPTIONS)(function)
    return cast(Function, compiled)


def staged(function: Function) -> Function:
    """Compile as ``exact``, inlined into its callers."""
    compiled: Any = njit(forceinline=True, **_OPTIONS)(function)
    return cast(Function, compiled)


def contracted(function: Function) -> Function:
    """Compile as ``staged``, and fuse products with sums where the processor can."""
    compiled: Any = njit(forceinline=True, fastmath={"contract"}, **_OPTIONS)(function)
    return cast(Function, compiled)
