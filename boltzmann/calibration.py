"""The temperature with a wanted effect: an entropy, a greedy probability, an expected loss, a divergence.

Each function takes rows of values and one target a row. For each row it returns the temperature at which the Gibbs
distribution meets the target. These quantities are monotone in T, so the root is bracketed, in log T. Values times c
have c times the temperature.

If no temperature meets the target (ties, masks, or a target out of range), the nearest end is returned, 0 or inf
exactly, and ``attainable`` is False. A target that an end meets returns the end and is attainable.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann._numerics import Scores, formulas, libraries, roots, standardise
from boltzmann.arrays import QUIET, Floats, Mask, Values, Weights
from boltzmann.hints import with_hints

_ROUNDING = 4 * np.finfo(np.float64).eps


class Calibration(NamedTuple):
    """The result of a calibration.

    Attributes
    ----------
    temperature : array of shape (...)
        In [0, inf].
    attainable : array of bool, shape (...)
        True if the distribution at that temperature meets the target.
    """

    temperature: Any
    attainable: Any


@with_hints
def temperature_for_entropy(
    values: Values,
    entropy: ArrayLike | None = None,
    *,
    effective_actions: ArrayLike | None = None,
    where: Mask = None,
    prior: Weights = None,
) -> Calibration:
    """Find the temperature at which the distribution has a given entropy.

    Parameters
    ----------
    values : array of shape (..., K)
        Finite action values, actions last.
    entropy : float or array that broadcasts against the rows
        In nats, at least 0: 0 (or the log of the number of ties) at T = 0, log K at T = inf.
    effective_actions : float or array, instead of ``entropy``
        exp(entropy), at least 1: between 1 and K.
    where, prior : optional
        As for :class:`boltzmann.Gibbs`. A prior is refused, because the entropy need not be monotone with it.

    Returns
    -------
    Calibration
        ``temperature`` and ``attainable``, shape (...), in the library of the values, without derivatives.

    Raises
    ------
    ValueError, TypeError
        For both or neither of the targets, a target out of bounds, a prior, and values as for Gibbs.

    Examples
    --------
    >>> temperature, attainable = temperature_for_entropy([0.0, 1.0, 3.0], 0.5)
    >>> round(float(temperature), 6), bool(attainable)
    (0.96648, True)
    >>> temperature_for_entropy([0.0, 1.0, 3.0], effective_actions=[1.0, 3.0, 4.0])
    Calibration(temperature=array([ 0., inf, inf]), attainable=array([ True,  True, False]))
    >>> temperature_for_entropy([2.0, 2.0], 0.1)
    Calibration(temperature=array(0.), attainable=array(False))
    """
    if (entropy is None) == (effective_actions is None):
        raise ValueError("exactly one of entropy and effective_actions must be given")
    if prior is not None:
        raise ValueError("prior must be None: with a prior the entropy need not rise with the temperature")
    if effective_actions is not None:
        target = np.log(_target("effective_actions", effective_actions, 1.0, np.inf))
    else:
        target = _target("entropy", entropy, 0.0, np.inf)
    return _solve(values, target, formulas.entropy, where, None)


@with_hints
def temperature_for_greedy_probability(
    values: Values, probability: Values, *, where: Mask = None, prior: Weights = None
) -> Calibration:
    """Find the temperature at which the maximisers together have a given probability.

    ``probability`` is in [0, 1]: 1 at T = 0, the maximisers' share of the prior at T = inf. Other parameters, result
    and errors are those of :func:`temperature_for_entropy`; a prior is allowed.

    Examples
    --------
    >>> temperature, attainable = temperature_for_greedy_probability([0.0, 1.0], [0.9, 1.0, 0.5, 0.4])
    >>> temperature.round(6).tolist(), attainable.tolist()
    ([0.45512, 0.0, inf, inf], [True, True, True, False])
    """
    target = _target("probability", probability, 0.0, 1.0)
    return _solve(values, 1.0 - target, formulas.exploration_probability, where, prior)


@with_hints
def temperature_for_expected_loss(
    values: Values, loss: Values, *, where: Mask = None, prior: Weights = None
) -> Calibration:
    """Find the temperature at which a draw loses a given value on average: max Q - E[Q] = loss.

    ``loss`` is at least 0, in the units of the values: 0 at T = 0, max Q minus the prior mean at T = inf. Other
    parameters, result and errors are those of :func:`temperature_for_entropy`; a prior is allowed.

    Examples
    --------
    >>> temperature, attainable = temperature_for_expected_loss([0.0, 1.0], [0.1, 0.0, 0.5, 0.6])
    >>> temperature.round(6).tolist(), attainable.tolist()
    ([0.45512, 0.0, inf, inf], [True, True, True, False])
    """
    target = _target("loss", loss, 0.0, np.inf)
    return _solve(values, target, formulas.expected_loss, where, prior, in_units_of_values=True)


@with_hints
def temperature_for_kl(values: Values, kl: Values, *, where: Mask = None, prior: Weights = None) -> Calibration:
    """Find the temperature at which the distribution has a given divergence KL(p || prior) from the prior.

    ``kl`` is at least 0, in nats: 0 at T = inf, -log of the maximisers' share of the prior at T = 0. The prior is
    uniform by default. Other parameters, result and errors are those of :func:`temperature_for_entropy`.

    Examples
    --------
    >>> temperature, attainable = temperature_for_kl([0.0, 1.0], [0.1, 0.0, 0.7])
    >>> temperature.round(6).tolist(), attainable.tolist()
    ([1.059947, inf, 0.0], [True, True, False])
    """
    return _solve(values, _target("kl", kl, 0.0, np.inf), formulas.kl_to_prior, where, prior, falling=True)


def finite_rows(values: Values, where: Mask) -> Floats:
    """Check values as a calibration does; return them with -inf for masked actions, shape (..., K)."""
    return _finite(standardise(libraries.to_numpy("values", values), 0.0, libraries.to_numpy("where", where), None))


def _finite(scores: Scores) -> Floats:
    if not np.isfinite(scores.maximum).all():
        raise ValueError("values must be finite where allowed, got inf")
    return np.moveaxis(np.asarray(scores.values), scores.axis, -1)


def _target(name: str, value: ArrayLike | None, least: float, most: float) -> Floats:
    given = np.nan if value is None else libraries.to_numpy(name, value)
    array = checks.numeric_array(name, given).astype(np.float64, copy=False)
    checks.require_all((array >= least) & (array <= most), name, f"in [{least:g}, {most:g}]", array)
    return array


@QUIET
def _solve(
    values: Values,
    target: Floats,
    formula: roots.Formula,
    where: Mask,
    prior: Weights,
    *,
    falling: bool = False,
    in_units_of_values: bool = False,
) -> Calibration:
    """Bracket and find the root of formula(T) - target for each row; ``falling`` if the formula falls with T."""
    plain = [libraries.to_numpy(*part) for part in (("values", values), ("where", where), ("prior", prior))]
    scores = standardise(plain[0], 0.0, *plain[1:])
    rows, exponent = roots.scaled(_finite(scores))
    try:
        batch = np.broadcast_shapes(rows.shape[:-1], target.shape)
    except ValueError:
        raise ValueError(f"the target's shape {target.shape} must fit the rows, {rows.shape[:-1]}") from None
    rows, wanted = np.broadcast_to(rows, (*batch, rows.shape[-1])), np.broadcast_to(target, batch)
    if in_units_of_values:
        wanted = np.ldexp(wanted, -exponent)
    weights = None
    if scores.prior is not None:
        weights = np.broadcast_to(np.moveaxis(np.asarray(scores.prior), scores.axis, -1), rows.shape)

    ends = [roots.formula_at(formula, rows, np.full(batch, end), weights) for end in (0.0, np.inf)]
    low, high = reversed(ends) if falling else ends
    low_end, high_end = (np.inf, 0.0) if falling else (0.0, np.inf)
    # A target that equals an end but for rounding is met by that end.
    below, above = wanted <= low * (1 + _ROUNDING), wanted >= high * (1 - _ROUNDING)
    temperature = np.where(below, low_end, np.where(above, high_end, np.nan))
    attainable = (wanted >= low * (1 - _ROUNDING)) & (wanted <= high * (1 + _ROUNDING))
    inside = np.isnan(temperature)
    if inside.any():
        chosen = None if weights is None else weights[inside]
        temperature[inside] = roots.temperature_roots(formula, rows[inside], wanted[inside], chosen)
    temperature = np.asarray(np.ldexp(temperature, exponent))
    # A temperature beyond the range of floats does not meet the target.
    attainable = np.asarray(attainable & ~(inside & np.isinf(temperature)))
    return Calibration(*(libraries.returned(part, values, least_bits=32) for part in (temperature, attainable)))
