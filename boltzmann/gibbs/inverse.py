"""Inverse temperatures of either sign, and bases, brought to a temperature."""

from __future__ import annotations

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.arrays import NUMPY, Array, Values


def from_inverse(values: Values, beta: Values) -> tuple[Array, Array, Array]:
    """Return the values, negated where beta is negative, the temperature 1 / |beta|, and the sign of each row."""
    values, inverse = _checked(values, beta)
    xp = libraries.library(values)
    sign = 1.0 - 2.0 * xp.astype(inverse < 0, values.dtype)
    with libraries.quiet(xp):
        temperature = 1.0 / xp.where(inverse == 0, 1.0, xp.abs(inverse))
    temperature = xp.where(inverse == 0, xp.inf, temperature)
    if values.ndim == 0:
        raise ValueError("values must hold at least one action on their last axis, got a scalar")
    try:
        np.broadcast_shapes(tuple(values.shape[:-1]), tuple(sign.shape))
    except ValueError:
        raise ValueError(
            f"shapes do not broadcast: values {tuple(values.shape)}; beta {tuple(sign.shape)} must fit the rows"
        ) from None
    return values * sign[..., None], temperature, sign


def _checked(values: Values, beta: Values) -> tuple[Array, Array]:
    """Return both as floats of one library."""
    if libraries.is_native(values, beta):
        numbers = checks.numeric_array("values", values)
        inverse = checks.numeric_array("beta", beta).astype(np.float64, copy=False)
        checks.require_all(~np.isnan(inverse), "beta", "in [-inf, inf]", inverse)
        return numbers, inverse
    xp = libraries.namespace(values, beta)
    like = libraries.to_float(xp, "values", beta if libraries.is_native(values) else values)
    floats = libraries.to_float(xp, "values", values, like)
    if xp.finfo(floats.dtype).bits < 32:
        like = xp.astype(like, xp.float32)
    return floats, libraries.to_float(xp, "beta", beta, like)


def log_base(base: Values) -> Array:
    """Return beta = log base for a base in [0, inf]."""
    xp = libraries.library(base)
    if xp is NUMPY:
        base = checks.numeric_array("base", base).astype(np.float64, copy=False)
        checks.require_all(base >= 0, "base", "in [0, inf]", base)
    with libraries.quiet(xp):
        return xp.log(base)
