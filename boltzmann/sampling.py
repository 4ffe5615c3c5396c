"""Drawing actions: one uniform a draw, and never an action of probability 0.

The randomness is that of the library of the probabilities: a ``numpy.random.Generator``, a ``torch.Generator`` or a JAX
key. There is no global random state. A Generator advances with each draw; a JAX key returns the same draws each time,
as everywhere in JAX.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries, shared
from boltzmann.arrays import NUMPY, QUIET, Array, Namespace, Rng, Values
from boltzmann.hints import with_hints
from boltzmann.inversion import sample_weights

_SMALL_TOTAL = 2.0**-900
"""Weights with a smaller sum are rescaled: a subnormal total times a uniform may round to the total."""


@with_hints
def sample_categorical(rng: Rng, weights: Values, shape: int | tuple[int, ...] = ()) -> Any:
    """Draw indices in proportion to weights, by inverting the cumulative sum at one uniform a draw.

    Parameters
    ----------
    rng : numpy.random.Generator, torch.Generator or JAX key
        The source of the uniforms: one for each draw, in C order, float64 if the library has it.
    weights : array of shape (..., K)
        Non-negative and finite, of any positive sum a row; they need not be normalised.
    shape : tuple of int
        The number of independent draws for every row, as a shape.

    Returns
    -------
    array of integers, shape ``shape + weights.shape[:-1]``
        Indices in [0, K). An index of weight 0 is never drawn, wherever it stands. Under a trace (``jax.jit``,
        ``torch.compile``), where numbers cannot raise errors, a row without a positive finite sum gives -1.

    Raises
    ------
    TypeError
        If ``rng`` does not belong to the library of the weights.
    ValueError
        For weights that are not as described; the message names the row. Under a tracer its index is -1 instead.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample_categorical(rng, np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0]]))
    array([1, 2])
    >>> sample_categorical(rng, np.array([1.0, 0.0]), shape=(3,))
    array([0, 0, 0])
    """
    xp = libraries.library(weights)
    array: Any = weights if xp is NUMPY else libraries.to_float(xp, "weights", weights)
    if not libraries.is_traced(array):
        checked = _checked_weights(libraries.to_numpy("weights", array))
        return sample_weights(xp, rng, checked if xp is NUMPY else array, -1, shape)
    valid = xp.all((array >= 0) & (array < xp.inf), axis=-1) & (xp.sum(array, axis=-1) > 0)
    return xp.where(valid, sample_weights(xp, rng, array, -1, shape), -1)


@QUIET
def _checked_weights(weights: Values) -> Array:
    array = checks.numeric_array("weights", weights)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(f"weights must hold at least one action on its last axis, got shape {array.shape}")
    checks.require_entries((array >= 0) & (array < np.inf), "weights", "finite and at least 0", array)
    total = array.sum(axis=-1, dtype=np.float64)
    checks.require_all((total > 0) & (total < np.inf), "sum of weights", "positive and finite", total)
    return array / array.max(axis=-1, keepdims=True) if np.min(total, initial=1.0) < _SMALL_TOTAL else array


@with_hints
def sample_gumbel(rng: Rng, log_weights: Values, shape: int | tuple[int, ...] = ()) -> Array:
    """Draw indices by the Gumbel-max trick: the largest of log weight + standard Gumbel noise.

    A draw needs K random numbers, :func:`sample_categorical` needs one. In return, probabilities that underflow are
    distinguished. Parameters, result and errors are the same, for logarithms of weights below inf; -inf is never drawn.

    Examples
    --------
    >>> import math
    >>> sample_gumbel(np.random.default_rng(0), np.array([-math.inf, -2000.0, -math.inf]))
    np.int64(1)
    """
    xp = libraries.library(log_weights)
    perturbed, possible = _perturbed(xp, rng, log_weights, shape)
    drawn = xp.argmax(perturbed, axis=-1)
    return drawn if xp is NUMPY else xp.where(possible >= 1, drawn, -1)


@with_hints
def sample_without_replacement(rng: Rng, log_weights: Values, k: int, shape: int | tuple[int, ...] = ()) -> Array:
    """Draw k different indices in order: each in proportion to its weight among the remaining ones.

    By Gumbel-top-k (Kool, van Hoof & Welling, "Stochastic beams and where to find them", 2019): the k largest of
    log weight + Gumbel noise, in their order, follow the Plackett-Luce law.

    Parameters
    ----------
    rng : numpy.random.Generator, torch.Generator or JAX key
    log_weights : array of shape (..., K)
        Logarithms of weights, below inf, not necessarily normalised; -inf is never drawn.
    k : int
        From 1 to the number of indices of positive weight in every row.
    shape : tuple of int
        The number of independent draws for every row, as a shape.

    Returns
    -------
    array of integers, shape ``shape + log_weights.shape[:-1] + (k,)``
        Under a trace (``jax.jit``, ``torch.compile``), where numbers cannot raise errors, -1 from the first draw on
        that finds no index of positive weight.

    Raises
    ------
    ValueError
        If k is out of these bounds; the message names the row.

    Examples
    --------
    >>> sample_without_replacement(np.random.default_rng(0), np.log([0.5, 0.3, 0.2]), 3)
    array([2, 0, 1])
    """
    xp, k = libraries.library(log_weights), checks.whole_number("k", k, least=1)
    perturbed, possible = _perturbed(xp, rng, log_weights, shape, k)
    drawn = shared.largest(xp, perturbed, k)
    if xp is NUMPY:
        return drawn
    order = xp.arange(k, device=libraries.device(drawn))
    return xp.where(order < possible[..., None], drawn, -1)


def _perturbed(
    xp: Namespace, rng: Rng, log_weights: Any, shape: int | tuple[int, ...], k: int = 1
) -> tuple[Array, Array]:
    """Add Gumbel noise, which is -log of an exponential variable; -inf stays -inf.

    Also return the number of indices that can be drawn from each row, at least k but under a trace.
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    logs = checks.numeric_array("log_weights", log_weights) if xp is NUMPY else log_weights
    if logs.ndim == 0 or logs.shape[-1] == 0:
        raise ValueError(f"log_weights must hold at least one action on its last axis, got shape {tuple(logs.shape)}")
    possible = _possible(xp, logs, k)
    if xp is NUMPY:
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        exponential: Array = rng.standard_exponential(shape + logs.shape)
        limits = np.finfo(np.float64)
    else:
        uniform = libraries.uniform(xp, rng, shape + tuple(logs.shape), logs)
        exponential, limits = -xp.log1p(-uniform), xp.finfo(uniform.dtype)
    # Without an infinite noise a possible index is above every impossible one.
    return logs - xp.log(xp.clip(exponential, float(limits.smallest_normal), float(limits.max))), possible


