"""From raw arguments to scores for NumPy: the checks, the limits and the infinities, met once.

This way looks at the numbers and does no more than they ask for; ``_traceable`` is the way where they are not known.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann._numerics.scores import Scores
from boltzmann.checks import Floats

_FEW_ACTIONS, _MANY_ROWS = 32, 64
"""So few actions of so many rows are laid out with the actions first."""

COPIED = 2**17
"""Up to so many entries are copied, which takes a few hundredths of the time of a draw; a copy of a million would
double it."""


def standardise(values: ArrayLike, temperature: ArrayLike, where: ArrayLike | None, prior: ArrayLike | None) -> Scores:
    """Check the arguments of a Gibbs distribution and reduce them to scores; see :class:`boltzmann.Gibbs`."""
    given = checks.numeric_array("values", values)
    if given.ndim == 0 or given.shape[-1] == 0:
        raise ValueError(f"values must hold at least one action on its last axis, got shape {given.shape}")
    heat = _checked_temperature(temperature)
    mask = None if where is None else checks.mask_array("where", where)
    weights = None if prior is None else checks.numeric_array("prior", prior)
    if not (mask is None and weights is None and isinstance(heat, float)):
        _require_shapes(given, heat, mask, weights)
    raw = kept(given, values) if given.dtype.itemsize >= 8 else given.astype(np.float64)
    if raw.size == raw.shape[-1] and mask is None and weights is None and isinstance(heat, float):
        single = _single_row(raw, heat, given.dtype)
        if single is not None:
            return single
    if weights is not None:
        weights = _checked_prior(weights, mask)
        mask = weights > 0
    if mask is not None:
        # Actions that lie first stay first.
        first = raw.ndim == 2 and raw.flags.f_contiguous and mask.shape == raw.shape
        raw = np.where(mask.T, raw.T, -np.inf).T if first else np.where(mask, raw, -np.inf)
    return _scored(raw, heat, weights, given.dtype)


def kept(given: Floats, values: ArrayLike) -> Floats:
    """Give ``values`` as an array that nobody else writes to, as agents do to their tables; very large ones as is."""
    if given.size > COPIED or isinstance(values, list) or (not given.flags.writeable and _is_constant(given)):
        return given
    return given.copy("K")


def _is_constant(array: Any) -> bool:
    """Whether nothing can write to the memory of an array: neither it nor what it is a view of is writeable."""
    while isinstance(array, np.ndarray) and not array.flags.writeable:
        array = array.base
    return array is None


def _single_row(raw: Floats, heat: float, dtype: Any) -> Scores | None:
    """Score one plain row by way of scalars, which NumPy handles faster; None where it is not plain."""
    row = raw.reshape(-1)
    best = int(row.argmax())
    peak = float(row[best])
    # NaN is the largest to argmax.
    if not math.isfinite(peak):
        return None
    it = Scores()
    it.dtype, it.axis, it.ends, it.temperature = dtype, -1, False, heat
    it.batch, it.best, it.values = raw.shape[:-1], best, row
    it.maximum = it.peak = np.float64(peak)
    return it


def _scored(raw: Floats, heat: Any, prior: Floats | None, dtype: Any) -> Scores:
    it = Scores()
    it.dtype, it.axis = dtype, _axis(raw, heat)
    raw, it.temperature, it.prior = _laid_out(it.axis, raw, heat, prior)
    if it.axis == -1 and prior is None and raw.flags.c_contiguous:
        # Where the best stands is needed too, and tells what the largest value is; NaN is the largest to argmax.
        it.place = raw.argmax(axis=-1).reshape(-1)
        it.place += np.arange(len(it.place)) * raw.shape[-1]
        it.maximum = it.peak = raw.reshape(-1)[it.place].reshape(*raw.shape[:-1], 1)
    else:
        it.maximum = it.peak = np.maximum.reduce(raw, axis=it.axis, keepdims=True)
    it.ends = not isinstance(heat, float) and bool((heat == 0).any() or np.isinf(heat).any())
    # One sum shows whether any maximum is infinite or NaN; one that overflows costs a closer look.
    with np.errstate(over="ignore", invalid="ignore"):
        doubtful = not math.isfinite(np.add.reduce(it.maximum, axis=None))
    if doubtful:
        _require_a_maximum(raw, it.maximum, it.axis, prior is not None)
        endless = np.isposinf(it.maximum)
        it.peak = np.where(endless, 0.0, it.maximum)
        raw = np.where(endless, np.where(raw == np.inf, 0.0, -np.inf), raw)
        it.ends = it.ends or bool(endless.any())
    it.values = raw
    if it.prior is not None:
        with np.errstate(divide="ignore"):
            weighted = it.tempered + np.log(it.prior)
        it.top = weighted.max(axis=it.axis, keepdims=True)
        it.scores = weighted - it.top
    return it


def _checked_temperature(temperature: ArrayLike) -> Any:
    """Give a float strictly between 0 and inf as it is, and all else as a checked array."""
    # NumPy's float64 is a float, too.
    if isinstance(temperature, float) and 0.0 < temperature < np.inf:
        return float(temperature)
    heat = checks.numeric_array("temperature", temperature).astype(np.float64, copy=False)
    checks.require_all(heat >= 0, "temperature", "in [0, inf]", heat)
    # Without the sign of -0, which would make +inf of a negative difference.
    return np.asarray(heat + 0.0)


def _axis(raw: Floats, heat: Any) -> int:
    few_of_many = raw.shape[-1] <= _FEW_ACTIONS and raw.size >= _MANY_ROWS * raw.shape[-1]
    return 0 if few_of_many and (isinstance(heat, float) or heat.ndim < raw.ndim) else -1


def _laid_out(axis: int, raw: Floats, heat: Any, prior: Floats | None) -> tuple[Floats, Any, Floats | None]:
    """Put the axis of the actions where the work is done, and give the temperature one of length 1 there."""
    if axis == -1:
        return raw, heat if isinstance(heat, float) else heat[..., np.newaxis], prior
    if not isinstance(heat, float):
        heat = heat.reshape((1,) * (raw.ndim - heat.ndim) + heat.shape)
    if prior is not None:
        prior = np.moveaxis(np.broadcast_to(prior, raw.shape), -1, 0)
    return np.ascontiguousarray(raw.transpose((raw.ndim - 1, *range(raw.ndim - 1)))), heat, prior


def _require_shapes(values: NDArray[Any], temperature: Any, where: Any, prior: Any) -> None:
    shapes = {name: array.shape for name, array in (("where", where), ("prior", prior)) if array is not None}
    heat = np.shape(temperature)
    try:
        np.broadcast_shapes(np.broadcast_shapes(values.shape, *shapes.values())[:-1], heat)
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in {"values": values.shape, **shapes}.items())
        rows = f"; temperature {heat} must fit the rows, all axes of the values but the last" if heat else ""
        raise ValueError(f"shapes do not broadcast: {listed}{rows}") from None


def _checked_prior(prior: NDArray[Any], where: NDArray[np.bool_] | None) -> Floats:
    """Check the weights that are read, and put 0 where nothing is allowed."""
    weights = prior.astype(np.result_type(prior.dtype, np.float64))
    if where is not None:
        weights = np.where(where, weights, 0.0)
    valid = np.atleast_1d((weights >= 0) & (weights < np.inf))
    checks.require_entries(valid, "prior", "finite and at least 0", np.atleast_1d(weights))
    with np.errstate(over="ignore"):
        total = np.atleast_1d(weights).sum(axis=-1)
    checks.require_all(total < np.inf, "sum of prior", "finite", total)
    return weights


def _require_a_maximum(raw: Floats, maximum: Floats, axis: int, weighted: bool) -> None:
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
