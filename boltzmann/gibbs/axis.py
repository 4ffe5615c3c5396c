"""Properties of the Gibbs distribution with the actions along any axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import Quantity, libraries, reduced
from boltzmann.arrays import Array, Mask, Values, Weights
from boltzmann.checks import shown
from boltzmann.gibbs.distribution import Gibbs

_PER_ACTION = ("probs", "log_probs")
_CHECKS = (checks.plain_array, checks.mask_array, checks.plain_array)


def along(
    axis: int, name: str, values: Values, temperature: Values, where: Mask, prior: Weights, *, back: bool = True
) -> Array:
    """Compute a property of the distribution whose actions lie along ``axis``."""
    quantity: Quantity = vars(Gibbs)[name]
    if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
        raise TypeError(f"axis must be an integer, got {shown(axis)}")
    result: Array
    if axis == -1:
        scores, _ = reduced(values, temperature, where, prior)
        result = quantity.of(scores)
        return result
    xp = libraries.library(values, where, prior)
    parts: list[Any] = [values, where, prior]
    # The library's own arrays stay as they are, since a copy causes a warning.
    parts = [
        xp.asarray(check(called, part)) if part is not None and libraries.is_native(part) else part
        for called, check, part in zip(("values", "where", "prior"), _CHECKS, parts, strict=True)
    ]
    shape = np.broadcast_shapes(*(tuple(part.shape) for part in parts if part is not None))
    if not -len(shape) <= axis < len(shape):
        raise ValueError(f"axis must be in [-{len(shape)}, {len(shape)}) for values of shape {shape}, got {axis}")
    moved: list[Any] = [None if part is None else xp.moveaxis(xp.broadcast_to(part, shape), axis, -1) for part in parts]
    result = quantity.of(reduced(moved[0], temperature, moved[1], moved[2])[0])
    return xp.moveaxis(result, -1, axis) if back and name in _PER_ACTION else result
