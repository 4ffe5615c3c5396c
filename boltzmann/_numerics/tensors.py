"""PyTorch's tensors of which no derivative is wanted: NumPy reads their memory and computes in their place.

An operation of PyTorch's takes some microseconds, and a distribution needs dozens of them: for the few values that an
agent acts by, this is ten times as fast, and float32 is rounded but once.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from boltzmann._numerics import libraries

__all__ = ["Uniforms", "as_tensor", "float_type", "is_plain"]


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
