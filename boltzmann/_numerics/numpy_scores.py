"""From raw arguments to scores for NumPy: the checks, the limits and the infinities, each handled once.

This module looks at the numbers and computes no more than they need; ``traced_scores`` serves where they are unknown.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann._numerics.scores import Scores
from boltzmann.arrays import QUIET, Bools, Floats, Mask, Reals, Values, Weights

_FEW_ACTIONS, _MANY_ROWS = 32, 64
"""Up to so many actions, of at least so many rows, are stored with the actions first."""

COPIED = 2**17
"""Up to so many entries are copied, for a few hundredths of the time of a draw; a copy of a million would double it."""


def standardise(
    values: Values, temperature: Values, where: Mask, prior: Weights, *, single_row: bool = False
) -> Scores:
    """Check the arguments of a Gibbs distribution and reduce them to scores; see :class:`boltzmann.Gibbs`.

    With ``single_row``, one plain row is reduced to scalars, which NumPy handles faster: see ``Scores.batch``.
    """
    given: Reals = checks.numeric_array("values", values)
    if given.ndim == 0 or given.shape[-1] == 0:
        raise ValueError(f"values must hold at least one action on its last axis, got shape {given.shape}")
    # NumPy's float64 is a float, too. Adding 0 removes the sign of -0, which would turn -inf / T into +inf.
    number = isinstance(temperature, float) and temperature >= 0.0
    temperatures: Any = float(temperature) + 0.0 if number else _checked_temperatures(temperature)  # type: ignore[arg-type]
    raw: Reals = given
    if given.dtype.itemsize < np.dtype(np.float64).itemsize:
        raw = _widened(given)
    elif not isinstance(values, list):
        raw = held(given)
    if not number or where is not None or prior is not None:
        return _restricted(raw, temperatures, where, prior, given)
    if not single_row or raw.size != raw.shape[-1]:
        plain = raw.flags.c_contiguous and 0.0 < temperatures < np.inf and _axis(raw, temperatures) == -1
        several = _plain_rows(raw, temperatures, given.dtype) if plain and raw.size else None
        return _scored(raw, temperatures, None, given.dtype) if several is None else several
    row: Any = raw.reshape(-1)
    best = int(row.argmax())
    # `argmax` returns the index of a NaN if there is one.
    if not math.isfinite(row[best]):
        return _scored(raw, temperatures, None, given.dtype)
    scores = Scores()
    scores.dtype, scores.axis, scores.temperature = given.dtype, -1, temperatures
    scores.batch, scores.best, scores.values = raw.shape[:-1], best, row
    scores.maximum = scores.peak = scores.likeliest = row[best]
    scores.ends = scores.equal = not 0.0 < temperatures < np.inf
    return scores


@QUIET
def _widened(narrow: Reals) -> Floats:
    return narrow.astype(np.float64)


@QUIET
def _restricted(raw: Any, temperatures: Any, where: Any, prior: Any, given: Reals) -> Scores:
    """Score with a mask, a prior, or a temperature for each row."""
    mask = None if where is None else checks.mask_array("where", where)
    weights = None if prior is None else checks.numeric_array("prior", prior)
    _require_shapes(given, temperatures, mask, weights)
    allowed = mask
    if weights is not None:
        weights = _checked_prior(weights, mask)
        allowed = weights > 0
    if allowed is not None:
        # Keep Fortran order.
        fortran = raw.ndim == 2 and raw.flags.f_contiguous and allowed.shape == raw.shape
        raw = np.where(allowed.T, raw.T, -np.inf).T if fortran else np.where(allowed, raw, -np.inf)
    scores = _scored(raw, temperatures, weights, given.dtype)
    scores.mask = mask
    return scores


def held(array: Reals) -> Reals:
    """Return an array that nobody else writes to, as agents do to their tables: a copy, but not of very large ones."""
    if array.size > COPIED or (not array.flags.writeable and _is_constant(array)):
        return array
    return array.copy("K")


def _is_constant(array: object) -> bool:
    """Return whether nothing can write to the memory of an array: neither it nor its bases are writeable."""
    while isinstance(array, np.ndarray) and not array.flags.writeable:
        array = array.base
    return array is None


def _plain_rows(raw: Any, temperature: float, dtype: object) -> Scores | None:
    """Score contiguous rows at a temperature between the ends; None if a maximum is infinite or NaN.

    The indices of the maximisers are needed later and lead to the maxima. `argmax` finds NaN first.
    """
    best = raw.argmax(axis=-1).reshape(-1)
    best += np.arange(0, raw.size, raw.shape[-1])
    maximum = raw.take(best).reshape(*raw.shape[:-1], 1)
    if not _is_finite(maximum):
        return None
    scores = Scores()
    scores.dtype, scores.axis, scores.temperature, scores.ends = dtype, -1, temperature, False
    scores.values, scores.flat_best = raw, best
    scores.maximum = scores.peak = scores.likeliest = maximum
    return scores


def _is_finite(numbers: Any) -> bool:
    """Return whether all of some numbers are finite. Both searches stop at a NaN, and are faster than a reduction."""
    return math.isfinite(numbers.item(numbers.argmax())) and math.isfinite(numbers.item(numbers.argmin()))


@QUIET
def _scored(raw: Any, temperature: Any, prior: Any, dtype: object) -> Scores:
    scores = Scores()
    scores.dtype, scores.axis = dtype, _axis(raw, temperature)
    raw, scores.temperature, scores.prior = _laid_out(scores.axis, raw, temperature, prior)
    if scores.axis == -1 and prior is None and raw.flags.c_contiguous:
        # The indices of the maximisers are needed later and lead to the maxima. `argmax` finds NaN first.
        scores.flat_best = raw.argmax(axis=-1).reshape(-1)
        scores.flat_best += np.arange(0, raw.size, raw.shape[-1])
        maximum = raw.reshape(-1).take(scores.flat_best).reshape(*raw.shape[:-1], 1)
    else:
        maximum = np.maximum.reduce(raw, axis=scores.axis, keepdims=True)
    scores.maximum = scores.peak = maximum
    if isinstance(temperature, float):
        scores.ends = not 0.0 < temperature < np.inf
        scores.equal = scores.ends and prior is None
    else:
        scores.ends = bool((temperature == 0).any() or np.isinf(temperature).any())
    if maximum.size and not _is_finite(maximum):
        _require_a_maximum(raw, maximum, scores.axis, prior is not None)
        endless = np.isposinf(maximum)
        scores.peak = np.where(endless, 0.0, maximum)
        raw = np.where(endless, np.where(raw == np.inf, 0.0, -np.inf), raw)
        scores.ends = scores.ends or bool(endless.any())
    scores.values, scores.likeliest = raw, scores.peak
    if scores.prior is not None:
        weighted: Any = scores.exponents + np.log(scores.prior)
        first = weighted.argmax(axis=scores.axis, keepdims=True)
        top, scores.likeliest, scores.its_prior = (
            np.take_along_axis(np.broadcast_to(array, weighted.shape), first, axis=scores.axis)
            for array in (weighted, raw, scores.prior)
        )
        scores.scores = weighted - top
    return scores


def _checked_temperatures(temperature: Values) -> Floats:
    temperatures = checks.numeric_array("temperature", temperature).astype(np.float64, copy=False)
    checks.require_all(temperatures >= 0, "temperature", "in [0, inf]", temperatures)
    return np.asarray(temperatures + 0.0)


def _axis(raw: Reals, temperature: Any) -> int:
    few_of_many = raw.shape[-1] <= _FEW_ACTIONS and raw.size >= _MANY_ROWS * raw.shape[-1]
    return 0 if few_of_many and (isinstance(temperature, float) or temperature.ndim < raw.ndim) else -1


def _laid_out(axis: int, raw: Reals, temperature: Any, prior: Any) -> tuple[Reals, Any, Any]:
    """Move the axis of the actions to where the work is done, and add it to the temperature with length 1."""
    if axis == -1:
        return raw, temperature if isinstance(temperature, float) else temperature[..., np.newaxis], prior
    if not isinstance(temperature, float):
        temperature = temperature.reshape((1,) * (raw.ndim - temperature.ndim) + temperature.shape)
    if prior is not None:
        prior = np.moveaxis(np.broadcast_to(prior, raw.shape), -1, 0)
    return np.ascontiguousarray(raw.transpose((raw.ndim - 1, *range(raw.ndim - 1)))), temperature, prior


def _require_shapes(values: Reals, temperature: ArrayLike, where: Bools | None, prior: Reals | None) -> None:
    shapes = {name: array.shape for name, array in (("where", where), ("prior", prior)) if array is not None}
    rows_shape = np.shape(temperature)
    try:
        np.broadcast_shapes(np.broadcast_shapes(values.shape, *shapes.values())[:-1], rows_shape)
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in {"values": values.shape, **shapes}.items())
        rows = (
            f"; temperature {rows_shape} must fit the rows, all axes of the values but the last" if rows_shape else ""
        )
        raise ValueError(f"shapes do not broadcast: {listed}{rows}") from None


def _checked_prior(prior: Reals, where: Bools | None) -> Reals:
    """Check the weights of allowed actions, and set the others to 0."""
    weights: Reals = prior.astype(np.result_type(prior.dtype, np.float64))
    if where is not None:
        weights = np.where(where, weights, 0.0)
    valid = np.atleast_1d((weights >= 0) & (weights < np.inf))
    checks.require_entries(valid, "prior", "finite and at least 0", np.atleast_1d(weights))
    total = np.atleast_1d(weights).sum(axis=-1)
    checks.require_all(total < np.inf, "sum of prior", "finite", total)
    return weights


def _require_a_maximum(raw: Reals, maximum: Reals, axis: int, weighted: bool) -> None:
    values, rows = np.moveaxis(raw, axis, -1), np.squeeze(maximum, axis=axis)
    unknown = np.isnan(rows)
    if unknown.any():
        row = tuple(int(i) for i in np.argwhere(unknown)[0])
        action = int(np.isnan(values[row]).argmax())
        raise ValueError(f"values must not be NaN where allowed, got NaN for action {action}{checks.row_text(row)}")
    empty = rows == -np.inf
    if empty.any():
        row = tuple(int(i) for i in np.argwhere(empty)[0])
        needed = "allowed, of a prior above 0," if weighted else "allowed"
        raise ValueError(
            f"at least one action must be {needed} and have a value above -inf, got none{checks.row_text(row)}"
        )
