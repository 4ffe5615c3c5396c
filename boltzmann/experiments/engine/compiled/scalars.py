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
_E2, _E3, _E4, _E5 = 0.5000000000000001, 0.16666666666666669, 0.041666666666624164, 0.008333333333330065
_E6, _E7, _E8 = 0.0013888888917196719, 0.00019841269863040545, 2.4801521322368692e-05
_E9, _E10, _E11 = 2.7557268480310024e-06, 2.762007587998348e-07, 2.510037583256132e-08


def _reduced(x: float) -> Any:
    """Return q and s with exp(x) = 2 s (q + 1); s is half a power of two, since 2^1024 is beyond the floats.

    Cody & Waite's reduction in two parts ("Software manual for the elementary functions", 1980), and a polynomial on
    [-log(2) / 2, log(2) / 2].
    """
    y = min(max(x, _LOWEST), _HIGHEST)
    rounded = y * _LOG2_E + _ROUNDER
    k = rounded - _ROUNDER
    exponent = np.float64(rounded).view(np.int64) - _ROUNDER_BITS + (_EXPONENT_BIAS - 1)
    half = np.int64(exponent << _MANTISSA_BITS).view(np.float64)
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
# Put below the bits of 2^52, a whole number makes a float of their sum. Exponents are counted from -1024.
_WHOLE_BITS, _WHOLE = int(np.float64(2.0**52).view(np.int64)), 2.0**52 + 1024.0
_EXPONENT_SHIFT = np.uint64(_MANTISSA_BITS)
_EXPONENTS_FROM = _ROOT_HALF_BITS - (1024 << _MANTISSA_BITS)


def _logarithm(x: float) -> Any:
    """Return log(x), within a unit of the last place, without a branch, so that loops of it become vector code.

    2 atanh(f / (2 + f)) of a mantissa 1 + f in [sqrt(1/2), sqrt(2)), by the polynomial of FreeBSD's e_log.c.
    """
    scaled = x * _SCALE if x < _TINY else x
    # The bits are counted from those of sqrt(1/2), so that the exponent is that of the mantissa's interval.
    bits = np.float64(scaled).view(np.int64) - _EXPONENTS_FROM
    k = np.int64(np.int64(np.uint64(bits) >> _EXPONENT_SHIFT) | _WHOLE_BITS).view(np.float64) - _WHOLE
    f = np.int64((bits & _MANTISSA) + _ROOT_HALF_BITS).view(np.float64) - 1.0
    k = k - _SCALE_BITS if x < _TINY else k
    s = f / (2.0 + f)
    z = s * s
    series = z * (_L1 + z * (_L2 + z * (_L3 + z * (_L4 + z * (_L5 + z * (_L6 + z * _L7))))))
    half = 0.5 * f * f
    within = k * _LOG2_HIGH - ((half - (s * (half + series) + k * _LOG2_LOW)) - f)
    ends = x if x > 0.0 else (-np.inf if x == 0.0 else np.nan)
    return within if 0.0 < x < np.inf else ends


logarithm: Any = njit(forceinline=True, fastmath={"contract"}, **OPTIONS)(_logarithm)


def _logarithm_of_1_and(x: float) -> Any:
    """Return log(1 + x): the logarithm of the rounded sum, and what rounding has taken, to first order."""
    total = 1.0 + x
    lost = 1.0 - (total - x) if total >= 2.0 else x - (total - 1.0)
    corrected = logarithm(total) + lost / total
    return corrected if 0.0 < total < np.inf else logarithm(total)


logarithm_of_1_and: Any = njit(forceinline=True, **OPTIONS)(_logarithm_of_1_and)


def _hyperbolic_tangent(x: float) -> Any:
    below = exponential_minus_1(-2.0 * abs(x))
    size = -below / (2.0 + below)
    return size if x > 0.0 else -size


hyperbolic_tangent: Any = njit(forceinline=True, **OPTIONS)(_hyperbolic_tangent)

# A quarter turn in four parts: whole multiples of the first three are exact.
_QUARTER_1, _QUARTER_2 = 1.570796251296997, 7.549789415861596e-08
_QUARTER_3, _QUARTER_4 = 5.390302529957765e-15, 3.2820035428735005e-22
_QUARTERS, _FARTHEST_ANGLE = 0.6366197723675814, 8e8
# The minimax polynomials of FreeBSD's k_sin.c and k_cos.c.
_S1, _S2, _S3 = -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04
_S4, _S5, _S6 = 2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10
_C1, _C2, _C3 = 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05
_C4, _C5, _C6 = -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11


def _within_quarter(x: float) -> Any:
    """Return an angle less its nearest multiple of a quarter turn, and what rounding has taken from the difference."""
    k = (x * _QUARTERS + _ROUNDER) - _ROUNDER
    near, low, lowest = (x - k * _QUARTER_1) - k * _QUARTER_2, k * _QUARTER_3, k * _QUARTER_4
    nearer = near - low
    lost = (near - nearer) - low - lowest
    angle = nearer + lost
    return angle, (nearer - angle) + lost


within_quarter: Any = njit(forceinline=True, fastmath={"contract"}, **OPTIONS)(_within_quarter)


def _sine_and_cosine(x: float, lost: float) -> Any:
    """Return sine and cosine of ``x + lost``, an angle of at most an eighth of a turn."""
    z = x * x
    sines = _S2 + z * (_S3 + z * (_S4 + z * (_S5 + z * _S6)))
    cosines = z * (_C1 + z * (_C2 + z * (_C3 + z * (_C4 + z * (_C5 + z * _C6)))))
    half = 0.5 * z
    most = 1.0 - half
    sine_of_x = x - ((z * (0.5 * lost - z * x * sines) - lost) - z * x * _S1)
    return sine_of_x, most + (((1.0 - most) - half) + (z * cosines - x * lost))


sine_and_cosine: Any = njit(forceinline=True, fastmath={"contract"}, **OPTIONS)(_sine_and_cosine)


def _sine_ahead(x: float, quarters: int) -> Any:
    """Return the sine of an angle some quarter turns ahead, within a unit of the last place; NaN beyond 8e8.

    Cody & Waite's reduction, without a branch, so that loops of it become vector code.
    """
    turns = np.float64(x * _QUARTERS + _ROUNDER).view(np.int64) - _ROUNDER_BITS + quarters
    angle, lost = within_quarter(x)
    sine_here, cosine_here = sine_and_cosine(angle, lost)
    size = cosine_here if turns & 1 else sine_here
    signed = -size if turns & 2 else size
    return signed if abs(x) <= _FARTHEST_ANGLE else np.nan


sine_ahead: Any = njit(forceinline=True, **OPTIONS)(_sine_ahead)


sine: Any = njit(forceinline=True, **OPTIONS)(lambda x: sine_ahead(x, 0))
cosine: Any = njit(forceinline=True, **OPTIONS)(lambda x: sine_ahead(x, 1))


def _count_up_to(ascending: Any, number: Any) -> Any:
    """Return how many numbers of an ascending array are at most a number, by bisection.

    Each step takes the same path, since a processor mispredicts every other branch of a search for a random number.
    """
    count, left = 0, len(ascending)
    while left > 1:
        half = left >> 1
        count += half if ascending[count + half - 1] <= number else 0
        left -= half
    return count + (1 if left == 1 and ascending[count] <= number else 0)


# NumPy's searchsorted takes numba half a second to compile.
count_up_to: Any = njit(**OPTIONS)(_count_up_to)
