"""Which array library an input belongs to, and the few things in which the libraries differ.

The type alone identifies NumPy's and Python's own input, so that they never pay for other libraries. No other library
is imported before one of its arrays comes in.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar, cast

import numpy as np

from boltzmann import checks
from boltzmann.arrays import NUMPY, QUIET, Array, Namespace, Reals, Rng, Values
from boltzmann.arrays import is_tensor as is_tensor
from boltzmann.arrays import is_traced as is_traced

Compute = TypeVar("Compute", bound=Callable[..., Any])

_NATIVE = (np.ndarray, np.generic, float, int, list, tuple, bool, str, bytes, complex, type(None))
_LEAST_BITS = 32
"""NumPy has no bfloat16, and float16 is too coarse to compute with."""


def is_native(*arrays: object) -> bool:
    """Return whether all inputs are NumPy's or Python's own; objects without an array namespace are left to NumPy."""
    for array in arrays:  # noqa: SIM110 (a generator takes longer than the rest of this function)
        if not isinstance(array, _NATIVE) and _is_foreign(array):
            return False
    return True


def _is_foreign(array: object) -> bool:
    return (hasattr(array, "__array_namespace__") or is_tensor(array)) and not isinstance(array, np.ndarray)


def library(*arrays: Values | None) -> Namespace:
    """Return the array API namespace of the inputs, NumPy if all are NumPy's or Python's own."""
    return NUMPY if is_native(*arrays) else namespace(*arrays)


def namespace(*arrays: Values | None) -> Namespace:
    """Return the array API namespace of the foreign arrays among the inputs; TypeError if libraries are mixed."""
    foreign = [array for array in arrays if not isinstance(array, _NATIVE)]
    if all(is_tensor(array) for array in foreign):
        # torch.compile cannot trace array_namespace.
        return torch_namespace()
    import array_api_compat

    return cast(Namespace, array_api_compat.array_namespace(*foreign, use_compat=None))


def torch_namespace() -> Namespace:
    """Return PyTorch's functions by the names of the array API standard."""
    import array_api_compat.torch

    return cast(Namespace, array_api_compat.torch)


def is_torch(xp: Namespace) -> bool:
    """Return whether a namespace is PyTorch's."""
    return "torch" in xp.__name__


def is_jax(xp: Namespace) -> bool:
    """Return whether a namespace is JAX's."""
    return "jax" in xp.__name__


def device(array: Any) -> object:
    """Return the device that an array lives on."""
    if is_tensor(array):
        return array.device
    import array_api_compat

    return array_api_compat.device(array)


def detached(xp: Namespace, array: Any) -> Array:
    """Return the same numbers without a derivative."""
    if is_jax(xp):
        return sys.modules["jax"].lax.stop_gradient(array)  # type: ignore[no-any-return]
    return array.detach() if is_torch(xp) else array  # type: ignore[no-any-return]


def to_numpy(name: str, array: Any) -> Any:
    """Return another library's array as NumPy's, and anything else as it is; TypeError if the array is traced."""
    if is_native(array):
        return array
    if is_traced(array):
        raise TypeError(f"{name} must be known numbers, got a traced array: compute this outside of the compiled part")
    xp = namespace(array)
    if xp.isdtype(array.dtype, "real floating") and xp.finfo(array.dtype).bits < _LEAST_BITS:
        array = xp.astype(array, xp.float32)
    if is_torch(xp):
        # Inside a function that torch.func differentiates, a constant has numbers, but shows no memory.
        with transforms_off():
            return array.detach().cpu().resolve_neg().numpy()
    # ``__array__`` does not move an array from another device.
    return np.asarray(array) if is_jax(xp) else np.from_dlpack(array, device="cpu")


def transforms_off() -> AbstractContextManager[object]:
    """Make torch.func ignore what is computed, for numbers that are known and have no derivative."""
    return getattr(sys.modules["torch"]._C, "_DisableFuncTorch", nullcontext)()


def returned(result: Any, like: Any, *, least_bits: int = 0) -> Any:
    """Return NumPy's result in the library of ``like``, floats in its dtype; for NumPy the result stays as it is.

    If that dtype has fewer bits than ``least_bits``, floats are float32.
    """
    if is_native(like):
        return result
    xp, array = namespace(like), np.asarray(result)
    if array.dtype == np.bool_:
        return _listed(xp, array, xp.bool, device(like))
    if not xp.isdtype(like.dtype, "real floating"):
        like = xp.astype(like, widest_float(xp))
    elif xp.finfo(like.dtype).bits < least_bits:
        like = xp.astype(like, xp.float32)
    return _rounded(xp, array, like)


def returned_indices(indices: Any, like: Any) -> Any:
    """Return NumPy's integers in the library of ``like``, in its dtype of indices; for NumPy they stay as they are."""
    if is_native(like):
        return indices
    xp = namespace(like)
    if is_torch(xp):
        return sys.modules["torch"].from_numpy(np.asarray(indices)).to(device(like))
    return _listed(xp, np.asarray(indices), default_integer(xp), device(like))


