"""The four ways in which functions are compiled, as decorators; and the call of a loop, which may be cached on disk."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.errors import NumbaError

Function = TypeVar("Function", bound=Callable[..., Any])

_log = logging.getLogger("boltzmann.experiments")

# The loops allocate nothing and their callers hold all arrays, so numba's reference counting is off. Counting arrays in
# tuples took three quarters of the time.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def exact(function: Function) -> Function:
    """Compile with exact operations, cached on disk if possible; the function must take the argument ``revision``."""
    try:
        compiled: Any = njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:
        # numba raises this error where it finds no folder to write to.
        compiled = _without_cache(function, "it finds no folder to write to")
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


@cache
def _without_cache(function: Callable[..., Any], reason: str) -> Any:
    warnings.warn(
        f"numba cannot use its cache on disk ({reason}), so each process compiles the loops anew, which takes some "
        "twenty seconds; NUMBA_CACHE_DIR can name a folder that can be written",
        stacklevel=2,
    )
    return njit(**_OPTIONS)(function)


def call_loop(loop: Any, *arguments: Any) -> None:
    """Call a compiled loop; log that it compiles, and how long that took.

    numba reads and writes its cache within the call, before the loop begins. If that fails, the loop is compiled
    without a cache.
    """
    if not getattr(loop, "overloads", True) and not _is_cached(loop):
        _log.info("compiling loops for the first time, which takes some twenty seconds")
    misses, start = _cache_misses(loop), time.perf_counter()
    try:
        loop(*arguments)
    except NumbaError:
        raise
    except Exception as error:
        # A full disk, a folder without permission or a damaged file raises whatever open and pickle raise. The loop
        # itself raises nothing, so an error of another cause is raised again here.
        _without_cache(loop.py_func, f"{type(error).__name__}: {error}")(*arguments)
    if _cache_misses(loop) > misses:
        seconds = time.perf_counter() - start
        _log.info("compiled %s in %.1f s; numba keeps it on disk for the next time", loop.__name__, seconds)


def _cache_misses(loop: Any) -> int:
    return sum(loop.stats.cache_misses.values())


def _is_cached(loop: Any) -> bool:
    """Return whether numba has written the loop to disk."""
    folder = loop.stats.cache_path
    return folder is not None and any(Path(folder).glob(f"*.{loop.__name__}-*.nbi"))
