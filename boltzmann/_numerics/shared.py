"""Quantities of any distribution that follow from its probabilities or log-probabilities, for every array library."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries, tensors
from boltzmann._numerics.scores import Scores
from boltzmann.arrays import NUMPY, Array, Namespace, Values

_PER_ACTION = ("probs", "log_probs")
_TERMS = 18
"""So many terms of the series of e^y y - (e^y - 1) reach the last digit for |y| < 0.5."""
_CLOSE = 1.0
"""Up to this |log p - log q| a term of the divergence is computed from q, which then cannot underflow alone."""


class Quantity:
    """A property of a distribution: a formula over its scores, computed on first use and cached."""

    def __init__(self, formula: Callable[[Scores], Array], *, signed: bool = False) -> None:
        self.formula, self.signed, self.__doc__ = formula, signed, formula.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, distribution: Any, owner: type | None = None) -> Any:
        if distribution is None:
            return self
        scores = distribution._scores
        # One row of float64 needs no change of axes or dtype; a call less is felt there.
        plain = scores.batch == () and scores.xp is NUMPY and scores.tensors is None and scores.dtype == np.float64
        result = self.formula(scores) if plain and self.name in _PER_ACTION else self.of(scores)
        if self.signed and distribution._sign is not None:
            result = result * distribution._sign
        native = scores.xp is NUMPY
        # NumPy's results for PyTorch have no derivative to lose.
        source = result if native else scores.scores
        if (native and scores.tensors is None) or tensors.lasting(scores.answer_xp, result, source):
            # This descriptor defines no __set__, so that the instance's entry is found before it.
            distribution.__dict__[self.name] = result
        return result

    def of(self, scores: Scores) -> Any:
        """Compute the quantity as users see it."""
        result: Any
        if scores.xp is NUMPY:
            result = self.formula(scores)
        else:
            with libraries.quiet(scores.xp):
                result = self.formula(scores)
        if self.name in _PER_ACTION:
            # One row of float64 needs no change of axes or dtype.
            if scores.batch != () or scores.dtype != np.float64:
                result = scores.action_answer(result)
        elif self.name != "mode":
            result = scores.row_answer(result)
        elif scores.batch is not None:
            result = result.reshape(scores.batch)[()]
        return result if scores.tensors is None else tensors.as_tensor(result, scores.tensors)


def picked(xp: Namespace, log_probs: Array, actions: Values) -> Array:
    """Pick the log-probabilities of ``actions``, shape ``shape + batch``, from those of all, ``batch + (K,)``."""
    *batch, count = log_probs.shape
    indices = _checked_actions(xp, actions, log_probs)
    if indices.ndim < len(batch) or tuple(indices.shape[indices.ndim - len(batch) :]) != tuple(batch):
        raise ValueError(f"actions must have a shape that ends in {tuple(batch)}, got {tuple(indices.shape)}")
    table = xp.broadcast_to(log_probs, (*indices.shape, count))
    result = xp.take_along_axis(table, libraries.indices(xp, indices)[..., None], axis=-1)[..., 0]
    return result[()] if xp is NUMPY else result


def _checked_actions(xp: Namespace, actions: Any, log_probs: Array) -> Array:
    """Return actions as integers in [0, K), in the library of the log-probabilities."""
    count = log_probs.shape[-1]
    if xp is NUMPY:
        numbers = checks.plain_array("actions", libraries.to_numpy("actions", actions))
        if numbers.dtype.kind not in "iu":
            raise TypeError(f"actions must be integers, got {numbers.dtype}")
        checks.require_all((numbers >= 0) & (numbers < count), "actions", f"in [0, {count})", numbers)
        return numbers
    indices = xp.asarray(actions, device=libraries.device(log_probs))
    if not xp.isdtype(indices.dtype, "integral"):
        raise TypeError(f"actions must be integers, got {indices.dtype}")
    outside = xp.any((indices < 0) | (indices >= count))
    if not libraries.is_traced(outside) and bool(outside):
        raise ValueError(f"actions must be in [0, {count}), got {actions}")
    return indices


def cross_entropy(xp: Namespace, log_probs: Array, target: Values) -> Array:
    """-sum target log p, where 0 times -inf is 0."""
    weights = libraries.to_float(xp, "target", target, log_probs)
    if tuple(weights.shape[-1:]) != tuple(log_probs.shape[-1:]):
        raise ValueError(f"target must have K = {log_probs.shape[-1]} on its last axis, got shape {weights.shape}")
    used = weights != 0
    terms = xp.where(used, weights, 0.0) * xp.where(used, log_probs, 0.0)
    # Subtracting from 0 turns the -0.0 of a certain action into 0.
    total = 0.0 - xp.sum(terms, axis=-1)
    return total[()] if xp is NUMPY else total


def relative_excess(xp: Namespace, y: Array) -> Array:
    """e^y y - (e^y - 1), at least 0, to full relative accuracy near y = 0."""
    series = xp.zeros_like(y)
    for n in range(_TERMS, 1, -1):
        series = series * y + (n - 1) / math.factorial(n)
    near = xp.abs(y) < 0.5
    far = xp.where(near, 1.0, y)
    return xp.where(near, series * y**2, xp.exp(far) * far - xp.expm1(far))


def kl_divergence(xp: Namespace, probs: Array, log_probs: Array, others: Array) -> Array:
    """Sum of q (e^y y - (e^y - 1)) with y = log p - log q, no term below 0; inf if q is 0 and p is not."""
    if (xp is NUMPY) != libraries.is_native(others):
        raise TypeError("other must be of the same array library")
    try:
        np.broadcast_shapes(tuple(probs.shape), tuple(others.shape))
    except ValueError:
        raise ValueError(f"other must fit shape {tuple(probs.shape)}, got {tuple(others.shape)}") from None
    if tuple(probs.shape[-1:]) != tuple(others.shape[-1:]):
        raise ValueError(f"other must have K = {probs.shape[-1]} actions, got {others.shape[-1]}")
    drawn, possible = probs > 0, others > -xp.inf
    both = drawn & possible
    y = xp.where(both, log_probs, 0.0) - xp.where(both, others, 0.0)
    # If p and q are far apart, q may underflow and e^y overflow. Their terms are computed as p y + q - p.
    moderate = xp.abs(y) < _CLOSE
    weights = xp.exp(xp.where(possible, others, 0.0))
    close = weights * relative_excess(xp, xp.where(moderate, y, 0.0))
    apart = probs * y + weights - probs
    terms = xp.where(both, xp.where(moderate, close, apart), xp.where(possible, weights, 0.0))
    total = xp.sum(terms, axis=-1)
    total = xp.where(xp.any(drawn & ~possible, axis=-1), xp.inf, total)
    return total[()] if xp is NUMPY else total


def jacobian(xp: Namespace, probs: Array, temperature: Values) -> Array:
    """p_i ([i = j] - p_j) / T, where 0 / 0 is 0."""
    device = None if xp is NUMPY else libraries.device(probs)
    identity = xp.eye(probs.shape[-1], dtype=probs.dtype, device=device)
    # The diagonal, p (1 - p), is the sum of its row's other products: 1 - p would cancel near greedy.
    products = probs[..., :, None] * probs[..., None, :] * (1.0 - identity)
    slopes = identity * xp.sum(products, axis=-1, keepdims=True) - products
    temperatures = libraries.to_float(xp, "temperature", temperature, probs)
    temperatures = xp.broadcast_to(temperatures, probs.shape[:-1])[..., None, None]
    flat = slopes == 0
    with np.errstate(divide="ignore", over="ignore"):
        return xp.where(flat, 0.0, slopes / xp.where(flat, 1.0, temperatures))


def top_k(xp: Namespace, log_probs: Array, k: int) -> Array:
    """Return the indices of the k largest, largest first, equals in their order."""
    k = checks.whole_number("k", k, least=1)
    if k > log_probs.shape[-1]:
        raise ValueError(f"k must be at most K = {log_probs.shape[-1]}, got {k}")
    return xp.argsort(-log_probs, axis=-1, stable=True)[..., :k]


def ordered_log_prob(xp: Namespace, log_weights: Values, actions: Values) -> Array:
    """Sum over the draws of log w - log of the sum of the remaining weights; -inf if an action comes twice."""
    remaining: Any = checks.numeric_array("log_weights", log_weights) if xp is NUMPY else log_weights
    order = libraries.indices(xp, _checked_actions(xp, actions, remaining))
    remaining = xp.broadcast_to(remaining, (*order.shape[:-1], remaining.shape[-1]))
    all_actions = xp.arange(remaining.shape[-1], device=None if xp is NUMPY else libraries.device(remaining))
    total: Any = 0.0
    for draw in range(order.shape[-1]):
        drawn = all_actions == order[..., draw, None]
        chosen = xp.max(xp.where(drawn, remaining, -xp.inf), axis=-1)
        possible, live = chosen > -xp.inf, remaining > -xp.inf
        largest = xp.max(remaining, axis=-1, keepdims=True)
        largest = xp.where(largest > -xp.inf, largest, 0.0)
        weights = xp.where(live, xp.exp(xp.where(live, remaining, 0.0) - xp.where(live, largest, 0.0)), 0.0)
        mass = largest[..., 0] + xp.log(xp.where(possible, xp.sum(weights, axis=-1), 1.0))
        total = xp.where(possible, total + xp.where(possible, chosen, 0.0) - mass, -xp.inf)
        remaining = xp.where(drawn, -xp.inf, remaining)
    return total[()] if xp is NUMPY else total  # type: ignore[no-any-return]
