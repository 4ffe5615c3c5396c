"""The way to the scores for libraries that differentiate or compile: no look at a number decides what is computed.

Every choice is an ``xp.where`` whose two branches are both finite, since the derivative of the branch not taken is
multiplied by 0, and 0 times inf is NaN. Numbers are looked at only to refuse bad input, and only where they are known;
under a tracer a bad row is NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann._numerics.scores import Scores


def standardise_traceably(values: Any, temperature: Any, where: Any, prior: Any) -> Scores:
    """Reduce the arguments of a Gibbs distribution to scores, in the array library of the inputs."""
    xp = libraries.namespace(values, temperature, where, prior)
    with libraries.quiet(xp):
        return _standardise(xp, values, temperature, where, prior)


def _standardise(xp: Any, values: Any, temperature: Any, where: Any, prior: Any) -> Scores:
    v, heat, mask, weights, dtype, wrong = _arguments(xp, values, temperature, where, prior)
    infinite = v == xp.inf
    endless = xp.any(infinite & mask, axis=-1, keepdims=True)
    live = mask & xp.where(endless, infinite, v > -xp.inf)
    q = xp.where(live & ~infinite, v, 0.0)
    best = _first_best(xp, live, q)
    peak = _picked(xp, best, q)
    shrunk = _shrunk(xp, q)
    centred = xp.where(live, q * shrunk - peak * shrunk, 0.0)
    # Derivatives whose factors 1 / T or 1 / T^2 overflow are those of T = 0: nothing.
    least = float(xp.finfo(heat.dtype).smallest_normal)
    largest = xp.max(xp.abs(libraries.detached(xp, centred)), axis=-1, keepdims=True)
    largest = largest + xp.abs(libraries.detached(xp, peak * shrunk)) + 1.0
    centred = xp.where(heat < least, libraries.detached(xp, centred), centred)
    # What is divided by T^2 is at most the largest of these.
    heat = xp.where(heat < (largest * shrunk) ** 0.5 * (4 * least) ** 0.5, libraries.detached(xp, heat), heat)

    it = Scores()
    it.xp, it.axis, it.dtype, it.ends = xp, -1, dtype, True
    it.temperature, it.prior = heat, None if weights is None else xp.where(live, weights, 0.0)
    it.values, it.peak = q, peak
    it.maximum = xp.where(wrong, xp.nan, xp.where(endless, xp.inf, peak))
    cold, hot = heat == 0, xp.isinf(heat)
    finite = xp.where(cold | hot, 1.0, heat)
    # A temperature so small that shrinking it gives 0 makes every difference of such a row infinite as it is.
    finite = xp.where(finite * shrunk == 0, finite, finite * shrunk)
    scaled = centred / finite
    dead = ~live | cold & (centred < 0)
    logs = xp.where(dead | hot, 0.0, scaled)
    shift: Any = 0.0
    if weights is not None:
        log_prior = xp.log(xp.where(live & (weights > 0), weights, 1.0))
        best = _first_best(xp, ~dead, logs + log_prior)
        it.top = shift = _picked(xp, best, logs + log_prior)
    # What underflows is cut off before the division, whose derivative would be 0 times inf.
    lost = dead | (scaled < _LEAST_EXPONENT) & ~hot
    safe = xp.where(lost | hot, 0.0, xp.where(lost, 0.0, centred) / finite)
    it.tempered = safe
    if weights is not None:
        logs, safe = logs + log_prior - shift, xp.where(lost, 0.0, safe + log_prior - shift)
    full = xp.zeros_like(logs)
    it.scores = xp.where(wrong, xp.nan, xp.where(dead, -xp.inf, logs))
    cached = {
        "live": live | xp.astype(full, xp.bool),
        "centred": centred + full,
        "scale": shrunk,
        "safe_scores": safe,
        "weights": xp.where(wrong, xp.nan, xp.where(lost, 0.0, xp.exp(safe))),
    }
    others = xp.where(best, 0.0, cached["weights"])
    cached["rest"] = xp.where(wrong, xp.nan, xp.sum(others, axis=-1, keepdims=True))
    it.__dict__.update(cached)
    return it


_LEAST_EXPONENT = -800.0
"""exp of less is 0 in every dtype."""


def _arguments(xp: Any, values: Any, temperature: Any, where: Any, prior: Any) -> tuple[Any, ...]:
    """Bring all arguments to one dtype and device, the temperature with an axis of length 1 for the actions.

    Returns them with the dtype of the answers and the rows, as far as known, that are wrong.
    """
    like = next(part for part in (values, temperature, prior, where) if not libraries.is_native(part))
    like = libraries.to_float(xp, "values", like) if like is not where else xp.ones(1, device=libraries.device(like))
    if libraries.is_native(values):
        # They keep their width, whatever stands beside them.
        narrow = getattr(values, "dtype", None) in (np.float16, np.float32)
        like = xp.astype(like, xp.float32 if narrow else libraries.widest_float(xp))
    v = libraries.to_float(xp, "values", values, None if _is_float(xp, values) else like)
    if v.ndim == 0 or v.shape[-1] == 0:
        raise ValueError(f"values must hold at least one action on its last axis, got shape {tuple(v.shape)}")
    dtype = v.dtype
    if xp.finfo(dtype).bits < 32:
        v = xp.astype(v, xp.float32)
    heat = libraries.to_float(xp, "temperature", temperature, v)[..., None]
    weights = None if prior is None else libraries.to_float(xp, "prior", prior, v)
    mask = xp.ones_like(v, dtype=xp.bool)
    if where is not None:
        # Its dtype is looked at first: PyTorch warns of a copy of what has a gradient.
        wrong_kind = not libraries.is_native(where) and xp.isdtype(where.dtype, "real floating")
        mask = where if wrong_kind else xp.asarray(where, device=libraries.device(v))
        if xp.isdtype(mask.dtype, "integral"):
            odd = xp.any(~((mask == 0) | (mask == 1)), axis=-1, keepdims=True)
            _refuse(xp, odd, "where must be boolean, or 0 and 1", mask)
            mask = mask == 1
        if mask.dtype != xp.bool:
            raise TypeError(f"where must be boolean, or 0 and 1, got {mask.dtype}")
    try:
        v, mask = xp.broadcast_arrays(v, mask)
        if weights is not None:
            v, mask, weights = xp.broadcast_arrays(v, mask, weights)
        xp.broadcast_arrays(v[..., :1], heat)
    except (ValueError, RuntimeError, TypeError) as error:
        raise ValueError(f"shapes do not broadcast: {error}") from error
    wrong = ~(heat >= 0)
    _refuse(xp, wrong, "temperature must be in [0, inf]", heat)
    if weights is not None:
        bad = xp.any(mask & ~((weights >= 0) & (weights < xp.inf)), axis=-1, keepdims=True)
        _refuse(xp, bad, "prior must be finite and at least 0", weights)
        bad = bad | (xp.sum(xp.where(mask, weights, 0.0), axis=-1, keepdims=True) == xp.inf)
        _refuse(xp, bad, "sum of prior must be finite", weights)
        wrong, mask = wrong | bad, mask & (weights > 0)
        weights = xp.where(mask, weights, 1.0)
    bad = xp.any(mask & xp.isnan(v), axis=-1, keepdims=True)
    _refuse(xp, bad, "values must not be NaN where allowed")
    v = xp.where(mask & ~xp.isnan(v), v, 0.0)
    none = ~xp.any(mask & (v > -xp.inf), axis=-1, keepdims=True)
    _refuse(xp, none, "at least one action must be allowed and have a value above -inf")
    return v, heat, mask, weights, dtype, wrong | bad | none


def _is_float(xp: Any, array: Any) -> bool:
    return not libraries.is_native(array) and bool(xp.isdtype(array.dtype, "real floating"))


def _refuse(xp: Any, wrong: Any, message: str, culprit: Any = None) -> None:
    """Raise where a row is known to be wrong, and name the first and what stands there."""
    if libraries.is_traced(wrong) or not bool(xp.any(wrong)):
        return
    first = int(xp.argmax(xp.astype(xp.reshape(wrong, (-1,)), xp.int32)))
    row = tuple(int(place) for place in np.unravel_index(first, tuple(wrong.shape))[:-1])
    got = "" if culprit is None else f", got {culprit[(*row, ...)] if len(row) == culprit.ndim - 1 else culprit}"
    raise ValueError(f"{message}{got}{checks.row_text(row)}")


def _first_best(xp: Any, live: Any, q: Any) -> Any:
    """Mark the first largest live entry of each row; without derivative."""
    place = xp.argmax(xp.where(live, q, -xp.inf), axis=-1, keepdims=True)
    return xp.arange(q.shape[-1], device=libraries.device(q)) == place


def _picked(xp: Any, marked: Any, q: Any) -> Any:
    return xp.sum(xp.where(marked, q, 0.0), axis=-1, keepdims=True)


def _shrunk(xp: Any, q: Any) -> Any:
    """1, or 2^-8 for the rows in which a difference may overflow, where a power of two loses nothing.

    One half would do, but XLA divides by multiplying with the reciprocal, and flushes that of 1e308 to 0.
    """
    large = float(xp.finfo(q.dtype).max) / 4
    return 1.0 - (1.0 - 2.0**-8) * xp.astype(xp.any(xp.abs(q) > large, axis=-1, keepdims=True), q.dtype)
