"""Temperatures in libraries that differentiate or compile: numbers found without derivatives, then a Newton step with.

At the root F(Q, T) = target, a step of Newton's method changes no number, but has the derivatives of T that the
equation implies; a second step makes the second derivatives exact, too.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from boltzmann._numerics import formulas, libraries
from boltzmann._numerics.by_law import maths_of
from boltzmann._numerics.numpy_scores import standardise
from boltzmann._numerics.roots.goals import GOALS, RULE_OF
from boltzmann._numerics.roots.newton import inverse_temperatures
from boltzmann._numerics.roots.rows import measured
from boltzmann._numerics.roots.solving import FIRST_ORDER, fitting, known_temperatures, losses
from boltzmann._numerics.scores import Scores
from boltzmann._numerics.traced_scores import standardise_traceably
from boltzmann.arrays import Mask, Namespace, Values, Weights

_STEPS = 2


def differentiable_temperatures(
    quantity: str, values: Values, wanted: Any, where: Mask, prior: Weights
) -> tuple[Any, Any]:
    """Return the temperature of each row, and whether it meets the target; NaN for bad rows whose numbers are traced.

    The target is of the library of the values, NaN where it is out of bounds.
    """
    if libraries.is_native(values):
        values = libraries.to_float(libraries.namespace(wanted, prior, where), "values", values, wanted)
    xp = libraries.namespace(values)
    # Arrays of the library, for torch.compile cannot trace NumPy's.
    scores = standardise_traceably(values, xp.ones((), device=libraries.device(values)), where, prior)
    if isinstance(wanted, float):
        wanted = xp.full((), wanted, dtype=scores.values.dtype, device=libraries.device(values))
    wanted = libraries.to_float(xp, quantity, wanted, scores.values)
    batch = fitting(tuple(scores.values.shape[:-1]), tuple(wanted.shape))
    if libraries.is_traced(scores.values) or libraries.is_traced(wanted):
        found, attainable = _traced(quantity, scores, xp.broadcast_to(wanted, batch), batch)
    else:
        array, mask, weights, number = (libraries.to_numpy(quantity, part) for part in (values, where, prior, wanted))
        numbers = known_temperatures(quantity, standardise(array, 0.0, mask, weights), np.asarray(number, np.float64))
        found, attainable = (libraries.returned(part, scores.values) for part in numbers)
    bad: Any = ~(scores.maximum[..., 0] < xp.inf) | xp.isnan(wanted)
    sought = wanted
    if quantity == "mellowmax":
        sought = formulas.mellowmax_loss(standardise_traceably(values, 1.0 / wanted, where, prior))[..., 0]
    inside = (found > 0) & (found < xp.inf) & (bad ^ True)
    start = xp.where(inside, found, 1.0)
    moved = start
    for _ in range(_STEPS):
        at = standardise_traceably(values, moved, where, prior)
        change = xp.where(inside, _change_of_log(quantity, at, sought), 0.0)
        moved = moved * xp.exp(change)
    temperature = start * (moved / libraries.detached(xp, moved))
    temperature = xp.where(inside, temperature, xp.where(bad, xp.nan, found))
    return xp.astype(temperature, scores.values.dtype), attainable & (bad ^ True)


def _traced(quantity: str, scores: Scores, wanted: Any, batch: tuple[int, ...]) -> tuple[Any, Any]:
    """Find the numbers by array operations alone."""
    xp, kind = scores.xp, RULE_OF[quantity]
    shape = (*batch, scores.values.shape[-1])
    parts = (scores.values, scores.live, scores.prior)
    values, live, prior = (part if part is None else xp.broadcast_to(part, shape) for part in parts)
    values, wanted = libraries.detached(xp, values), libraries.detached(xp, wanted)
    rows = measured(xp, -1, values, live, None if prior is None else libraries.detached(xp, prior))
    m = maths_of(xp, values.dtype)
    in_units = losses(m, quantity, rows, wanted)[0] if kind == "loss" else wanted
    cold, hot, attainable, target = GOALS[quantity](m, *rows.sums()[:2], rows.n, rows.k, rows.log_n, in_units)
    beta = inverse_temperatures(kind, rows, target, cold | hot | xp.isnan(wanted))
    found = rows.unit / beta / rows.factor
    if quantity == "mellowmax":
        found = xp.where(wanted * rows.unit < FIRST_ORDER * rows.factor, 2.0 / wanted, found)
    found = xp.where(cold, 0.0, xp.where(hot, xp.inf, found))
    return found, attainable & ((found < xp.inf) | hot)


def _change_of_log(quantity: str, at: Scores, wanted: Any) -> Any:
    """Return the step of log T that brings the quantity to the target."""
    xp, temperatures = at.xp, cast(Any, at.temperature)[..., 0]
    heat = formulas.heat_capacity(at)[..., 0]
    if quantity == "probability":
        loss, greedy = (formula(at)[..., 0] for formula in (formulas.expected_loss, formulas.greedy_probability))
        missing = (1.0 - wanted) - formulas.exploration_probability(at)[..., 0]
        return missing / _above_0(xp, greedy * (loss / temperatures))
    if RULE_OF[quantity] == "loss":
        missing = wanted - formulas.expected_loss(at)[..., 0]
        return missing / temperatures / _above_0(xp, heat)
    if quantity == "kl":
        return (formulas.kl_to_prior(at)[..., 0] - wanted) / _above_0(xp, heat)
    if quantity == "fraction":
        wanted = wanted * xp.log(xp.sum(xp.astype(at.live, wanted.dtype), axis=-1))
    if quantity == "effective_actions":
        wanted = xp.log(wanted)
    return (wanted - formulas.entropy(at)[..., 0]) / _above_0(xp, heat)


def _above_0(xp: Namespace, slope: Any) -> Any:
    return xp.where(slope > 0, slope, 1.0)
