"""Draws of log Gamma(shape), each from a normal and an exponential; the few that are rejected continue from their bits.

Arrays and kernels thus take equally many random numbers, whatever is rejected. NumPy's arrays and machine code alike
run the functions of words, 64 bits each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.laws.numbers_in_laws import Functions, Number

# The output function and the increment of SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number
# generators", 2014).
_INCREMENT = np.uint64(0x9E3779B97F4A7C15)
_FIRST_FACTOR, _SECOND_FACTOR = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_FIRST_SHIFT, _SECOND_SHIFT, _THIRD_SHIFT = np.uint64(30), np.uint64(27), np.uint64(31)
_FLOAT_SHIFT, _LAST_BIT = np.uint64(11), 2.0**-53


def log_gamma(m: Functions, shape: Number, normal: Number, exponential: Number) -> tuple[Number, Number]:
    """Return a draw of log Gamma(shape), and whether it is kept; a law.

    Marsaglia & Tsang, "A simple method for generating gamma variables" (2000), draw Gamma(shape + 1): they reject
    where an exponential is below a bound. Where it is not, what exceeds the bound is again an exponential E, and
    log Gamma(shape + 1) - E / shape is log Gamma(shape), which does not underflow for any shape.
    """
    d = shape + 2 / 3
    t = normal / (3.0 * m.sqrt(d))
    logarithm = 3.0 * m.log1p(m.where(t > -1.0, t, 0.0))
    excess = exponential + (0.5 * normal * normal + d * (logarithm - t * (3.0 + t * (3.0 + t))))
    return m.log(d) + logarithm - excess / shape, (t > -1.0) & (excess > 0.0)


def noise_of(m: Functions, first: Number, second: Number, third: Number) -> tuple[Number, Number]:
    """Return a normal, by Box & Muller's transform, and an exponential from three uniforms in [0, 1); a law."""
    radius = m.sqrt(-2.0 * m.log1p(-first))
    return radius * m.cos(2 * np.pi * second), -m.log1p(-third)


def first_word(normal: NDArray[np.float64], exponential: NDArray[np.float64]) -> Any:
    """Return the word with which the numbers after a rejected draw begin."""
    one, other = (np.float64(normal).view(np.uint64), np.float64(exponential).view(np.uint64))
    return one * _FIRST_FACTOR ^ other


def uniform_after(word: NDArray[np.uint64]) -> Any:
    """Return the next word, and its uniform in [0, 1)."""
    word = word + _INCREMENT
    mixed = (word ^ (word >> _FIRST_SHIFT)) * _FIRST_FACTOR
    mixed = (mixed ^ (mixed >> _SECOND_SHIFT)) * _SECOND_FACTOR
    mixed = mixed ^ (mixed >> _THIRD_SHIFT)
    return word, np.float64(mixed >> _FLOAT_SHIFT) * _LAST_BIT
