"""Quantities of any distribution that follow from its probabilities or log-probabilities, for every array library."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.arrays import NUMPY, Array, Namespace, Values

_TERMS = 18
"""So many terms of the series of e^y y - (e^y - 1) reach the last digit for |y| < 0.5."""
_LONG = 512
"""From so many actions on, a partition is faster than sorting."""
_CLOSE = 1.0
"""Up to this |log p - log q| a term of the divergence is computed from q, which then cannot underflow alone."""


def cumulative_sum(xp: Namespace, array: Array) -> Array:
    """Return the sums along the last axis."""
    # The function of array_api_compat asks for the namespace again, of which torch.compile warns.
    if libraries.is_torch(xp):
        return sys.modules["torch"].cumsum(array, dim=-1)  # type: ignore[no-any-return]
    return xp.cumulative_sum(array, axis=-1)


def picked(xp: Namespace, log_probs: Array, actions: Values) -> Array:
    """Pick the log-probabilities of ``actions``, shape ``shape + batch``, from those of all, ``batch + (K,)``."""
    *batch, count = log_probs.shape
    indices, outside = _checked_actions(xp, actions, log_probs)
    if indices.ndim < len(batch) or tuple(indices.shape[indices.ndim - len(batch) :]) != tuple(batch):
        raise ValueError(f"actions must have a shape that ends in {tuple(batch)}, got {tuple(indices.shape)}")
    if xp is NUMPY and not batch:
        return log_probs[indices]
    table = xp.broadcast_to(log_probs, (*indices.shape, count))
    result = xp.take_along_axis(table, indices[..., None], axis=-1)[..., 0]
    return result[()] if xp is NUMPY else xp.where(outside, xp.nan, result)


def _checked_actions(xp: Namespace, actions: Any, log_probs: Array) -> tuple[Array, Array | None]:
    """Return actions as indices in [0, K), in the library of the log-probabilities, and a mark of those outside.

    Known numbers outside are refused, and the mark is None in NumPy, where all are known. Traced ones
    cannot be refused: they become action 0, and the caller answers NaN.
    """
    count = log_probs.shape[-1]
    if xp is NUMPY or isinstance(actions, np.ndarray | np.generic | int):
        numbers = checks.plain_array("actions", libraries.to_numpy("actions", actions))
        if numbers.dtype.kind not in "iu":
            raise TypeError(f"actions must be integers, got {numbers.dtype}")
        inside = (numbers >= 0) & (numbers < count)
        checks.require_all(inside, "actions", f"in [0, {count})", numbers)
        if xp is NUMPY:
            return numbers, None
        actions = numbers.tolist()
    # Copying a tensor with a derivative causes a warning, so a wrong dtype is refused first.
    is_real = not libraries.is_native(actions) and bool(xp.isdtype(actions.dtype, "real floating"))
    given = actions if is_real else xp.asarray(actions, device=libraries.device(log_probs))
    if not xp.isdtype(given.dtype, "integral"):
        raise TypeError(f"actions must be integers, got {given.dtype}")
    # Compare in a wide dtype: PyTorch and JAX wrap a K of 300 to compare it with int8.
    indices = xp.astype(given, libraries.default_integer(xp))
    outside = (indices < 0) | (indices >= count)
    if not libraries.is_traced(outside):
        known = libraries.to_numpy("actions", indices)
        checks.require_all(~libraries.to_numpy("actions", outside), "actions", f"in [0, {count})", known)
    return xp.where(outside, 0, indices), outside


@libraries.quietly
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


@libraries.quietly
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


@libraries.quietly
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
    return xp.where(flat, 0.0, slopes / xp.where(flat, 1.0, temperatures))


def top_k(xp: Namespace, log_probs: Array, k: int) -> Array:
    """Return the indices of the k largest, largest first, equals in their order; -1 where a traced row is NaN."""
    indices = largest(xp, log_probs, k)
    return indices if xp is NUMPY else xp.where(xp.isnan(log_probs[..., :1]), -1, indices)


def largest(xp: Namespace, numbers: Any, k: int) -> Array:
    """Return the indices of the k largest numbers of each row, largest first, equals in their order."""
    k = checks.whole_number("k", k, least=1)
    count = numbers.shape[-1]
    if k > count:
        raise ValueError(f"k must be at most K = {count}, got {k}")
    if libraries.is_jax(xp):
        return sys.modules["jax"].lax.top_k(numbers, k)[1]  # type: ignore[no-any-return]
    if count < _LONG or not (xp is NUMPY or libraries.is_torch(xp)):
        return xp.argsort(-numbers, axis=-1, stable=True)[..., :k]
    if libraries.is_torch(xp):
        return _largest_of_tensors(xp, libraries.detached(xp, numbers), k)
    result = np.empty((*numbers.shape[:-1], k), dtype=np.int64)
    for row in np.ndindex(numbers.shape[:-1]):
        least = np.partition(numbers[row], count - k)[count - k]
        candidates = np.flatnonzero(numbers[row] >= least)
        result[row] = candidates[np.argsort(-numbers[row][candidates], kind="stable")[:k]]
    return result


def _largest_of_tensors(xp: Namespace, numbers: Any, k: int) -> Array:
    """Order by ``topk``, which gives equal numbers in any order, and choose the first of the equals."""
    top = sys.modules["torch"].topk
    least = top(numbers, k).values[..., -1:]
    above, equal = numbers > least, numbers == least
    room = k - xp.sum(above, axis=-1, keepdims=True)
    chosen = above | equal & (cumulative_sum(xp, xp.astype(equal, xp.int32)) <= room)
    # Position 0 has the largest key, so the chosen ones come in the order of their index.
    keys = xp.arange(numbers.shape[-1], 0, -1, device=libraries.device(numbers))
    indices = top(xp.where(chosen, keys, 0), k).indices
    order = xp.argsort(-xp.take_along_axis(numbers, indices, axis=-1), axis=-1, stable=True)
    return xp.take_along_axis(indices, order, axis=-1)


@libraries.quietly
def ordered_log_prob(xp: Namespace, log_weights: Values, actions: Values) -> Array:
    """Sum over the draws of log w - log of the sum of the remaining weights; -inf if an action comes twice."""
    remaining: Any = checks.numeric_array("log_weights", log_weights) if xp is NUMPY else log_weights
    if remaining.ndim == 0:
        raise ValueError("log_probs must hold at least one action on its last axis, got shape ()")
    order, outside = _checked_actions(xp, actions, remaining)
    if order.ndim == 0 or order.shape[-1] == 0:
        raise ValueError(f"actions must hold at least one draw on its last axis, got shape {tuple(order.shape)}")
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
    return total[()] if xp is NUMPY else xp.where(xp.any(outside, axis=-1), xp.nan, total)
