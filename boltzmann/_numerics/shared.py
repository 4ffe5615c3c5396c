"""What follows from the probabilities or log-probabilities of any distribution, for every array library alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries, tensors
from boltzmann._numerics.tensors import as_tensor

_PER_ACTION = ("probs", "log_probs")


class Quantity:
    """A property of a distribution: a formula over its scores, computed on first use and kept."""

    def __init__(self, formula: Callable[[Any], Any], *, signed: bool = False) -> None:
        self.formula, self.signed, self.__doc__ = formula, signed, formula.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, distribution: Any, owner: type | None = None) -> Any:
        if distribution is None:
            return self
        it = distribution._of
        if it.xp is np:
            result = self.formula(it)
        else:
            with libraries.quiet(it.xp):
                result = self.formula(it)
        if self.name in _PER_ACTION:
            result = it.full(result)
        elif self.name != "mode":
            result = it.row(result)
        elif it.batch is not None:
            result = result.reshape(it.batch)[()]
        if distribution._tensors is not None:
            result = as_tensor(result, distribution._tensors)
        if self.signed and distribution._sign is not None:
            result = result * distribution._sign
        plain = it.xp is np
        # NumPy's in PyTorch's place have no derivative to lose.
        if (plain and distribution._tensors is None) or tensors.lasting(result, result if plain else it.scores):
            # Beside the class's own descriptor, which defines no __set__, the instance's entry is found first.
            distribution.__dict__[self.name] = result
        return result


def _library(array: Any) -> Any:
    return np if libraries.is_native(array) else libraries.namespace(array)


def picked(log_probs: Any, actions: Any) -> Any:
    """Pick the log-probabilities of ``actions``, shape ``shape + batch``, from those of all, ``batch + (K,)``."""
    xp = _library(log_probs)
    *batch, count = log_probs.shape
    indices = _checked_actions(xp, actions, log_probs)
    if indices.ndim < len(batch) or tuple(indices.shape[indices.ndim - len(batch) :]) != tuple(batch):
        raise ValueError(f"actions must have a shape that ends in {tuple(batch)}, got {tuple(indices.shape)}")
    table = xp.broadcast_to(log_probs, (*indices.shape, count))
    if xp is np:
        return np.take_along_axis(table, indices[..., np.newaxis], axis=-1)[..., 0][()]
    return xp.take_along_axis(table, libraries.indices(xp, indices)[..., None], axis=-1)[..., 0]


def _checked_actions(xp: Any, actions: Any, log_probs: Any) -> Any:
    """Give actions as integers in [0, K), of the library of the log-probabilities."""
    count = log_probs.shape[-1]
    if xp is np:
        indices: Any = np.asarray(libraries.to_numpy("actions", actions))
        if indices.dtype.kind not in "iu":
            raise TypeError(f"actions must be integers, got {indices.dtype}")
        checks.require_all((indices >= 0) & (indices < count), "actions", f"in [0, {count})", indices)
        return indices
    indices = xp.asarray(actions, device=libraries.device(log_probs))
    if not xp.isdtype(indices.dtype, "integral"):
        raise TypeError(f"actions must be integers, got {indices.dtype}")
    outside = xp.any((indices < 0) | (indices >= count))
    if not libraries.is_traced(outside) and bool(outside):
        raise ValueError(f"actions must be in [0, {count}), got {actions}")
    return indices


def cross_entropy(log_probs: Any, target: Any) -> Any:
    """-sum target log p, where 0 times -inf is 0."""
    xp = _library(log_probs)
    weights = (
        checks.numeric_array("target", target) if xp is np else libraries.to_float(xp, "target", target, log_probs)
    )
    if tuple(weights.shape[-1:]) != tuple(log_probs.shape[-1:]):
        raise ValueError(f"target must have K = {log_probs.shape[-1]} on its last axis, got shape {weights.shape}")
    used = weights != 0
    terms = xp.where(used, weights, 0.0) * xp.where(used, log_probs, 0.0)
    # Adding 0 turns the -0.0 of a sure action into 0.
    total = 0.0 - xp.sum(terms, axis=-1)
    return total[()] if xp is np else total


def relative_excess(xp: Any, y: Any) -> Any:
    """e^y y - (e^y - 1), at least 0, to full relative accuracy near y = 0."""
    series = xp.zeros_like(y)
    for n in range(18, 1, -1):
        series = series * y + (n - 1) / math.factorial(n)
    near = xp.abs(y) < 0.5
    far = xp.where(near, 1.0, y)
    return xp.where(near, series * y**2, xp.exp(far) * far - xp.expm1(far))


def kl_divergence(probs: Any, log_probs: Any, others: Any) -> Any:
    """Sum of q (e^y y - (e^y - 1)), y = log p - log q, no term below 0; inf where q is 0 and p is not."""
    if libraries.is_native(probs) != libraries.is_native(others):
        raise TypeError("other must be of the same array library")
    xp = _library(probs)
    try:
        np.broadcast_shapes(tuple(probs.shape), tuple(others.shape))
    except ValueError:
        raise ValueError(f"other must fit shape {tuple(probs.shape)}, got {tuple(others.shape)}") from None
    if tuple(probs.shape[-1:]) != tuple(others.shape[-1:]):
        raise ValueError(f"other must have K = {probs.shape[-1]} actions, got {others.shape[-1]}")
    drawn, possible = probs > 0, others > -xp.inf
    both = drawn & possible
    y = xp.where(both, log_probs, 0.0) - xp.where(both, others, 0.0)
    # Where p and q are far apart q may underflow and e^y overflow: there the terms are p y + q - p.
    moderate = xp.abs(y) < 1.0
    weights = xp.exp(xp.where(possible, others, 0.0))
    close = weights * relative_excess(xp, xp.where(moderate, y, 0.0))
    apart = probs * y + weights - probs
    terms = xp.where(both, xp.where(moderate, close, apart), xp.where(possible, weights, 0.0))
    total = xp.sum(terms, axis=-1)
    total = xp.where(xp.any(drawn & ~possible, axis=-1), xp.inf, total)
    return total[()] if xp is np else total


def jacobian(probs: Any, temperature: Any) -> Any:
    """p_i ([i = j] - p_j) / T, where 0 / 0 is 0."""
    xp = _library(probs)
    count = probs.shape[-1]
    one = (
        xp.eye(count, dtype=probs.dtype)
        if xp is np
        else xp.eye(count, dtype=probs.dtype, device=libraries.device(probs))
    )
    # The diagonal, p (1 - p), as the sum of its row's others: 1 - p would cancel near greedy.
    products = probs[..., :, None] * probs[..., None, :] * (1.0 - one)
    slopes = one * xp.sum(products, axis=-1, keepdims=True) - products
    heat = (
        np.asarray(temperature, dtype=float) if xp is np else libraries.to_float(xp, "temperature", temperature, probs)
    )
    heat = xp.broadcast_to(heat, probs.shape[:-1])[..., None, None]
    flat = slopes == 0
    with np.errstate(divide="ignore", over="ignore"):
        return xp.where(flat, 0.0, slopes / xp.where(flat, 1.0, heat))


def top_k(log_probs: Any, k: int) -> Any:
    """Give the indices of the k largest, largest first, equals in their order."""
    k = checks.whole_number("k", k, least=1)
    if k > log_probs.shape[-1]:
        raise ValueError(f"k must be at most K = {log_probs.shape[-1]}, got {k}")
    xp = _library(log_probs)
    order = np.argsort(-log_probs, axis=-1, kind="stable") if xp is np else xp.argsort(-log_probs, axis=-1, stable=True)
    return order[..., :k]


def ordered_log_prob(log_weights: Any, actions: Any) -> Any:
    """Sum over the draws of log w - log of the sum of what was left; -inf where one comes twice."""
    xp = _library(log_weights)
    left = checks.numeric_array("log_weights", log_weights) if xp is np else log_weights
    order = _checked_actions(xp, actions, left)
    order = order if xp is np else libraries.indices(xp, order)
    left = xp.broadcast_to(left, (*order.shape[:-1], left.shape[-1]))
    places = np.arange(left.shape[-1]) if xp is np else xp.arange(left.shape[-1], device=libraries.device(left))
    total: Any = 0.0
    for draw in range(order.shape[-1]):
        drawn = places == order[..., draw, None]
        chosen = xp.max(xp.where(drawn, left, -xp.inf), axis=-1)
        possible, live = chosen > -xp.inf, left > -xp.inf
        largest = xp.max(left, axis=-1, keepdims=True)
        largest = xp.where(largest > -xp.inf, largest, 0.0)
        weights = xp.where(live, xp.exp(xp.where(live, left, 0.0) - xp.where(live, largest, 0.0)), 0.0)
        mass = largest[..., 0] + xp.log(xp.where(possible, xp.sum(weights, axis=-1), 1.0))
        total = xp.where(possible, total + xp.where(possible, chosen, 0.0) - mass, -xp.inf)
        left = xp.where(drawn, -xp.inf, left)
    return total[()] if xp is np else total
