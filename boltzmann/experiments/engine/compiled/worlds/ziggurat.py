"""NumPy's random numbers, bit for bit, faster than NumPy draws them: uniforms, normals and exponentials of a PCG64.

NumPy calls a function for each word, and branches on the random sign of each normal, which a processor mispredicts
every other time. The loop below does the same arithmetic without either: normals take a third of the time.
"""

from __future__ import annotations

import inspect
from functools import cache
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.loading import kernel_of

if TYPE_CHECKING:
    # What every kernel imports.
    from boltzmann.experiments.engine.compiled.worlds.random_words import (
        EXPONENTIAL_SHIFT,
        FLOAT_SHIFT,
        LAYERS,
        NORMAL_MASK,
        NORMAL_SHIFT,
        SIGN,
        SIGN_SHIFT,
        as_uniform,
        finish_draw,
        mixed_words,
        next_state,
    )

KINDS = ("random", "standard_normal", "standard_exponential")
_LEAST_NUMBERS = 1024
"""NumPy draws fewer numbers faster, since reading and writing a generator's state takes some microseconds."""
_COMPARED_NUMBERS = 2**13
_WORD = 2**64


def draw_numbers(rng: np.random.Generator, kind: str, numbers: NDArray[np.float64]) -> None:
    """Fill a contiguous array as the method ``kind`` of a generator does, and advance the generator as far."""
    draw_pieces(rng, (kind,), np.array([numbers.size]), numbers)


def draw_pieces(
    rng: np.random.Generator, kinds: tuple[str, ...], ends: NDArray[np.int64], numbers: NDArray[np.float64]
) -> None:
    """Fill a contiguous array piece by piece, whose kinds take turns; ``ends`` says where each piece ends."""
    source, numbers = rng.bit_generator, numbers.reshape(-1)
    if ends[-1] < _LEAST_NUMBERS or type(source) is not np.random.PCG64 or not all(map(draws_as_numpy, kinds)):
        for kind, begin, end in zip(cycle(kinds), (0, *ends[:-1]), ends, strict=False):
            getattr(rng, kind)(out=numbers[begin:end])
        return
    with source.lock:
        _draw(source, kinds, ends, numbers)


@cache
def draws_as_numpy(kind: str) -> bool:
    """Return whether the loop draws what the installed NumPy draws, which may change with NumPy's versions."""
    if kind not in KINDS or _tables() is None:
        return False
    sources = [np.random.PCG64(0) for _ in range(2)]
    ours, theirs = np.empty((2, _COMPARED_NUMBERS))
    _draw(sources[0], (kind,), np.array([len(ours)]), ours)
    getattr(np.random.Generator(sources[1]), kind)(out=theirs)
    return np.array_equal(ours, theirs) and sources[0].state == sources[1].state


def _draw(source: Any, kinds: tuple[str, ...], ends: NDArray[np.int64], numbers: NDArray[np.float64]) -> None:
    state = source.state
    words = np.array(
        [half for name in ("state", "inc") for half in divmod(state["state"][name], _WORD)], dtype=np.uint64
    )
    _compiled()(np.array([KINDS.index(kind) for kind in kinds]), ends, numbers, words, *(_tables() or ()))
    state["state"]["state"] = int(words[0]) * _WORD + int(words[1])
    source.state = state


@cache
def _compiled() -> Any:
    """Return the loop as machine code."""
    return kernel_of(inspect.getsource(kernel))


@cache
def _tables() -> tuple[Any, ...] | None:
    """Return the limits, widths and heights of the ziggurats, where their tails begin, and the tails' scales, by kind.

    None where this version of numba does not have them where others do.
    """
    try:
        from numba.np.random import _constants as known

        layers = [
            (known.ki_double, known.wi_double, known.fi_double),
            (known.ke_double, known.we_double, known.fe_double),
        ]
        tails = known.ziggurat_nor_r, known.ziggurat_exp_r
        scales = known.ziggurat_nor_inv_r, 1.0
    except (ImportError, AttributeError):
        return None
    # Uniforms have no layers.
    stacked = [np.stack([np.zeros_like(pair[0]), *pair]) for pair in zip(*layers, strict=True)]
    return *stacked, np.array([0.0, *tails]), np.array([0.0, *scales])


def kernel(kinds, ends, numbers, words, limits, widths, heights, tails, scales):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Fill the pieces of an array; the words of state and increment, the state's first, are left advanced.

    Marsaglia & Tsang, "The ziggurat method for generating random variables" (2000), with NumPy's use of each word: most
    numbers take one word. The others are finished by ``finish_draw``, so that the usual loop keeps all in registers.
    """
    high, low, added_high, added_low = words[0], words[1], words[2], words[3]
    begin = 0
    for piece in range(len(ends)):
        drawn, kind = numbers[begin : ends[piece]], kinds[piece % len(kinds)]
        limit, wide, height, tail, scale = limits[kind], widths[kind], heights[kind], tails[kind], scales[kind]
        if kind == 0:
            for i in range(len(drawn)):
                high, low = next_state(high, low, added_high, added_low)
                drawn[i] = as_uniform(mixed_words(high, low))
        elif kind == 1:
            for i in range(len(drawn)):
                high, low = next_state(high, low, added_high, added_low)
                word = mixed_words(high, low)
                layer, size = np.int64(word & LAYERS), (word >> NORMAL_SHIFT) & NORMAL_MASK
                # The sign is a bit of the word, since a branch on it would be mispredicted every other time.
                signs = np.float64(np.int64(size)).view(np.int64) | np.int64((word & SIGN) << SIGN_SHIFT)
                drawn[i] = signs.view(np.float64) * wide[layer]
                if size >= limit[layer]:
                    words[0], words[1] = high, low
                    finish_draw(kind, drawn, i, layer, size, words, limit, wide, height, tail, scale)
                    high, low = words[0], words[1]
        else:
            for i in range(len(drawn)):
                high, low = next_state(high, low, added_high, added_low)
                word = mixed_words(high, low)
                layer, size = np.int64((word >> EXPONENTIAL_SHIFT) & LAYERS), word >> FLOAT_SHIFT
                drawn[i] = np.float64(np.int64(size)) * wide[layer]
                if size >= limit[layer]:
                    words[0], words[1] = high, low
                    finish_draw(kind, drawn, i, layer, size, words, limit, wide, height, tail, scale)
                    high, low = words[0], words[1]
        begin = ends[piece]
    words[0], words[1] = high, low
