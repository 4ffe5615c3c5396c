"""Numbers of each action beside the values, such as visits: their shape, their bounds, and 0 for masked actions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.arrays import Bools, Floats, Values


def visit_counts(visits: Values, shape: tuple[int, ...], allowed: Bools) -> Floats:
    """Return visit counts of at least 0 as float64 in the shape of the values, 0 for masked actions."""
    counts = _for_each_action("visits", libraries.to_numpy("visits", visits), shape, allowed)
    bound = (counts >= 0) & (counts <= checks.MOST_VISITS)
    checks.require_entries(bound, "visits", "in [0, 2^62]", counts)
    return counts


def finite_variances(variances: Values, shape: tuple[int, ...], allowed: Bools) -> Floats:
    """Return variances of at least 0 as float64 in the shape of the values, 0 for masked actions."""
    numbers = _for_each_action("variances", libraries.to_numpy("variances", variances), shape, allowed)
    checks.require_entries((numbers >= 0) & (numbers < np.inf), "variances", "finite and at least 0", numbers)
    return numbers


def _for_each_action(name: str, given: ArrayLike, shape: tuple[int, ...], allowed: Bools) -> Floats:
    numbers = checks.numeric_array(name, given).astype(np.float64, copy=False)
    if numbers.shape != shape:
        require_actions(name, numbers.shape, shape)
        numbers = np.broadcast_to(numbers, shape)
    return np.where(allowed, numbers, 0.0)


def require_actions(name: str, got: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Raise unless an array has a number for each action of values of shape (..., K); rows may share one row.

    Examples
    --------
    >>> require_actions("visits", (3,), (2, 3))
    >>> require_actions("visits", (2, 1), (2, 3))
    Traceback (most recent call last):
        ...
    ValueError: visits must have the shape of the values, (2, 3), got (2, 1)
    """
    try:
        fits = got[-1:] == shape[-1:] and np.broadcast_shapes(got, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{name} must have the shape of the values, {shape}, got {got}")