def _possible(xp: Namespace, logs: Array, k: int) -> Array:
    """Count the indices of each row that can be drawn, 0 in a row with a wrong number; raise if one has less than k."""
    wrong = ~(logs < xp.inf)
    counted: Any = xp.sum(xp.astype(logs > -xp.inf, xp.int32), axis=-1)
    possible: Array = xp.where(xp.any(wrong, axis=-1), 0, counted)
    if not libraries.is_traced(possible):
        known, numbers = (libraries.to_numpy("log_weights", array) for array in (wrong, logs))
        checks.require_entries(~known, "log_weights", "below inf and not NaN", numbers)
        counts = libraries.to_numpy("log_weights", possible)
        checks.require_all(counts >= k, "the number of possible actions", f"at least k = {k}", counts)
    return possible


@with_hints
def log_prob_without_replacement(log_probs: Values, actions: Values) -> Array:
    """Log-probability of an ordered draw without replacement (Plackett 1975; Luce 1959).

    Parameters
    ----------
    log_probs : array of shape (..., K)
        Logarithms of the weights, not necessarily normalised.
    actions : array of int, shape (..., k)
        Indices in the order of their draw, in [0, K). If one comes twice or has weight 0, the result is -inf. Under a
        trace, where numbers cannot raise errors, it is NaN if one is outside of [0, K).

    Returns
    -------
    array of shape (...)
        sum_i (log w_i - log of the sum of the remaining weights).

    Examples
    --------
    >>> draw = log_prob_without_replacement(np.log([0.5, 0.3, 0.2]), [2, 0])
    >>> round(float(np.exp(draw)), 7)
    0.125
    """
    return shared.ordered_log_prob(libraries.library(log_probs), log_probs, actions)
