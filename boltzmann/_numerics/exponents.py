"""(Q - max Q) / T in NumPy, exact at both ends of the temperature and where differences overflow."""

from __future__ import annotations

import numpy as np

from boltzmann.arrays import NUMPY, Array


def centred_over_temperature(values: Array, peak: Array, temperature: Array | float, ends: bool) -> Array:
    """(values - peak) / temperature; both ends of the temperature and -inf are taken by value."""
    one = isinstance(temperature, float)
    if one and temperature == 0.0:
        return NUMPY.where(values == peak, 0.0, -np.inf)
    if one and temperature == np.inf:
        return NUMPY.where(values == -np.inf, -np.inf, 0.0)
    try:
        # NumPy checks the overflow flag anyway, so detecting an overflow is free.
        with np.errstate(over="raise", divide="ignore", invalid="ignore"):
            centred = values - peak
            scores = NUMPY.divide(centred, temperature, out=centred) if one else centred / temperature
    except FloatingPointError:
        with np.errstate(all="ignore"):
            centred = values - peak
            # A difference of finite values that overflows may still be moderate in units of T: halve it first.
            overflowed = (centred == -np.inf) & (values > -np.inf)
            scores = NUMPY.where(overflowed, (values / 2 - peak / 2) / (temperature / 2), centred / temperature)
    if ends:
        scores = NUMPY.where((values == peak) & (temperature == 0), 0.0, scores)
        scores = NUMPY.where(np.isinf(temperature), NUMPY.where(values == -np.inf, -np.inf, 0.0), scores)
    return NUMPY.asarray(scores)
