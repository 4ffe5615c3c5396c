"""Which array library an input belongs to, and the few things in which the libraries differ.

NumPy and plain Python input is told apart by its type alone and never pays for the others, which are not imported
unless one of their arrays comes in.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from boltzmann import checks

_NATIVE = (np.ndarray, np.generic, float, int, list, tuple, bool, str, bytes, complex, type(None))


def is_native(*arrays: Any) -> bool:
    """Whether all inputs are NumPy's or Python's own; anything that has no array namespace is left to NumPy."""
    for array in arrays:  # noqa: SIM110 (a generator takes longer than all else here)
        if not isinstance(array, _NATIVE) and _is_foreign(array):
            return False
    return True


def _is_foreign(array: Any) -> bool:
    if hasattr(array, "__array_namespace__") or ("torch" in sys.modules and isinstance(array, _torch().Tensor)):
        return not isinstance(array, np.ndarray)
    return False


def _torch() -> Any:
    return sys.modules["torch"]


def namespace(*arrays: Any) -> Any:
    """Give the array API namespace of the foreign arrays among the inputs.

    Raises
    ------
    TypeError
        Where arrays of several libraries are mixed.
    """
    foreign = [array for array in arrays if not isinstance(array, _NATIVE)]
    if "torch" in sys.modules and all(isinstance(array, _torch().Tensor) for array in foreign):
        # torch.compile cannot look through array_namespace.
        import array_api_compat.torch

        return array_api_compat.torch
    import array_api_compat

    return array_api_compat.array_namespace(*foreign, use_compat=None)


def device(array: Any) -> Any:
    """Give the device that an array lives on."""
    if "torch" in sys.modules and isinstance(array, _torch().Tensor):
        return array.device
    import array_api_compat

    return array_api_compat.device(array)


def detached(xp: Any, array: Any) -> Any:
    """Give the same numbers without a derivative."""
    if _is_jax(xp):
        return sys.modules["jax"].lax.stop_gradient(array)
    return array.detach() if "torch" in xp.__name__ else array


def converted(xp: Any, part: Any) -> Any:
    """Give NumPy's or Python's own as an array of the library; its arrays, which a copy would cost a warning, as is."""
    return xp.asarray(part) if part is not None and is_native(part) else part


def to_numpy(name: str, array: Any) -> Any:
    """Give another library's array as NumPy's, and anything else as it is.

    Raises
    ------
    TypeError
        Where the numbers are not known, under ``jax.jit``, ``vmap`` or ``torch.compile``.
    """
    if is_native(array):
        return array
    if is_traced(array):
        raise TypeError(f"{name} must be known numbers, got a traced array: compute this outside of the compiled part")
    xp = namespace(array)
    if xp.isdtype(array.dtype, "real floating") and xp.finfo(array.dtype).bits < 32:
        # NumPy knows no bfloat16.
        array = xp.astype(array, xp.float32)
    if "torch" in sys.modules and isinstance(array, _torch().Tensor):
        # A constant of a function that torch.func differentiates has numbers, but as long as it looks on no memory.
        with transforms_off():
            return array.detach().cpu().resolve_neg().numpy()
    return np.from_dlpack(array) if not hasattr(array, "__array__") else np.asarray(array)


def transforms_off() -> AbstractContextManager[Any]:
    """Let torch.func, inside of which this may be, look away from what is known and has no derivative."""
    return getattr(_torch()._C, "_DisableFuncTorch", nullcontext)()


def returned(result: Any, like: Any, *, least_bits: int = 0) -> Any:
    """Give NumPy's answer to another library's question in that library, its floats in the dtype of the question.

    Where that has fewer bits than ``least_bits``, they are float32. An answer to NumPy stays as it is.
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
    return _quiet_cast(xp, array, like)


def quiet(xp: Any) -> AbstractContextManager[Any]:
    """Silence NumPy's warnings where a library is NumPy underneath; PyTorch and JAX give none."""
    return nullcontext() if _is_jax(xp) or "torch" in xp.__name__ else np.errstate(all="ignore")


