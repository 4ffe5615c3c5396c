"""What the generated kernels import: numba's options, and the exponential."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# Kernels allocate nothing and their callers hold all arrays, so numba's reference counting is off.
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}

# Adding 1.5 * 2^52 rounds a number to an integer and puts the integer into the last bits.
_ROUNDER = 6755399441055744.0
_ROUNDER_BITS = int(np.float64(_ROUNDER).view(np.int64))
_EXPONENT_BIAS, _MANTISSA_BITS = 1023, 52
_LOWEST, _LOWEST_NORMAL = -745.0, -708.0
_HIGHEST = 709.782712893384
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10


def _exponential(x: float) -> Any:
    """Return exp(x); 0 below -708, inf above the largest logarithm of a float.

    Cody & Waite's reduction in two parts ("Software manual for the elementary functions", 1980), and Taylor's
    polynomial of degree 12 on [-log(2) / 2, log(2) / 2].
    """
    y = min(max(x, _LOWEST), _HIGHEST)
    rounded = y * _LOG2_E + _ROUNDER
    k = rounded - _ROUNDER
    # Half the power of two, since 2^1024 is beyond the floats.
    half = np.int64((np.float64(rounded).view(np.int64) - _ROUNDER_BITS + (_EXPONENT_BIAS - 1)) << _MANTISSA_BITS).view(
        np.float64
    )
    r = (y - k * _LN2_HIGH) - k * _LN2_LOW
    p = (1 / 479001600.0) * r + 1 / 39916800.0
    p = ((p * r + 1 / 3628800.0) * r + 1 / 362880.0) * r + 1 / 40320.0
    p = ((p * r + 1 / 5040.0) * r + 1 / 720.0) * r + 1 / 120.0
    p = (((p * r + 1 / 24.0) * r + 1 / 6.0) * r + 0.5) * r + 1.0
    within = (p * r + 1.0) * half * 2.0 if x <= _HIGHEST else np.inf
    return within if y > _LOWEST_NORMAL else 0.0


exponential: Any = njit(forceinline=True, fastmath={"contract"}, **OPTIONS)(_exponential)
