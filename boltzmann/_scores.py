"""From raw arguments to scores: the checks, the limits and the infinities of the Gibbs distribution, met once.

A score is log prior(a) + (Q(a) - max Q) / T less the largest of its row, so that the best action scores 0 and what
cannot happen scores -inf. Everything else about the distribution follows from the scores alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import _checks
from boltzmann._checks import Floats

__all__ = ["Scores", "standardise"]


class Scores(NamedTuple):
    """The distribution in the form that all its properties start from; ``...`` is the shape of the rows."""

    dtype: np.dtype[Any]
    """Of the answers."""
    temperature: Floats
    """Float64, of a shape that broadcasts against the rows."""
    values: Floats
    """In the dtype of the computation, shape (..., K), -inf where nothing is allowed."""
    maximum: Floats
    """The largest allowed value of each row; +inf is possible, NaN and -inf are not."""
    scores: Floats
    """Shape (..., K), in [-inf, 0], 0 for the best action."""
    top: Floats
    """What was taken off the scores of each row: log prior + (Q - max Q) / T of the best; 0 without a prior."""


def standardise(values: ArrayLike, temperature: ArrayLike, where: ArrayLike | None, prior: ArrayLike | None) -> Scores:
    """Check the arguments of a Gibbs distribution and reduce them to scores; see :class:`boltzmann.Gibbs`."""
    given = _checks.numeric_array("values", values)
    if given.ndim == 0 or given.shape[-1] == 0:
        raise ValueError(f"values must hold at least one action on its last axis, got shape {given.shape}")
    heat = _checks.numeric_array("temperature", temperature).astype(np.float64, copy=False)
    _checks.require_all(heat >= 0, "temperature", "in [0, inf]", heat)
    mask = None if where is None else _checks.mask_array("where", where)
    weights = None if prior is None else _checks.numeric_array("prior", prior)
    _require_shapes(given, heat, mask, weights)

    allowed_values = given.astype(np.result_type(given.dtype, np.float64), copy=False)
    if weights is not None:
        weights = _checked_prior(weights, mask)
        mask = weights > 0
    if mask is not None:
        allowed_values = np.where(mask, allowed_values, -np.inf)
    maximum = allowed_values.max(axis=-1)
    if not np.isfinite(maximum).all():
        _require_a_maximum(allowed_values, maximum)
        # Values of +inf share the mass: they become the finite maximum of their row, the others drop out.
        endless = (maximum == np.inf)[..., np.newaxis]
        reduced = np.where(endless, np.where(allowed_values == np.inf, 0.0, -np.inf), allowed_values)
        scores = _centred_over_temperature(reduced, np.where(endless[..., 0], 0.0, maximum), heat)
    else:
        scores = _centred_over_temperature(allowed_values, maximum, heat)
    top = np.zeros(())
    if weights is not None:
        with np.errstate(divide="ignore"):
            scores = scores + np.log(weights)
        top = scores.max(axis=-1)
        scores = scores - top[..., np.newaxis]
    return Scores(given.dtype, heat, allowed_values, maximum, scores, top)


def _centred_over_temperature(values: Floats, maximum: Floats, temperature: Floats) -> Floats:
    """(values - maximum) / temperature, with both ends of the temperature and -inf taken by value."""
    heat, peak = temperature[..., np.newaxis], maximum[..., np.newaxis]
    with np.errstate(all="ignore"):
        centred = values - peak
        scores = centred / heat
        if centred.min(initial=0.0) == -np.inf:
            # A difference of finite values that overflows may still be moderate in units of T: halve it first.
            overflowed = np.isneginf(centred) & (values > -np.inf)
            scores = np.where(overflowed, (values / 2 - peak / 2) / (heat / 2), scores)
    if (temperature == 0).any():
        scores = np.where(centred == 0, 0.0, scores)
    if np.isinf(temperature).any():
        scores = np.where(np.isinf(heat), np.where(values == -np.inf, -np.inf, 0.0), scores)
    return np.asarray(scores)


def _require_shapes(
    values: NDArray[Any], temperature: Floats, where: NDArray[Any] | None, prior: NDArray[Any] | None
) -> None:
    others = {"where": where, "prior": prior}
    shapes = {name: array.shape for name, array in others.items() if array is not None}
    try:
        full = np.broadcast_shapes(values.shape, *shapes.values())
        np.broadcast_shapes(full[:-1], temperature.shape)
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(
            f"shapes do not broadcast: values {values.shape}{', ' if listed else ''}{listed}; temperature "
            f"{temperature.shape} must fit the rows, all axes of the values but the last"
        ) from None


def _checked_prior(prior: NDArray[Any], where: NDArray[np.bool_] | None) -> Floats:
    """Check the weights that are read, and put 0 where nothing is allowed."""
    weights = prior.astype(np.result_type(prior.dtype, np.float64), copy=False)
    if where is not None:
        weights = np.where(where, weights, 0.0)
    _checks.require_all((weights >= 0) & (weights < np.inf), "prior", "finite and at least 0", weights)
    return weights


def _require_a_maximum(values: Floats, maximum: Floats) -> None:
    unknown = np.isnan(maximum)
    if unknown.any():
        row = tuple(int(i) for i in np.argwhere(unknown)[0])
        action = int(np.isnan(values[row]).argmax())
        raise ValueError(f"values must not be NaN where allowed, got NaN for action {action}{_checks.row_text(row)}")
    empty = maximum == -np.inf
    if empty.any():
        row = tuple(int(i) for i in np.argwhere(empty)[0])
        raise ValueError(
            f"at least one action must be allowed and have a value above -inf, got none{_checks.row_text(row)}"
        )
