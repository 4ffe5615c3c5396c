"""Annotations: what an array is, in every library, and whether it is traced; the largest float; errstate."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

LARGEST = float(np.finfo(np.float64).max)
"""The largest finite float."""

QUIET = np.errstate(all="ignore")
"""Decorates functions that compute with NumPy: they treat every infinity themselves, whatever the caller's errstate."""

OVERFLOW_RAISES = np.errstate(all="ignore", over="raise")
"""Decorates functions that are ready for a FloatingPointError: NumPy checks the overflow flag anyway, for free."""

AS_USUAL = np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")
"""Decorates functions that run other people's code: it meets NumPy's defaults, as in a new process."""

Floats: TypeAlias = NDArray[np.float64]
Reals: TypeAlias = NDArray[np.floating[Any]]
Bools: TypeAlias = NDArray[np.bool_]


class Array(Protocol):
    """An array of NumPy, PyTorch, JAX or any library that follows the array API standard."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""

    @property
    def ndim(self) -> int:
        """The number of axes."""

    @property
    def dtype(self) -> Any:
        """The type of the entries."""

    def __array__(self) -> NDArray[Any]: ...
    def __getitem__(self, key: Any, /) -> Array: ...
    def __float__(self) -> float: ...
    def __neg__(self) -> Array: ...
    def __invert__(self) -> Array: ...
    def __add__(self, other: Any, /) -> Array: ...
    def __radd__(self, other: Any, /) -> Array: ...
    def __sub__(self, other: Any, /) -> Array: ...
    def __rsub__(self, other: Any, /) -> Array: ...
    def __mul__(self, other: Any, /) -> Array: ...
    def __rmul__(self, other: Any, /) -> Array: ...
    def __truediv__(self, other: Any, /) -> Array: ...
    def __rtruediv__(self, other: Any, /) -> Array: ...
    def __pow__(self, other: Any, /) -> Array: ...
    def __and__(self, other: Any, /) -> Array: ...
    def __or__(self, other: Any, /) -> Array: ...
    def __eq__(self, other: Any, /) -> Array: ...  # type: ignore[override]
    def __ne__(self, other: Any, /) -> Array: ...  # type: ignore[override]
    def __lt__(self, other: Any, /) -> Array: ...
    def __le__(self, other: Any, /) -> Array: ...
    def __gt__(self, other: Any, /) -> Array: ...
    def __ge__(self, other: Any, /) -> Array: ...


class Namespace(Protocol):
    """The functions of an array library, by the names of the array API standard."""

    inf: float
    nan: float
    __name__: str

    def broadcast_arrays(self, *arrays: Array) -> Sequence[Array]:
        """Return views of one shape."""

    def isdtype(self, dtype: object, kind: str) -> bool:
        """Return whether a dtype is of a kind, such as "integral"."""

    def finfo(self, dtype: object, /) -> Any:
        """Return the limits of a floating-point dtype."""

    def __getattr__(self, name: str, /) -> Callable[..., Array]: ...


NUMPY = cast(Namespace, np)


_Result = TypeVar("_Result")


def read_only(result: _Result) -> _Result:
    """Make an array of NumPy read-only, so that a distribution may keep what it hands out; return what was given."""
    if isinstance(result, np.ndarray):
        # A third of the time of setting the flag, or of naming the argument.
        result.setflags(False)  # type: ignore[call-arg]
    return result


def is_tensor(array: object) -> bool:
    """Return whether an array is PyTorch's."""
    return "torch" in sys.modules and isinstance(array, sys.modules["torch"].Tensor)


def is_traced(array: object) -> bool:
    """Return whether the numbers are not known yet, as under ``jax.jit``, ``vmap`` or ``torch.compile``."""
    if "jax" in sys.modules and isinstance(array, sys.modules["jax"].core.Tracer):
        return True
    if is_tensor(array):
        torch = sys.modules["torch"]
        return bool(torch.compiler.is_compiling() or torch._C._functorch.is_functorch_wrapped_tensor(array))
    return False


def varies(number: object) -> bool:
    """Return whether a number is traced or has a derivative, so that a float would not say all of it."""
    return is_traced(number) or bool(getattr(number, "requires_grad", False))


class TorchGenerator(Protocol):
    """The part of ``torch.Generator`` that tells it from other randomness."""

    def manual_seed(self, seed: int, /) -> object:
        """Set the seed."""


Values: TypeAlias = ArrayLike | Array
"""Numbers of any library: action values, weights, temperatures."""

Mask: TypeAlias = ArrayLike | Array | None
"""Booleans of any library that mark the allowed actions; None allows all."""

Weights: TypeAlias = ArrayLike | Array | None
"""Non-negative weights of any library; None is 1 for each."""

Input: TypeAlias = ArrayLike | Array | None
"""An input of a policy beside values, step and mask, such as visits; None if it is not given."""

Step: TypeAlias = int | None
"""How many steps were taken before this one; None if it is not given."""

Rng: TypeAlias = "np.random.Generator | TorchGenerator | Array"
"""The randomness of a library: NumPy's or PyTorch's generator, or a JAX key. A string, so as not to load it."""
