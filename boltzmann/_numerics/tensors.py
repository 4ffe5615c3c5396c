"""PyTorch's tensors: when NumPy may compute for them, and what of them may be cached.

A PyTorch operation takes some microseconds, and a distribution needs dozens. Where no derivative is wanted, NumPy reads
the tensor's memory instead: for the few values that an agent acts by this is ten times as fast, and float32 is rounded
only once.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from boltzmann._numerics import libraries


def is_plain(values: Any, *others: Any) -> bool:
    """Whether values are a tensor in this machine's memory without derivatives, and all else such or NumPy's."""
    torch = sys.modules.get("torch")
    # What torch.func, a trace, or forward-mode derivatives watch leaves no mark on a tensor, and they would miss what
    # NumPy does.
    if torch is None or type(values) not in (torch.Tensor, torch.nn.Parameter) or _is_watched(torch):
        return False
    tensors = [values, *(other for other in others if not libraries.is_native(other))]
    if any(type(tensor) not in (torch.Tensor, torch.nn.Parameter) or libraries.is_traced(tensor) for tensor in tensors):
        return False
    wanted = torch.is_grad_enabled()
    return all(
        tensor.device.type == "cpu" and tensor.layout is torch.strided and not (wanted and tensor.requires_grad)
        for tensor in tensors
    )


def _is_watched(torch: Any) -> bool:
    """Whether something looks on at what is computed; where PyTorch does not tell, it may be."""
    level = getattr(getattr(torch._C, "_functorch", None), "maybe_current_level", None)
    modes = getattr(torch._C, "_len_torch_dispatch_stack", None)
    if level is None or modes is None or torch.compiler.is_compiling():
        return True
    dual = getattr(torch.autograd.forward_ad, "_current_level", 0)
    return level() is not None or modes() > 0 or dual >= 0 or torch.jit.is_tracing()


def float_type(values: Any) -> Any:
    """Give the dtype of the answers to values: their own, float64 for integers."""
    return values.dtype if values.dtype.is_floating_point else sys.modules["torch"].float64


def as_tensor(result: Any, dtype: Any) -> Any:
    """Give NumPy's answer as a tensor, floats of a dtype; a copy where its memory is not to be written to."""
    array = np.asarray(result)
    found = sys.modules["torch"].from_numpy(array if array.flags.writeable else array.copy())
    return found.to(dtype) if array.dtype.kind == "f" else found


class Uniforms:
    """A ``torch.Generator`` with what the draws ask of NumPy's."""

    def __init__(self, rng: Any) -> None:
        torch = sys.modules["torch"]
        if not isinstance(rng, torch.Generator):
            raise TypeError(f"rng must be a torch.Generator, got {rng!r}")
        self._rng = rng

    def random(self, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw uniforms in [0, 1), float64."""
        torch, rng = sys.modules["torch"], self._rng
        shape = (shape,) if isinstance(shape, int) else shape
        with libraries.transforms_off():
            return torch.rand(shape, generator=rng, dtype=torch.float64, device=rng.device).cpu().numpy()


def _is_tensor(array: Any) -> bool:
    return "torch" in sys.modules and isinstance(array, sys.modules["torch"].Tensor)


def known(name: str, part: Any) -> Any:
    """Give another library's array as NumPy's where its numbers are known and no derivative is wanted of it."""
    if libraries.is_native(part) or libraries.is_traced(part) or has_derivative(part):
        return part
    return libraries.to_numpy(name, part)


def has_derivative(array: Any) -> bool:
    """Whether PyTorch may want a derivative with respect to a tensor, in reverse or forward mode."""
    if not _is_tensor(array):
        return False
    return array.requires_grad or getattr(sys.modules["torch"].autograd.forward_ad, "_current_level", 0) >= 0


def own_copy(array: Any) -> Any:
    """Give a tensor of PyTorch's as one that nobody else writes to; other libraries' arrays as they are."""
    return array.clone() if _is_tensor(array) else array


def lasting(result: Any, source: Any) -> bool:
    """Whether what was computed from ``source`` may be kept for later.

    Not what a trace made, nor what lacks the derivatives that were switched off, as by ``torch.no_grad``.
    """
    if libraries.is_native(result):
        return True
    if libraries.is_traced(result):
        return False
    if _is_tensor(result):
        return not result.is_inference() and (sys.modules["torch"].is_grad_enabled() or not source.requires_grad)
    return True
