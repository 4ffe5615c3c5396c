"""PyTorch's tensors: when NumPy may compute for them, and which results may be cached.

A PyTorch operation takes some microseconds, and a distribution needs dozens. If no derivative is wanted, NumPy reads
the tensor's memory instead. For the few values of one decision NumPy is ten times as fast, and float32 is rounded only
once.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from boltzmann._numerics import libraries
from boltzmann.arrays import NUMPY, Namespace


def is_plain(values: Any, *others: Any) -> bool:
    """Return whether NumPy may read all inputs: tensors in this machine's memory without derivatives, or NumPy's."""
    torch = sys.modules.get("torch")
    # A tensor does not show that torch.func, a trace, or forward-mode derivatives record it, and none of them sees what
    # NumPy does.
    if torch is None or type(values) not in (torch.Tensor, torch.nn.Parameter) or is_recording():
        return False
    return _is_readable(torch, values) and (not others or all(map(_is_native_or_readable, others)))


def _is_native_or_readable(array: object) -> bool:
    return libraries.is_native(array) or _is_readable(sys.modules["torch"], array)


def _is_readable(torch: Any, tensor: Any) -> bool:
    if type(tensor) is not torch.Tensor and type(tensor) is not torch.nn.Parameter:
        return False
    if not tensor.is_cpu or tensor.layout is not torch.strided or (tensor.requires_grad and torch.is_grad_enabled()):
        return False
    return not torch._C._functorch.is_functorch_wrapped_tensor(tensor)


def is_at_hand(tensor: Any) -> bool:
    """Return whether NumPy may read a tensor that lies in this machine's memory, whether or not it has a derivative."""
    torch = sys.modules["torch"]
    is_dense = type(tensor) in (torch.Tensor, torch.nn.Parameter) and tensor.layout is torch.strided
    return is_dense and tensor.is_cpu and not is_recording()


def is_recording() -> bool:
    """Return whether a transform of PyTorch, a trace or forward-mode derivatives may record what is computed.

    It is True if this version of PyTorch does not say.
    """
    torch: Any = sys.modules["torch"]
    level = getattr(getattr(torch._C, "_functorch", None), "maybe_current_level", None)
    modes = getattr(torch._C, "_len_torch_dispatch_stack", None)
    if level is None or modes is None or torch.compiler.is_compiling():
        return True
    dual = getattr(torch.autograd.forward_ad, "_current_level", 0)
    return level() is not None or modes() > 0 or dual >= 0 or torch.jit.is_tracing()


def float_type(values: Any) -> object:
    """Return the dtype of the answers for values: their own, float64 for integers."""
    return values.dtype if values.dtype.is_floating_point else sys.modules["torch"].float64


def as_tensor(result: object, dtype: object) -> Any:
    """Return NumPy's result as a tensor, floats in the given dtype; read-only memory is copied."""
    array = np.asarray(result)
    tensor = sys.modules["torch"].from_numpy(array if array.flags.writeable else array.copy())
    return tensor.to(dtype) if array.dtype.kind == "f" else tensor


def without_derivative(name: str, array: Any) -> Any:
    """Return another library's array as NumPy's if its numbers are known and no derivative of it is wanted."""
    if libraries.is_native(array) or libraries.is_traced(array) or has_derivative(array):
        return array
    return libraries.to_numpy(name, array)


def has_derivative(array: Any) -> bool:
    """Return whether PyTorch may want a derivative with respect to a tensor, in reverse or forward mode."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(array, torch.Tensor):
        return False
    return array.requires_grad or getattr(torch.autograd.forward_ad, "_current_level", 0) >= 0


def is_recorded(array: Any) -> bool:
    """Return whether a derivative or a trace needs what is computed from an array in its own library."""
    if libraries.is_native(array):
        return False
    torch = sys.modules.get("torch")
    if libraries.is_traced(array):
        return True
    if torch is None or not isinstance(array, torch.Tensor):
        return False
    dual = getattr(torch.autograd.forward_ad, "_current_level", 0) >= 0
    return dual or (array.requires_grad and torch.is_grad_enabled())


def lasting(xp: Namespace, result: Any, source: Any) -> bool:
    """Return whether a result computed from ``source`` may be cached.

    Results of a trace may not, nor results that lack derivatives because they were switched off, as by
    ``torch.no_grad``.
    """
    if xp is NUMPY:
        return True
    if libraries.is_traced(result):
        return False
    if libraries.is_torch(xp):
        return not result.is_inference() and (sys.modules["torch"].is_grad_enabled() or not source.requires_grad)
    return True
