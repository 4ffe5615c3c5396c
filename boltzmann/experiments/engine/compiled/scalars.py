"""What the generated kernels import: numba's options with the passes of its compiler, and the functions they call."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numba.core import compiler, compiler_machinery, typed_passes, untyped_passes


@compiler_machinery.register_pass(mutates_CFG=True, analysis_only=False)  # type: ignore[no-untyped-call]
class TypesOfOperations(typed_passes.NopythonTypeInference):
    """Numba's inference of types, which looks the type of each operation up once: kernels have many and few kinds."""

    _name = "types_of_operations"

    def run_pass(self, state: Any) -> bool:
        """Infer the types of a function."""
        context, known = state.typingctx, {}
        if "resolve_function_type" in vars(context):
            return bool(super().run_pass(state))  # type: ignore[no-untyped-call]
        resolve = context.resolve_function_type

        def resolve_once(function: Any, args: Any, named: Any) -> Any:
            key = (function, tuple(args), tuple(named.items()))
            if key not in known:
                known[key] = resolve(function, args, named)
            return known[key]

        context.resolve_function_type = resolve_once
        try:
            return bool(super().run_pass(state))  # type: ignore[no-untyped-call]
        finally:
            del context.resolve_function_type


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
            *(TypesOfOperations, typed_passes.AnnotateTypes),
            *(typed_passes.NativeLowering, typed_passes.NoPythonBackend),
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

# The multiplier of PCG64 (O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms for
# random number generation", 2014), in words.
_MULTIPLIER_HIGH, _MULTIPLIER_LOW = np.uint64(0x2360ED051FC65DA4), np.uint64(0x4385DF649FCCF645)
_HALF_WORD, _LOW_HALF = np.uint64(32), np.uint64(0xFFFFFFFF)
_ROTATION, _WORD_MASK, _FLOAT_SHIFT = np.uint64(58), np.uint64(63), np.uint64(11)
_LAST_BIT = 2.0**-53


def _next_uniform(streams: Any, at: int) -> Any:
    """Return the next number of a PCG64, in [0, 1), as NumPy draws it; its four words begin at a place of an array."""
    high, low = streams[at], streams[at + 1]
    low_1, low_0 = low >> _HALF_WORD, low & _LOW_HALF
    times_1, times_0 = _MULTIPLIER_LOW >> _HALF_WORD, _MULTIPLIER_LOW & _LOW_HALF
    middle = low_1 * times_0 + (low_0 * times_0 >> _HALF_WORD)
    carried = low_0 * times_1 + (middle & _LOW_HALF)
    above = low_1 * times_1 + (middle >> _HALF_WORD) + (carried >> _HALF_WORD)
    product = low * _MULTIPLIER_LOW
    new_low = product + streams[at + 3]
    carry = np.uint64(1) if new_low < product else np.uint64(0)
    new_high = above + high * _MULTIPLIER_LOW + low * _MULTIPLIER_HIGH + streams[at + 2] + carry
    streams[at], streams[at + 1] = new_high, new_low
    mixed, turn = new_high ^ new_low, new_high >> _ROTATION
    output = (mixed >> turn) | (mixed << ((~turn + np.uint64(1)) & _WORD_MASK))
    return np.float64(output >> _FLOAT_SHIFT) * _LAST_BIT


next_uniform: Any = njit(**OPTIONS)(_next_uniform)
