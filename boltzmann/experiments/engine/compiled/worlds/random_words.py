"""The words of NumPy's PCG64 in kernels, and what NumPy makes of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic

from boltzmann.experiments.engine.compiled.scalars import OPTIONS
from boltzmann.laws import first_word as _first_word
from boltzmann.laws import uniform_after as _uniform_after

# The multiplier of PCG64 (O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms for
# random number generation", 2014).
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
_WORD_BITS = 64
_ROTATION, _WORD_MASK, FLOAT_SHIFT = np.uint64(58), np.uint64(63), np.uint64(11)
_LAST_BIT = 2.0**-53


def _pointer_to(typing: Any, array: Any) -> Any:
    """Return a pointer to the numbers of an array: each access is one instruction to read, optimise and emit."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), write  # type: ignore[no-untyped-call]


pointer_to: Any = intrinsic(_pointer_to)


def _next_state(typing: Any, high: Any, low: Any, added_high: Any, added_low: Any) -> Any:
    """Return the words of a PCG64's next state, from those of its state and of what is added: 128 bits each."""

    def write(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        word, wide = ir.IntType(_WORD_BITS), ir.IntType(2 * _WORD_BITS)
        shift = ir.Constant(wide, _WORD_BITS)
        first, second, third, fourth = (builder.zext(each, wide) for each in words)
        state, added = (builder.or_(builder.shl(a, shift), b) for a, b in ((first, second), (third, fourth)))
        state = builder.add(builder.mul(state, ir.Constant(wide, _MULTIPLIER)), added)
        parts = builder.trunc(builder.lshr(state, shift), word), builder.trunc(state, word)
        return context.make_tuple(builder, signature.return_type, parts)

    return types.UniTuple(types.uint64, 2)(*[types.uint64] * 4), write  # type: ignore[no-untyped-call]


next_state: Any = intrinsic(_next_state)


def _mixed(high: Any, low: Any) -> Any:
    """Return the output of a state."""
    mixed, turn = high ^ low, high >> _ROTATION
    return (mixed >> turn) | (mixed << ((~turn + np.uint64(1)) & _WORD_MASK))


mixed_words: Any = njit(forceinline=True, **OPTIONS)(_mixed)


def _as_uniform(output: Any) -> Any:
    """Return the number in [0, 1) that NumPy makes of an output."""
    return np.float64(np.int64(output >> FLOAT_SHIFT)) * _LAST_BIT


as_uniform: Any = njit(forceinline=True, **OPTIONS)(_as_uniform)


def _next_uniform(streams: Any, at: int) -> Any:
    """Return the next number of a PCG64, in [0, 1), as NumPy draws it; its four words begin at a place of an array."""
    high, low = next_state(streams[at], streams[at + 1], streams[at + 2], streams[at + 3])
    streams[at], streams[at + 1] = high, low
    return as_uniform(mixed_words(high, low))


next_uniform: Any = njit(**OPTIONS)(_next_uniform)

# How NumPy's ziggurats use the bits of a word: its layer, a normal's sign, and where the number lies in the layer.
LAYERS, SIGN, SIGN_SHIFT = np.uint64(255), np.uint64(256), np.uint64(55)
NORMAL_SHIFT, NORMAL_MASK, EXPONENTIAL_SHIFT = np.uint64(9), np.uint64(2**52 - 1), np.uint64(3)
_TAIL_SIGN = np.uint64(256)


def _finish_draw(
    kind: int,
    numbers: Any,
    i: int,
    layer: Any,
    size: Any,
    words: Any,
    limits: Any,
    widths: Any,
    heights: Any,
    tail: float,
    scale: float,
) -> None:
    """Finish number i, which lies where a layer of its ziggurat is not certain, by as many more words as it takes."""
    searching = True
    while searching:
        uniform = next_uniform(words, 0)
        drawn = numbers[i]
        searching = False
        if layer > 0:
            density = math.exp(-0.5 * drawn * drawn if kind == 1 else -drawn)
            if (heights[layer - 1] - heights[layer]) * uniform + heights[layer] >= density:
                # Refused: another word takes its place.
                high, low = next_state(words[0], words[1], words[2], words[3])
                words[0], words[1] = high, low
                word = mixed_words(high, low)
                sign = 1.0
                if kind == 1:
                    layer, size = np.int64(word & LAYERS), (word >> NORMAL_SHIFT) & NORMAL_MASK
                    sign = -1.0 if word & SIGN else 1.0
                else:
                    layer, size = np.int64((word >> EXPONENTIAL_SHIFT) & LAYERS), word >> FLOAT_SHIFT
                numbers[i] = sign * np.float64(np.int64(size)) * widths[layer]
                searching = size >= limits[layer]
        elif kind == 2:
            numbers[i] = tail - math.log1p(-uniform)
        else:
            # The tail of a normal: an exponential, accepted with the probability of the normal's density.
            beyond, other = -scale * math.log1p(-uniform), -math.log1p(-next_uniform(words, 0))
            while other + other <= beyond * beyond:
                beyond, other = -scale * math.log1p(-next_uniform(words, 0)), -math.log1p(-next_uniform(words, 0))
            numbers[i] = -(tail + beyond) if size & _TAIL_SIGN else tail + beyond


finish_draw: Any = njit(**OPTIONS)(_finish_draw)

# What continues a rejected draw.
first_word: Any = njit(**OPTIONS)(_first_word)
uniform_after: Any = njit(**OPTIONS)(_uniform_after)
