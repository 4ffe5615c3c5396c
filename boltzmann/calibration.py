"""The temperature with a wanted effect: an entropy, a greedy probability, an expected loss, a divergence.

Each function takes rows of values and one target a row. For each row it returns the temperature at which the Gibbs
distribution meets the target. These quantities are monotone in T, and Newton's method finds the root in a bracket
(``boltzmann._numerics.roots``). Values times c have c times the temperature.

The temperature is differentiable in values, target and prior where the library differentiates: the implicit function
theorem gives first and second derivatives, which are 0 at both ends. Under ``jax.jit``, ``vmap`` and ``torch.compile``
numbers raise no error: the temperature of a bad row or of a target out of bounds is NaN, and not attainable.

If no temperature meets the target (ties, masks, or a target out of range), the nearest end is returned, 0 or inf
exactly, and ``attainable`` is False. A target that an end meets returns the end and is attainable.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann._numerics import Scores, libraries, roots, standardise, tensors
from boltzmann.arrays import QUIET, Bools, Floats, Mask, Values, Weights
from boltzmann.hints import with_hints


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
        ``temperature`` and ``attainable``, shape (...), in the library of the values.

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
        actions = _target("effective_actions", effective_actions, 1.0, np.inf)
        return _solve("entropy", values, libraries.library(actions).log(actions), where, None)
    return _solve("entropy", values, _target("entropy", entropy, 0.0, np.inf), where, None)


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
    return _solve("probability", values, _target("probability", probability, 0.0, 1.0), where, prior)


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
    return _solve("loss", values, _target("loss", loss, 0.0, np.inf), where, prior)


@with_hints
def temperature_for_kl(values: Values, kl: Values, *, where: Mask = None, prior: Weights = None) -> Calibration:
    """Find the temperature at which the distribution has a given divergence KL(p || prior) from the prior.

    ``kl`` is at least 0, in nats: 0 at T = inf, -log of the maximisers' share of the prior at T = 0. The prior is
    uniform by default. Other parameters, result and errors are those of :func:`temperature_for_entropy`. Where one
    action has most of the prior, a divergence below 5e-32, the square of the rounding of 1, is met to its order of
    magnitude alone.

    Examples
    --------
    >>> temperature, attainable = temperature_for_kl([0.0, 1.0], [0.1, 0.0, 0.7])
    >>> temperature.round(6).tolist(), attainable.tolist()
    ([1.059947, inf, 0.0], [True, True, False])
    """
    return _solve("kl", values, _target("kl", kl, 0.0, np.inf), where, prior)


def temperature_for_entropy_fraction(values: Values, fraction: float, *, where: Mask = None) -> Calibration:
    """Find the temperature at which the entropy is a fraction of its maximum, the log of the number of allowed actions.

    Examples
    --------
    >>> temperature_for_entropy_fraction([0.0, 1.0, 3.0], 1.0)
    Calibration(temperature=array(inf), attainable=array(True))
    """
    return _solve("fraction", values, _target("fraction", fraction, 0.0, 1.0), where, None)


def temperature_for_mellowmax(values: Values, omega: Values, *, where: Mask = None) -> Any:
    """Return the temperature at which E[Q] is the mellowmax at omega, in (0, inf).

    Examples
    --------
    >>> round(float(1 / temperature_for_mellowmax([1.0, 2.0, 4.0], 1.5)), 12)
    0.644980933884
    """
    temperature = _solve("mellowmax", values, _target("omega", omega, 0.0, np.inf), where, None).temperature
    return temperature[()] if isinstance(temperature, np.ndarray) else temperature


def finite_rows(values: Values, where: Mask) -> Floats:
    """Check values as a calibration does; return them with -inf for masked actions, shape (..., K)."""
    return _finite(standardise(libraries.to_numpy("values", values), 0.0, libraries.to_numpy("where", where), None))


def _finite(scores: Scores) -> Floats:
    if not np.isfinite(scores.maximum).all():
        raise ValueError("values must be finite where allowed, got inf")
    return np.moveaxis(np.asarray(scores.values), scores.axis, -1)


def _target(name: str, value: Any, least: float, most: float) -> Any:
    """Return a target as a float or an array; one whose numbers are traced is NaN where it is out of bounds."""
    # One float needs no array.
    if isinstance(value, float) and least <= value <= most:
        return value
    if tensors.is_recorded(value):
        xp = libraries.namespace(value)
        target: Any = libraries.to_float(xp, name, value)
        inside = (target >= least) & (target <= most)
        if libraries.is_traced(target):
            return xp.where(inside, target, xp.nan)
        known, valid = (libraries.to_numpy(name, part) for part in (target, inside))
        checks.require_all(valid, name, f"in [{least:g}, {most:g}]", known)
        return target
    given = np.nan if value is None else libraries.to_numpy(name, value)
    array = checks.numeric_array(name, given).astype(np.float64, copy=False)
    checks.require_all((array >= least) & (array <= most), name, f"in [{least:g}, {most:g}]", array)
    return array if array.ndim else float(array)


def _solve(quantity: str, values: Values, target: Any, where: Mask, prior: Weights) -> Calibration:
    if isinstance(target, float) and libraries.is_native(values, where, prior):
        return Calibration(*_known(quantity, values, target, where, prior))
    if any(tensors.is_recorded(part) for part in (values, target, where, prior)):
        return Calibration(*roots.differentiable_temperatures(quantity, values, target, where, prior))
    named = (("values", values), ("where", where), ("prior", prior))
    array, mask, weights = (libraries.to_numpy(*part) for part in named)
    found = _known(quantity, array, target, mask, weights)
    return Calibration(*(libraries.returned(part, values, least_bits=32) for part in found))


def _known(quantity: str, values: Any, target: float | Floats, where: Mask, prior: Weights) -> tuple[Any, Any]:
    if prior is None and isinstance(target, float):
        plain = type(values) is np.ndarray and values.dtype == np.float64
        array = values if plain else checks.numeric_array("values", values)
        few = roots.few_temperatures(quantity, array, target, where) if array.ndim else None
        if few is not None:
            return few
    return _of_many(quantity, values, target, where, prior)


@QUIET
def _of_many(
    quantity: str, values: Values, target: float | Floats, where: Mask, prior: Weights
) -> tuple[Floats, Bools]:
    return roots.known_temperatures(quantity, standardise(values, 0.0, where, prior), np.asarray(target))
