"""Inverse temperatures of either sign, and bases, brought to a temperature."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries


def from_inverse(values: Any, beta: Any) -> tuple[Any, Any, Any]:
    """Give the values, negated where beta is negative, the temperature 1 / |beta|, and the sign of each row."""
    if libraries.is_native(values, beta):
        xp: Any = np
        values = checks.numeric_array("values", values)
        inverse = checks.numeric_array("beta", beta).astype(np.float64, copy=False)
        checks.require_all(~np.isnan(inverse), "beta", "in [-inf, inf]", inverse)
    else:
        xp = libraries.namespace(values, beta)
        like = libraries.to_float(xp, "values", beta if libraries.is_native(values) else values)
        values = libraries.to_float(xp, "values", values, like)
        if xp.finfo(values.dtype).bits < 32:
            like = xp.astype(like, xp.float32)
        inverse = libraries.to_float(xp, "beta", beta, like)
    sign = 1.0 - 2.0 * xp.astype(inverse < 0, values.dtype)
    with np.errstate(over="ignore") if xp is np else libraries.quiet(xp):
        heat = 1.0 / xp.where(inverse == 0, 1.0, xp.abs(inverse))
    heat = xp.where(inverse == 0, xp.inf, heat)
    if values.ndim == 0:
        raise ValueError("values must hold at least one action on their last axis, got a scalar")
    try:
        np.broadcast_shapes(tuple(values.shape[:-1]), tuple(sign.shape))
    except ValueError:
        raise ValueError(
            f"shapes do not broadcast: values {tuple(values.shape)}; beta {tuple(sign.shape)} must fit the rows"
        ) from None
    return values * sign[..., None], heat, sign


def log_base(base: Any) -> Any:
    """Give beta = log base for a base in [0, inf]."""
    if libraries.is_native(base):
        array = checks.numeric_array("base", base).astype(np.float64, copy=False)
        checks.require_all(array >= 0, "base", "in [0, inf]", array)
        with np.errstate(divide="ignore"):
            return np.log(array)
    xp = libraries.namespace(base)
    with libraries.quiet(xp):
        return xp.log(base)
