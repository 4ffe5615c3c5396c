"""Draws of log Gamma on NumPy's arrays."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from boltzmann._numerics.by_law.maths import OF_NUMPY
from boltzmann.arrays import Floats
from boltzmann.laws import first_word, log_gamma, noise_of, uniform_after

_UNIFORMS = 3
_drawn: Any = partial(log_gamma, OF_NUMPY)
_noise: Any = partial(noise_of, OF_NUMPY)


def log_gamma_draws(shapes: Floats, normals: Floats, exponentials: Floats) -> Floats:
    """Draw log Gamma(shape), shape (..., n), from a normal and an exponential each.

    Where these are rejected, the numbers that follow from their bits are taken.
    """
    given = np.broadcast_to(shapes, normals.shape)
    drawn, kept = _drawn(given, normals, exponentials)
    again = np.nonzero(~kept)
    given, word = given[again], first_word(normals[again], exponentials[again])
    while len(word):
        uniforms = []
        for _ in range(_UNIFORMS):
            word, uniform = uniform_after(word)
            uniforms.append(uniform)
        fresh, kept = _drawn(given, *_noise(*uniforms))
        drawn[tuple(part[kept] for part in again)] = fresh[kept]
        again = tuple(part[~kept] for part in again)
        given, word = given[~kept], word[~kept]
    return np.asarray(drawn)
