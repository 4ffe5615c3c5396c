"""What the generated kernels import: numba's options with the passes of its compiler, and the functions they call."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numba.core import compiler, compiler_machinery, lowering, typed_passes, untyped_passes


class _WideLower(lowering.Lower):
    """Numba's last stage, which here asks for vectors of 512 bits: on Intel's processors LLVM takes half as many."""

    def setup_function(self, described: Any) -> None:
        """Begin a function; the set of attributes refuses those that llvmlite has no name for."""
        super().setup_function(described)  # type: ignore[no-untyped-call]
        set.add(self.function.attributes, '"prefer-vector-width"="512"')


@compiler_machinery.register_pass(mutates_CFG=True, analysis_only=False)  # type: ignore[no-untyped-call]
class _WideLowering(typed_passes.BaseNativeLowering):
    _name = "wide_lowering"  # type: ignore[assignment]

    @property
    def lowering_class(self) -> Any:
        return _WideLower


class KernelCompiler(compiler.CompilerBase):
    """Numba's compiler without the passes that kernels have no use for, which take a third of its time.

    Each name of a kernel has one type, so no names have to be split; there are no closures, branches on types or
    exceptions to rewrite; and nothing is counted, so no variable has to be deleted where it is last used.
    """

    def define_pipelines(self) -> list[Any]:
        """Return the passes: from bytecode to numba's notation, types, and machine code."""
        passes: Any = compiler_machinery.PassManager("kernel")  # type: ignore[no-untyped-call]
        for each in (
            *(untyped_passes.TranslateByteCode, untyped_passes.FixupArgs, untyped_passes.IRProcessing),
            *(typed_passes.NopythonTypeInference, typed_passes.AnnotateTypes),
            *(_WideLowering, typed_passes.NoPythonBackend),
        ):
            passes.add_pass(each, each.__name__)
        passes.finalize()
        return [passes]


# Kernels allocate nothing and their callers hold all arrays, so numba's reference counting is off.
OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    "no_cfunc_wrapper": True,
    "pipeline_class": KernelCompiler,
}

# Adding 1.5 * 2^52 rounds a number to an integer and puts the integer into the last bits.
_ROUNDER = 6755399441055744.0
_ROUNDER_BITS = int(np.float64(_ROUNDER).view(np.int64))
_EXPONENT_BIAS, _MANTISSA_BITS = 1023, 52
_LOWEST, _LOWEST_NORMAL = -745.0, -708.0
_HIGHEST = 710.0
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10

# (exp(r) - 1 - r) / r^2 at the Chebyshev points of [-log(2) / 2, log(2) / 2], interpolated by mpmath with 50 digits:
# r + r^2 times the polynomial is exp(r) - 1 to 4.1e-17 of itself.
_EXPONENTIAL = (
    *(0.5000000000000001, 0.16666666666666669, 0.041666666666624164, 0.008333333333330065, 0.0013888888917196719),
    *(0.00019841269863040545, 2.4801521322368692e-05, 2.7557268480310024e-06, 2.762007587998348e-07),
    2.510037583256132e-08,
)
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10, _E11 = _EXPONENTIAL


def _reduced(x: float) -> Any:
    """Return q and s with exp(x) = 2 s (q + 1); s is half a power of two, since 2^1024 is beyond the floats.

    Cody & Waite's reduction in two parts ("Software manual for the elementary functions", 1980), and a polynomial on
    [-log(2) / 2, log(2) / 2].
    """
    y = min(max(x, _LOWEST), _HIGHEST)
    rounded = y * _LOG2_E + _ROUNDER
    k = rounded - _ROUNDER
    half = np.int64((np.float64(rounded).view(np.int64) - _ROUNDER_BITS + (_EXPONENT_BIAS - 1)) << _MANTISSA_BITS).view(
        np.float64
    )
    r = (y - k * _LN2_HIGH) - k * _LN2_LOW
    p = ((_E11 * r + _E10) * r + _E9) * r + _E8
    p = (((p * r + _E7) * r + _E6) * r + _E5) * r + _E4
    p = ((p * r + _E3) * r + _E2) * r + 1.0
    return p * r, half