def is_traced(array: Any) -> bool:
    """Whether the values are unknown for now, as under ``jax.jit``, ``vmap`` or ``torch.compile``."""
    if "jax" in sys.modules and isinstance(array, sys.modules["jax"].core.Tracer):
        return True
    if "torch" in sys.modules and isinstance(array, _torch().Tensor):
        if _torch().compiler.is_compiling():
            return True
        return bool(_torch()._C._functorch.is_functorch_wrapped_tensor(array))
    return False


def to_float(xp: Any, name: str, array: Any, like: Any = None) -> Any:
    """Make a real floating-point array of the library: integers become its default float, floats keep their dtype.

    ``like`` gives dtype and device to what comes from elsewhere, such as a Python number.
    """
    if isinstance(array, _NATIVE):
        plain = np.asarray(array)
        if plain.dtype.kind not in "iuf":
            raise TypeError(f"{name} must be real numbers, got {plain.dtype} {array!r}")
        return _quiet_cast(xp, plain, like)
    if xp.isdtype(array.dtype, "integral"):
        return xp.astype(array, widest_float(xp) if like is None else like.dtype)
    if not xp.isdtype(array.dtype, "real floating"):
        raise TypeError(f"{name} must be real numbers, got {array.dtype}")
    if like is not None and array.dtype != like.dtype:
        array = xp.astype(array, like.dtype)
    if not _is_jax(xp):
        return array
    # JAX computes with subnormal numbers as with 0, but does not compare them so. They are taken off and not replaced:
    # a number that is 0 has a derivative like any other.
    tiny = xp.abs(array) < xp.finfo(array.dtype).smallest_normal
    return array - detached(xp, xp.where(tiny, array, 0.0))


def _quiet_cast(xp: Any, plain: Any, like: Any) -> Any:
    """Round NumPy numbers to the dtype of ``like``; what is beyond its range becomes 0 or inf, its limits."""
    width = xp.finfo(like.dtype).bits
    with np.errstate(over="ignore", under="ignore"):
        rounded = plain.astype(np.float64 if width > 32 else np.float32)
    # Through Python lists, since not every library takes NumPy's arrays.
    if _is_jax(xp):
        rounded = np.where(abs(rounded) < np.finfo(rounded.dtype).smallest_normal, 0.0, rounded)
    return _listed(xp, rounded, like.dtype, device(like))


def _listed(xp: Any, array: Any, dtype: Any, place: Any) -> Any:
    """Hand NumPy's array over by way of lists, of which one without entries says nothing of its shape."""
    found = xp.asarray(array.tolist(), dtype=dtype, device=place)
    return found if array.size else xp.reshape(found, array.shape)


def widest_float(xp: Any) -> Any:
    """Give the library's widest dtype of real numbers; JAX has no float64 unless it is told to."""
    return xp.result_type(float) if _is_jax(xp) else xp.float64


def indices(xp: Any, array: Any) -> Any:
    """Give integers of the kind that the library indexes with; JAX has its own default and warns of others."""
    return array if _is_jax(xp) else xp.astype(array, xp.int64)


def uniform(xp: Any, rng: Any, shape: tuple[int, ...], like: Any) -> Any:
    """Draw uniforms in [0, 1] on the device of ``like`` from the library's own kind of randomness.

    Raises
    ------
    TypeError
        Where ``rng`` is of another library.
    """
    if "torch" in xp.__name__:
        torch = _torch()
        if not isinstance(rng, torch.Generator):
            raise TypeError(f"rng must be a torch.Generator, got {rng!r}")
        return torch.rand(shape, generator=rng, dtype=torch.float64, device=rng.device).to(like.device)
    if _is_jax(xp):
        random = sys.modules["jax"].random
        first, second = random.split(rng)
        wide = widest_float(xp)
        drawn = random.uniform(first, shape, dtype=wide)
        # float32 draws are multiples of 2^-23: the second one fills in what is below, where small weights stand first.
        return drawn if wide == xp.float64 else drawn + random.uniform(second, shape, dtype=wide) * 2.0**-23
    if not isinstance(rng, np.random.Generator):
        raise checks.no_generator(rng)
    return _listed(xp, np.asarray(rng.random(shape)), xp.float64, device(like))


def _is_jax(xp: Any) -> bool:
    return "jax" in xp.__name__
