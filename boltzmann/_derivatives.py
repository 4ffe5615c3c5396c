"""What a library that differentiates may still want of an array, and what may be kept of one."""

from __future__ import annotations

import sys
from typing import Any

from boltzmann._numerics import libraries

__all__ = ["has_derivative", "known", "lasting", "own_copy"]


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