reduced: Any = njit(forceinline=True, fastmath={"contract"}, **OPTIONS)(_reduced)


def _exponential(x: float) -> Any:
    """Return exp(x); 0 below -708, inf above the largest logarithm of a float."""
    q, half = reduced(x)
    # The exponential of the highest argument is beyond the floats.
    return (q + 1.0) * half * 2.0 if x > _LOWEST_NORMAL else 0.0


exponential: Any = njit(forceinline=True, fastmath={"contract"}, **OPTIONS)(_exponential)


def _exponential_minus_1(x: float) -> Any:
    """Return exp(x) - 1, of which no digit is lost near 0."""
    q, half = reduced(x)
    return (q * half + (half - 0.5)) * 2.0 if x > _LOWEST_NORMAL else -1.0


exponential_minus_1: Any = njit(forceinline=True, fastmath={"contract"}, **OPTIONS)(_exponential_minus_1)


# The series of atanh as a minimax polynomial, of FreeBSD's e_log.c.
_LOG_SERIES = (
    *(6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01),
    *(1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01),
)
_L1, _L2, _L3, _L4, _L5, _L6, _L7 = _LOG_SERIES
_LOG2_HIGH, _LOG2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_TINY, _SCALE, _SCALE_BITS = 2.2250738585072014e-308, 2.0**54, 54.0
_ROOT_HALF_BITS = int(np.float64(np.sqrt(0.5)).view(np.int64))
_MANTISSA = 2**_MANTISSA_BITS - 1


def _logarithm(x: float) -> Any:
    """Return log(x), within a unit of the last place, without a branch, so that loops of it become vector code.

    2 atanh(f / (2 + f)) of a mantissa 1 + f in [sqrt(1/2), sqrt(2)), by the polynomial of FreeBSD's e_log.c.
    """
    scaled = x * _SCALE if x < _TINY else x
    # The bits are counted from those of sqrt(1/2), so that the exponent is that of the mantissa's interval.
    bits = np.float64(scaled).view(np.int64) - _ROOT_HALF_BITS
    k = np.float64(bits >> _MANTISSA_BITS)
    f = np.int64((bits & _MANTISSA) + _ROOT_HALF_BITS).view(np.float64) - 1.0
    k = k - _SCALE_BITS if x < _TINY else k
    s = f / (2.0 + f)
    z = s * s
    series = z * (_L1 + z * (_L2 + z * (_L3 + z * (_L4 + z * (_L5 + z * (_L6 + z * _L7))))))
    half = 0.5 * f * f
    within = k * _LOG2_HIGH - ((half - (s * (half + series) + k * _LOG2_LOW)) - f)
    ends = x if x > 0.0 else (-np.inf if x == 0.0 else np.nan)
    return within if 0.0 < x < np.inf else ends


logarithm: Any = njit(forceinline=True, **OPTIONS)(_logarithm)


def _logarithm_of_1_and(x: float) -> Any:
    """Return log(1 + x): the logarithm of the rounded sum, and what rounding has taken, to first order."""
    total = 1.0 + x
    lost = 1.0 - (total - x) if total >= 2.0 else x - (total - 1.0)
    corrected = logarithm(total) + lost / total
    return corrected if 0.0 < total < np.inf else logarithm(total)


logarithm_of_1_and: Any = njit(forceinline=True, **OPTIONS)(_logarithm_of_1_and)


def _count_up_to(ascending: Any, number: Any) -> Any:
    """Return how many numbers of an ascending array are at most a number, by bisection."""
    low, high = 0, len(ascending)
    while low < high:
        middle = (low + high) >> 1
        if ascending[middle] <= number:
            low = middle + 1
        else:
            high = middle
    return low


# NumPy's searchsorted takes numba half a second to compile.
count_up_to: Any = njit(**OPTIONS)(_count_up_to)
