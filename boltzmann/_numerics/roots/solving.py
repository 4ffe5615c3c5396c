"""From checked values and a target for each row to temperatures, in NumPy and in the libraries that trace."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann._numerics.by_law import Maths, maths_of
from boltzmann._numerics.roots.extremes import are_extreme, temperature_by_logarithms
from boltzmann._numerics.roots.goals import GOALS, RULE_OF, loss_of_mellowmax
from boltzmann._numerics.roots.newton import inverse_temperatures
from boltzmann._numerics.roots.rows import Rows, measured
from boltzmann._numerics.scores import Scores
from boltzmann.arrays import NUMPY, QUIET, Bools, Floats

FIRST_ORDER = 1e-8
"""Below this product of omega and the range, beta of the mellowmax is omega / 2 to rounding."""


def fitting(rows: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of rows and a target together, or raise."""
    try:
        return np.broadcast_shapes(rows, target)
    except ValueError:
        raise ValueError(f"the target's shape {target} must fit the rows, {rows}") from None


@QUIET
def known_temperatures(quantity: str, scores: Scores, wanted: Floats) -> tuple[Floats, Bools]:
    """Return the temperature of each row of NumPy scores, and whether it meets the target."""
    if not np.isfinite(scores.maximum).all():
        raise ValueError("values must be finite where allowed, got inf")
    values, prior, axis = np.asarray(scores.values), scores.prior, scores.axis
    batch = fitting(np.moveaxis(values, axis, -1).shape[:-1], wanted.shape)
    if axis == 0 and batch != values.shape[1:]:
        values, axis = np.moveaxis(values, 0, -1), -1
        prior = None if prior is None else np.moveaxis(np.asarray(prior), 0, -1)
    shape = (len(values), *batch) if axis == 0 else (*batch, values.shape[-1])
    flat = (shape[0], -1) if axis == 0 else (int(np.prod(batch)), shape[-1])
    values = np.broadcast_to(values, shape).reshape(flat)
    prior = None if prior is None else np.broadcast_to(prior, shape).reshape(flat)
    wanted = np.broadcast_to(wanted, batch).reshape(-1)
    temperature, attainable = _of_rows(quantity, axis, values, prior, wanted)
    return temperature.reshape(batch), attainable.reshape(batch)


def _of_rows(quantity: str, axis: int, values: Floats, prior: Floats | None, wanted: Floats) -> tuple[Floats, Bools]:
    rows = measured(NUMPY, axis, values, values > -np.inf, prior)
    m, kind, at_0 = maths_of(NUMPY, values.dtype), RULE_OF[quantity], rows.sums()
    in_units, log_loss = losses(m, quantity, rows, wanted) if kind == "loss" else (wanted, wanted)
    cold, hot, attainable, target = GOALS[quantity](m, *at_0[:2], rows.n, rows.k, rows.log_n, in_units)
    ended, target = cold | hot, np.stack(target) if isinstance(target, tuple) else target
    extreme = are_extreme(kind, rows, at_0, target) & ~ended
    beta = inverse_temperatures(kind, rows, target, ended | extreme)
    temperature = np.where(cold, 0.0, np.where(hot, np.inf, rows.unit / beta / rows.factor))
    if quantity == "mellowmax":
        temperature = np.where(wanted * rows.unit < FIRST_ORDER * rows.factor, 2.0 / wanted, temperature)
    for row in np.flatnonzero(np.isnan(temperature)):
        line = values[:, row] if axis == 0 else values[row]
        weights = np.ones(len(line)) if prior is None else prior[:, row] if axis == 0 else prior[row]
        seen = line > -np.inf
        sought = target[..., row].flat[0] if kind != "loss" else log_loss[row]
        temperature[row] = temperature_by_logarithms(kind, line[seen], weights[seen], sought)
    # A temperature beyond the range of floats does not meet the target.
    return temperature, attainable & ~(np.isinf(temperature) & ~hot)


def losses(m: Maths, quantity: str, rows: Rows, wanted: Any) -> tuple[Any, Any]:
    """Return the wanted losses in units of the range, and their logarithms in the units of the values."""
    unit = rows.unit / rows.factor
    if quantity == "mellowmax":
        omega = m.minimum(wanted * unit, 1.0 / m.tiny)
        in_units = loss_of_mellowmax(m, rows, omega)
        return m.maximum(in_units, m.tiny), m.log(in_units * omega) - m.log(wanted)
    # A loss above 0 that underflows in these units is met above T = 0.
    return m.maximum(wanted / unit, m.where(wanted > 0, m.tiny, 0.0 * unit)), m.log(wanted)
