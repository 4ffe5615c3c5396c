"""The C yardsticks of ``yardstick.c`` and ``yardstick_avx512.c``, compiled on this machine and called from Python."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from envs import Table

SOURCES = tuple(Path(__file__).with_name(name) for name in ("yardstick.c", "yardstick_avx512.c"))
CACHE = Path(__file__).parents[1] / ".cache"
FLAGS = ("-O3", "-shared", "-fPIC")
MOST_ACTIONS = 1024
"""The C code has arrays of this length."""
_LARGEST_INT32 = 2**31 - 1


class MissingCompilerError(RuntimeError):
    """There is no C compiler on this machine."""


@dataclass(frozen=True, eq=False)
class TableArrays:
    """A table as the C code reads it: row-major, with cumulative probabilities of the outcomes."""

    cumulative: NDArray[np.float64]
    next_states: NDArray[np.int64]
    rewards: NDArray[np.float64]
    terminated: NDArray[np.uint8]
    initial: NDArray[np.float64]
    allowed: NDArray[np.uint8] | None
    limit: int

    @classmethod
    def of(cls, table: Table, max_episode_steps: int | None) -> TableArrays:
        """Convert a table; no time limit becomes the largest number that the C code can count to."""
        mask = table.action_mask
        return cls(
            _up_to_one(table.probs),
            np.ascontiguousarray(table.next_states, dtype=np.int64),
            np.ascontiguousarray(table.rewards, dtype=np.float64),
            np.ascontiguousarray(table.terminated, dtype=np.uint8),
            _up_to_one(table.initial),
            None if mask is None else np.ascontiguousarray(mask, dtype=np.uint8),
            _LARGEST_INT32 if max_episode_steps is None else max_episode_steps,
        )


class Yardstick:
    """The two works in scalar C, the first one in AVX-512 too; a call returns the mean reward of replicates and steps.

    Temperatures are ``start * factor**t`` at step t = 0, 1, ...; a factor of 1 keeps them constant. Replicates i of a
    call draw from the seed ``seed + i``, each through splitmix64.

    Parameters
    ----------
    folder : path
        The folder of the compiled code; a change of the source, the flags or the compiler compiles it again.

    Attributes
    ----------
    compiler : str
        The compiler and its version.
    has_avx512 : bool
        Whether compiler and processor know AVX-512, without which ``bandit_avx512`` must not be called.

    Raises
    ------
    MissingCompilerError
        If neither ``$CC`` nor ``cc`` exists.
    subprocess.CalledProcessError
        If the compiler refuses the source.
    """

    def __init__(self, folder: str | os.PathLike[str] = CACHE) -> None:
        self.compiler = _compiler_version(_compiler())
        self._library = ctypes.CDLL(str(_compiled(Path(folder), self.compiler)))
        for name in ("bandit", "table"):
            getattr(self._library, name).restype = ctypes.c_double
        self.has_avx512 = bool(self._library.has_avx512())
        if self.has_avx512:
            self._library.bandit_avx512.restype = ctypes.c_double

    def bandit(
        self, replicates: int, steps: int, *, arms: int, start: float, factor: float = 1.0, seed: int = 0
    ) -> float:
        """Sample averages with a softmax on the Gaussian testbed."""
        if not 1 <= arms <= MOST_ACTIONS:
            raise ValueError(f"arms must be in [1, {MOST_ACTIONS}], got {arms}")
        return float(
            self._library.bandit(
                *(ctypes.c_int(count) for count in (replicates, steps, arms)),
                *(ctypes.c_double(number) for number in (start, factor)),
                ctypes.c_uint64(seed),
            )
        )

    def bandit_avx512(
        self,
        replicates: int,
        steps: int,
        *,
        start: float,
        factor: float = 1.0,
        seed: int = 0,
        means: NDArray[np.float64] | None = None,
    ) -> float:
        """Do the same in AVX-512, with ten arms; ``means``, (R,), receives the mean reward of each replicate."""
        if not self.has_avx512:
            raise RuntimeError("this processor or compiler does not know AVX-512")
        if means is not None and (means.shape != (replicates,) or means.dtype != np.float64):
            raise ValueError(f"means must be a float64 array of shape {(replicates,)}, got {means.shape}")
        return float(
            self._library.bandit_avx512(
                *(ctypes.c_int(count) for count in (replicates, steps)),
                *(ctypes.c_double(number) for number in (start, factor)),
                ctypes.c_uint64(seed),
                ctypes.c_void_p(None if means is None else means.ctypes.data),
            )
        )

    def table(
        self,
        arrays: TableArrays,
        replicates: int,
        steps: int,
        *,
        start: float,
        factor: float = 1.0,
        step_size: float = 0.1,
        discount: float = 0.99,
        seed: int = 0,
        values: NDArray[np.float64] | None = None,
    ) -> float:
        """Q-learning with a softmax on a table; ``values``, (S, K), receives those of the last replicate."""
        states, actions, outcomes = arrays.cumulative.shape
        if not 1 <= actions <= MOST_ACTIONS:
            raise ValueError(f"the table must have at most {MOST_ACTIONS} actions, got {actions}")
        Q = np.empty((states, actions)) if values is None else values
        if Q.shape != (states, actions) or Q.dtype != np.float64 or not Q.flags.c_contiguous:
            raise ValueError(f"values must be a contiguous float64 array of shape {(states, actions)}, got {Q.shape}")
        parts = (arrays.cumulative, arrays.next_states, arrays.rewards, arrays.terminated, arrays.initial)
        allowed = None if arrays.allowed is None else arrays.allowed.ctypes.data
        return float(
            self._library.table(
                *(ctypes.c_int(count) for count in (replicates, steps, states, actions, outcomes)),
                *(ctypes.c_void_p(part.ctypes.data) for part in parts),
                ctypes.c_void_p(allowed),
                ctypes.c_int(arrays.limit),
                *(ctypes.c_double(number) for number in (start, factor, step_size, discount)),
                ctypes.c_void_p(Q.ctypes.data),
                ctypes.c_uint64(seed),
            )
        )


def _up_to_one(probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return cumulative sums that are exactly 1 from the last possible outcome on, where the C loops stop."""
    sums = np.cumsum(probs, axis=-1)
    after = np.flip(np.cumsum(np.flip(probs, axis=-1), axis=-1), axis=-1) - probs
    return np.ascontiguousarray(np.where(after > 0, sums, 1.0))


def _compiler() -> str:
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise MissingCompilerError(f"there is no C compiler {os.environ.get('CC', 'cc')!r} on this machine")
    return compiler


def _compiler_version(compiler: str) -> str:
    output = subprocess.run([compiler, "--version"], check=True, capture_output=True, text=True).stdout
    return output.splitlines()[0]


def _compiled(folder: Path, version: str) -> Path:
    key = hashlib.sha256(
        b"\0".join([*(source.read_bytes() for source in SOURCES), version.encode(), *map(str.encode, FLAGS)])
    ).hexdigest()
    library = folder / f"yardstick-{key[:16]}.so"
    if not library.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # The compiler writes under another name, so that no other process loads an unfinished library.
        unfinished = library.with_suffix(f".{os.getpid()}.tmp")
        command = [_compiler(), *FLAGS, "-o", str(unfinished), *map(str, SOURCES), "-lm"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        unfinished.replace(library)
    return library
