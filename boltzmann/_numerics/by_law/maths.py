"""The functions and limits that laws of numbers call, for the arrays of a library and for single floats.

A law is a function of a namespace ``m`` and of numbers: the rules of ``roots``, the schedules, and the laws of
``boltzmann.laws``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann.arrays import NUMPY, QUIET

_NAMES = ("exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tanh", "hypot", "floor", "isfinite")


class Maths:
    """A namespace ``m``: functions of numbers, and two limits of their dtype."""

    exp: Callable[..., Any]
    log: Callable[..., Any]
    log1p: Callable[..., Any]
    expm1: Callable[..., Any]
    sqrt: Callable[..., Any]
    sin: Callable[..., Any]
    cos: Callable[..., Any]
    tanh: Callable[..., Any]
    hypot: Callable[..., Any]
    floor: Callable[..., Any]
    isfinite: Callable[..., Any]

    def __init__(self, source: Any, where: Callable[..., Any], limits: Any) -> None:
        for name in _NAMES:
            setattr(self, name, getattr(source, name))
        self.abs: Callable[..., Any] = getattr(source, "abs", abs)
        self.power: Callable[..., Any] = lambda base, exponent: base**exponent
        self.where = where
        # PyTorch's own maximum takes no plain number.
        self.maximum: Callable[..., Any] = lambda a, b: where(a > b, a, b)
        self.minimum: Callable[..., Any] = lambda a, b: where(a < b, a, b)
        self.tiny, self.eps = float(limits.smallest_normal), float(limits.eps)


def _of_plain_floats(source: Any) -> Maths:
    made = Maths(source, lambda condition, a, b: a if condition else b, np.finfo(np.float64))
    made.maximum = lambda a, b: a if a > b else b
    made.minimum = lambda a, b: a if a < b else b
    return made


OF_NUMPY = Maths(np, np.where, np.finfo(np.float64))
OF_NUMPY.maximum, OF_NUMPY.minimum, OF_NUMPY.power = np.maximum, np.minimum, np.power

OF_FLOATS = _of_plain_floats(math)
"""Python's functions, which raise errors beyond their domain."""


def _as_numpy(name: str) -> Callable[..., float]:
    function = QUIET(getattr(np, name))
    return lambda *numbers: float(function(*numbers))


OF_SINGLE = _of_plain_floats(math)
"""NumPy's functions of Python floats: to the bit what they are of an array."""
for _name in (*_NAMES, "power"):
    setattr(OF_SINGLE, _name, _as_numpy(_name))


def maths_of(xp: Any, dtype: Any, device: Any = None) -> Maths:
    """Return the namespace for arrays of a library, a dtype and a device."""
    if xp is NUMPY:
        return OF_NUMPY

    def where(condition: Any, a: Any, b: Any) -> Any:
        # Of two plain numbers PyTorch makes an array of its default dtype.
        if isinstance(a, int | float) and isinstance(b, int | float):
            a = xp.full((), float(a), dtype=dtype, device=device)
        return xp.where(condition, a, b)

    return Maths(xp, where, xp.finfo(dtype))
