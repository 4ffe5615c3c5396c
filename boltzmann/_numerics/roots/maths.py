"""The functions and limits that the laws of ``moves`` call, for the arrays of a library and for single floats."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann.arrays import NUMPY


class Maths:
    """A namespace ``m``: functions of numbers, and two limits of their dtype."""

    def __init__(self, source: Any, where: Callable[..., Any], limits: Any) -> None:
        self.exp, self.log, self.log1p, self.sqrt = source.exp, source.log, source.log1p, source.sqrt
        self.abs: Callable[..., Any] = getattr(source, "abs", abs)
        self.where = where
        # PyTorch's own maximum takes no plain number.
        self.maximum: Callable[..., Any] = lambda a, b: where(a > b, a, b)
        self.minimum: Callable[..., Any] = lambda a, b: where(a < b, a, b)
        self.tiny, self.eps = float(limits.smallest_normal), float(limits.eps)


OF_NUMPY = Maths(np, np.where, np.finfo(np.float64))
OF_NUMPY.maximum, OF_NUMPY.minimum = np.maximum, np.minimum

OF_FLOATS = Maths(math, lambda condition, a, b: a if condition else b, np.finfo(np.float64))
OF_FLOATS.maximum = lambda a, b: a if a > b else b
OF_FLOATS.minimum = lambda a, b: a if a < b else b


def maths_of(xp: Any, dtype: Any) -> Maths:
    """Return the namespace for arrays of a library and a dtype."""
    return OF_NUMPY if xp is NUMPY else Maths(xp, xp.where, xp.finfo(dtype))
