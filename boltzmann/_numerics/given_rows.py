"""A number that was given for all rows, or one for each, as quantities of rows are answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann._numerics import libraries
from boltzmann.arrays import NUMPY, Array, Namespace, Values


def each_row(xp: Namespace, number: Values | None, rows: Array) -> Array:
    """Return a number, or one for each row, in the shape, dtype and library of ``rows``; NaN for None."""
    if xp is NUMPY:
        like = np.asarray(rows)
        with np.errstate(over="ignore", under="ignore"):
            given = np.asarray(np.nan if number is None else number).astype(like.dtype)
        shape = np.broadcast_shapes(given.shape, like.shape)
        whole: Array = np.array(np.broadcast_to(given, shape))[()]
        return whole
    array = libraries.to_float(xp, "temperature", np.nan if number is None else number, rows)
    return xp.broadcast_to(array, np.broadcast_shapes(tuple(array.shape), tuple(rows.shape)))


class GivenTemperature:
    """The temperature of each row, shape (...), in the library of the values; 1 / beta where beta was given."""

    def __get__(self, distribution: Any, owner: type | None = None) -> Any:
        if distribution is None:
            return self
        scores = distribution._scores
        return each_row(scores.answer_xp, distribution._temperature, scores.like_row)
