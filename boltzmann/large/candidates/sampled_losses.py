"""Losses -log p(target) that read the logits of a few candidates instead of all K."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.arrays import NUMPY, QUIET


def sampled_log_loss(
    logits_of: Callable[[Any], Any], target: Any, samples: Any, log_q: Any, *, remove_hits: bool = True
) -> Any:
    """Estimate -log p(target) by importance sampling: log Z from the target itself and n candidates.

    Z is estimated by exp(l_target) + (1/n) sum exp(l_i) / q_i over the candidates other than the target, which is
    unbiased (Bengio & Senecal, "Adaptive importance sampling to accelerate training of a neural probabilistic language
    model", 2008). Its logarithm is below log Z on average, less so with more candidates and with candidates that come
    in proportion to exp(l).

    Parameters
    ----------
    logits_of : callable
        ``logits_of(actions)`` returns the logit of each action: an array of shape (..., 1 + n) of any array library
        for whole numbers of that shape. The target comes first. Derivatives pass.
    target : int or array of int, shape (...)
    samples : array of int, shape (..., n) or (n,)
        Candidates, drawn with replacement; those of shape (n,) serve every target.
    log_q : callable, array that broadcasts to (..., n), or None
        Log-probabilities of the candidates: the method ``log_q`` of their proposal, or its numbers. None leaves out the
        correction, for comparison: the loss is then that of a softmax over the candidates, far too small.
    remove_hits : bool
        Whether candidates that are the target are left out, since Z has the target already. With them the mean of Z
        has the target's share twice.

    Returns
    -------
    array of shape (...)
        In the library of the logits. With candidates for all K actions, each once, and log_q of -log n, it is exact.

    Examples
    --------
    >>> logits = np.array([2.0, 1.0, 0.0, -1.0, -2.0, 0.5])
    >>> round(float(sampled_log_loss(logits.__getitem__, 2, np.arange(6), -np.log(6))), 12)
    2.584697226282
    >>> round(float(np.log(np.exp(logits).sum())), 12)
    2.584697226282
    """
    target, samples, actions = _joined(target, samples)
    logits = logits_of(actions)
    xp = _checked_library(logits, actions)
    correction: Any = 0.0 if log_q is None else _numbers(xp, log_q, samples, logits) + math.log(samples.shape[-1])
    hits = _as_mask(xp, (samples == target) & remove_hits, logits)
    return _log_sum(xp, logits[..., :1], logits[..., 1:] - correction, hits) - logits[..., 0]


def target_log_loss(
    logits_of: Callable[[Any], Any],
    target: Any,
    samples: Any,
    log_q: Callable[[Any], Any],
    *,
    remove_hits: bool = False,
) -> Any:
    """Return -log of the probability that the target is the true one among itself and the candidates.

    Every logit is corrected by its log q, the target's too, so that a uniform q cancels: a softmax over a subset of the
    actions (Jean, Cho, Memisevic & Bengio, "On using very large target vocabulary for neural machine translation",
    2015, equation 9). It is smaller than -log p(target). With targets drawn from exp(logits) its expected gradient is
    exactly 0 while hits are kept, for any q and n, and for n = 1 without them.

    Parameters
    ----------
    logits_of, target, samples
        As for :func:`sampled_log_loss`.
    log_q : callable
        The method ``log_q`` of the proposal.
    remove_hits : bool
        Whether candidates that are the target are left out.

    Examples
    --------
    >>> logits = np.array([2.0, 1.0, 0.0, -1.0, -2.0, 0.5])
    >>> loss = target_log_loss(logits.__getitem__, 2, np.array([0, 3]), lambda actions: np.full(len(actions), -2.0))
    >>> round(float(loss), 6), round(float(np.log(np.exp([0.0, 2.0, -1.0]).sum())), 6)
    (2.169846, 2.169846)
    """
    if not callable(log_q):
        raise TypeError(f"log_q must be callable, such as proposal.log_q, got {checks.shown(log_q)}")
    target, samples, actions = _joined(target, samples)
    logits = logits_of(actions)
    xp = _checked_library(logits, actions)
    corrected = logits - _numbers(xp, log_q, actions, logits)
    hits = _as_mask(xp, (samples == target) & remove_hits, logits)
    return _log_sum(xp, corrected[..., :1], corrected[..., 1:], hits) - corrected[..., 0]


def _joined(target: Any, samples: Any) -> tuple[Any, Any, Any]:
    """Return targets of shape (..., 1), candidates of shape (..., n), and both side by side."""
    targets, drawn = (_whole(name, value) for name, value in (("target", target), ("samples", samples)))
    if drawn.ndim == 0 or not drawn.shape[-1]:
        raise ValueError(f"samples must hold at least one candidate on the last axis, got shape {drawn.shape}")
    shape = (*targets.shape, drawn.shape[-1])
    try:
        drawn = np.broadcast_to(drawn, shape)
    except ValueError:
        raise ValueError(f"samples must be of shape {shape}, or ({shape[-1]},), got {drawn.shape}") from None
    targets = targets[..., np.newaxis]
    return targets, drawn, np.concatenate([targets, drawn], axis=-1)


def _whole(name: str, value: Any) -> Any:
    array = checks.plain_array(name, libraries.to_numpy(name, value))
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be whole numbers, got {array.dtype}")
    checks.require_all(array >= 0, name, "at least 0", array)
    return array.astype(np.int64)


def _checked_library(logits: Any, actions: Any) -> Any:
    if tuple(np.shape(logits) if libraries.is_native(logits) else logits.shape) != actions.shape:
        raise ValueError(f"logits_of must return logits of shape {actions.shape}, got {tuple(np.shape(logits))}")
    return libraries.library(logits)


def _numbers(xp: Any, log_q: Any, actions: Any, logits: Any) -> Any:
    numbers = np.asarray(log_q(actions) if callable(log_q) else libraries.to_numpy("log_q", log_q), dtype=np.float64)
    checks.require_all(numbers > -np.inf, "log_q", "above -inf, since its action was drawn", numbers)
    if xp is NUMPY:
        return numbers
    return xp.astype(xp.asarray(numbers, device=libraries.device(logits)), logits.dtype)


def _as_mask(xp: Any, mask: Any, logits: Any) -> Any:
    return mask if xp is NUMPY else xp.asarray(mask, device=libraries.device(logits))


@QUIET
def _log_sum(xp: Any, first: Any, others: Any, hits: Any) -> Any:
    """Return the logarithm of the sum of exponentials, without the hits; the maximum is a constant."""
    kept = xp.where(hits, xp.zeros_like(others) + first, others)
    both = libraries.detached(xp, xp.concat([first, kept], axis=-1))
    top = xp.max(both, axis=-1, keepdims=True)
    terms = xp.where(hits, xp.zeros_like(kept), xp.exp(kept - top))
    return xp.log(xp.exp(first - top)[..., 0] + xp.sum(terms, axis=-1)) + top[..., 0]
