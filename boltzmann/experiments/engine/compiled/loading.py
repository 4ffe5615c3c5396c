"""Kernels as machine code: from their text to a function, kept on disk for the next process."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import logging
import os
import sys
import tempfile
import time
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from boltzmann.experiments.errors import UnsupportedError
from boltzmann.laws import gamma_draws

_log = logging.getLogger("boltzmann.experiments")

_HEAD = """import numpy as np
from numba import njit
from boltzmann.experiments.engine.compiled.scalars import (
    OPTIONS, cosine, count_up_to, exponential, exponential_minus_1, hyperbolic_tangent, logarithm, logarithm_of_1_and,
    sine,
)
from boltzmann.experiments.engine.compiled.worlds.random_words import (
    EXPONENTIAL_SHIFT, FLOAT_SHIFT, LAYERS, NORMAL_MASK, NORMAL_SHIFT, SIGN, SIGN_SHIFT,
    as_uniform, finish_draw, first_word, mixed_words, next_state, next_uniform, pointer_to, uniform_after,
)
"""

_HERE = Path(__file__).parent
_CALLED = (_HERE / "scalars.py", _HERE / "worlds" / "random_words.py", Path(gamma_draws.__file__))
"""The files of the functions that kernels call."""


def has_numba() -> bool:
    """Return whether numba is installed, without which nothing runs compiled."""
    return importlib.util.find_spec("numba") is not None


def require_numba() -> None:
    """Refuse where nothing can be compiled."""
    if not has_numba():
        raise UnsupportedError("numba is not installed: pip install numba")
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        raise UnsupportedError("the environment variable NUMBA_DISABLE_JIT turns compilation off")


def kernel_folder() -> Path:
    """Return the folder of generated kernels: in numba's, where that is set, else in the user's folder for caches."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"]) / "boltzmann-kernels"
    variable, usual = {
        "win32": ("LOCALAPPDATA", "~/AppData/Local"),
        "darwin": ("", "~/Library/Caches"),
    }.get(sys.platform, ("XDG_CACHE_HOME", "~/.cache"))
    return Path(os.environ.get(variable) or usual).expanduser() / "boltzmann-kernels"


@cache
def kernel_of(text: str) -> Any:
    """Return the compiled function of a kernel's text; its file is named by all that it is made of."""
    called = b"".join(path.read_bytes() for path in _CALLED)
    name = "kernel_" + hashlib.sha256(called + text.encode()).hexdigest()[:32]
    try:
        path = _written(kernel_folder() / f"{name}.py", f"{_HEAD}\n\n@njit(cache=True, **OPTIONS)\n{text}")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # numba pickles the functions of a module by its name.
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return _Kept(module.kernel, text)
    except (OSError, RuntimeError) as error:
        # numba raises a RuntimeError where it finds no folder to write to.
        return _unkept(text, f"{type(error).__name__}: {error}")


def _written(path: Path, text: str) -> Path:
    """Write a file unless it is there, whole or not at all."""
    if path.exists() and path.read_bytes() == text.encode():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
    return path


class _Kept:
    """A compiled function whose machine code numba keeps on disk, and how long its compilation took."""

    def __init__(self, function: Any, text: str) -> None:
        self._function, self._text, self._called = function, text, False

    def __call__(self, *arguments: Any) -> None:
        if self._called:
            self._function(*arguments)
            return
        self._called = True
        start = time.perf_counter()
        try:
            self._function(*arguments)
        except Exception as error:
            from numba.core.errors import NumbaError

            if isinstance(error, NumbaError):
                raise
            # A full disk, a folder without permission or a damaged file raises whatever open and pickle raise. The
            # kernel itself raises nothing, so an error of another cause is raised again here.
            self._function = _unkept(self._text, f"{type(error).__name__}: {error}")
            self._function(*arguments)
        if sum(self._function.stats.cache_misses.values()):
            _log.info("compiled a kernel in %.1f s; it is kept for the next time", time.perf_counter() - start)


def _unkept(text: str, reason: str) -> Any:
    """Compile a kernel for this process alone."""
    from numba import njit

    warn_once(reason)
    scope: dict[str, Any] = {}
    exec(_HEAD + "\n\n" + text, scope)
    return njit(**scope["OPTIONS"])(scope["kernel"])


@cache
def warn_once(reason: str) -> None:
    """Say that kernels are not kept, once for each reason."""
    warnings.warn(
        f"numba cannot use its cache on disk ({reason}), so each process compiles its kernels anew, which takes some "
        "seconds each; NUMBA_CACHE_DIR can name a folder that can be written",
        stacklevel=2,
    )


def load_loops() -> None:
    """Import numba, which takes a second or more, where it is installed."""
    if has_numba():
        importlib.import_module("boltzmann.experiments.engine.compiled.scalars")