def quiet(xp: Namespace) -> AbstractContextManager[object]:
    """Silence NumPy's warnings for libraries that compute with NumPy; PyTorch and JAX have none."""
    return np.errstate(all="ignore") if xp is NUMPY or not (is_jax(xp) or is_torch(xp)) else nullcontext()


def quietly(compute: Compute) -> Compute:
    """Decorate a function of a namespace and arrays, so that it computes under :func:`quiet`."""
    # A decorator takes half the time of a ``with`` statement.
    by_numpy = QUIET(compute)

    @functools.wraps(compute)
    def computed(xp: Namespace, *arguments: Any) -> Any:
        if xp is NUMPY:
            return by_numpy(xp, *arguments)
        with quiet(xp):
            return compute(xp, *arguments)

    return cast(Compute, computed)


def to_float(xp: Namespace, name: str, array: Any, like: Array | None = None) -> Array:
    """Make a real floating-point array of the library: integers become its default float, floats keep their dtype.

    ``like`` has the dtype and device for input from elsewhere, such as a Python number.
    """
    if xp is NUMPY:
        return checks.numeric_array(name, array)
    if isinstance(array, _NATIVE):
        return _rounded(xp, checks.numeric_array(name, array), like)  # type: ignore[arg-type]
    if xp.isdtype(array.dtype, "integral"):
        return xp.astype(array, widest_float(xp) if like is None else like.dtype)
    if not xp.isdtype(array.dtype, "real floating"):
        raise TypeError(f"{name} must be real numbers, got {array.dtype}")
    if like is not None and array.dtype != like.dtype:
        array = xp.astype(array, like.dtype)
    floats: Array = array
    if not is_jax(xp):
        return floats
    # JAX computes with subnormal numbers as with 0, but compares them as they are. Subtract them instead of replacing
    # them, so that a number that is 0 keeps its derivative.
    tiny = xp.abs(floats) < xp.finfo(floats.dtype).smallest_normal
    return floats - detached(xp, xp.where(tiny, floats, 0.0))


def _rounded(xp: Namespace, numbers: Reals, like: Any) -> Array:
    """Round NumPy numbers to the dtype of ``like``; numbers beyond its range become 0 or inf, its limits."""
    width = xp.finfo(like.dtype).bits
    with np.errstate(over="ignore", under="ignore"):
        rounded: Any = numbers.astype(np.float64 if width > _LEAST_BITS else np.float32)
    if is_jax(xp):
        rounded = np.where(abs(rounded) < np.finfo(rounded.dtype).smallest_normal, 0.0, rounded)
    return _listed(xp, rounded, like.dtype, device(like))


def _listed(xp: Namespace, array: Any, dtype: object, device: object) -> Array:
    """Pass NumPy's array on as lists, since not every library takes NumPy's arrays; empty lists have no shape."""
    result = xp.asarray(array.tolist(), dtype=dtype, device=device)
    return result if array.size else xp.reshape(result, array.shape)


def widest_float(xp: Namespace) -> object:
    """Return the widest dtype of real numbers; JAX has no float64 by default."""
    return xp.result_type(float) if is_jax(xp) else xp.float64


def default_integer(xp: Namespace) -> object:
    """Return the dtype of indices; JAX has no int64 by default."""
    return xp.result_type(int) if is_jax(xp) else xp.int64


def uniform(xp: Namespace, rng: Any, shape: tuple[int, ...], like: Array) -> Array:
    """Draw uniforms in [0, 1] on the device of ``like``; TypeError if ``rng`` belongs to another library."""
    if is_torch(xp):
        return torch_uniforms(rng, shape).to(device(like))  # type: ignore[no-any-return]
    if is_jax(xp):
        random = sys.modules["jax"].random
        first, second = random.split(jax_key(rng))
        wide = widest_float(xp)
        drawn: Array = random.uniform(first, shape, dtype=wide)
        # float32 draws are multiples of 2^-23. The second draw fills in smaller digits, for small weights at the front.
        return drawn if wide == xp.float64 else drawn + random.uniform(second, shape, dtype=wide) * 2.0**-23
    if not isinstance(rng, np.random.Generator):
        raise checks.no_generator(rng)
    return _listed(xp, np.asarray(rng.random(shape)), xp.float64, device(like))


def torch_uniforms(rng: Rng, shape: tuple[int, ...]) -> Any:
    """Draw float64 uniforms in [0, 1) with PyTorch's generator, on its device."""
    torch, generator = sys.modules["torch"], torch_generator(rng)
    return torch.rand(shape, generator=generator, dtype=torch.float64, device=generator.device)


def jax_key(rng: Any) -> Any:
    """Return JAX's key, typed or raw; TypeError for anything else."""
    jax = sys.modules["jax"]
    if not isinstance(rng, jax.Array | np.ndarray):
        raise TypeError(f"rng must be a JAX key, such as jax.random.key(0), got {checks.shown(rng)}")
    return rng


def torch_generator(rng: Any) -> Any:
    """Return PyTorch's generator; TypeError for anything else."""
    if not isinstance(rng, sys.modules["torch"].Generator):
        raise TypeError(f"rng must be a torch.Generator, got {rng!r}")
    return rng
