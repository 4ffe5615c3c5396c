"""Scores for libraries that differentiate or compile: no number decides what is computed.

Every choice is an ``xp.where`` with two finite branches: the derivative of the branch not taken is multiplied by 0, and
0 times inf is NaN. Known numbers are looked at only to refuse bad input. Under a tracer a bad row is NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann._numerics.scores import Scores
from boltzmann.arrays import Array, Mask, Namespace, Values, Weights

_LEAST_EXPONENT = -800.0
"""exp of a smaller number is 0 in every dtype."""
_SHRUNK = 2.0**-8
"""A power of two loses no digit. One half would do, but XLA divides by multiplying with the reciprocal, and flushes the
reciprocal of 1e308 to 0."""


def standardise_traceably(values: Values, temperature: Values, where: Mask, prior: Weights) -> Scores:
    """Reduce the arguments of a Gibbs distribution to scores, in the array library of the inputs."""
    xp = libraries.namespace(values, temperature, where, prior)
    with libraries.quiet(xp):
        return _standardise(xp, values, temperature, where, prior)


def _standardise(xp: Namespace, values: Values, temperature: Values, where: Mask, prior: Weights) -> Scores:
    v, temperatures, mask, weights, dtype, wrong = _arguments(xp, values, temperature, where, prior)
    infinite = v == xp.inf
    endless = xp.any(infinite & mask, axis=-1, keepdims=True)
    live = mask & xp.where(endless, infinite, v > -xp.inf)
    q = xp.where(live & ~infinite, v, 0.0)
    best = _first_best(xp, live, q)
    peak = _picked(xp, best, q)
    large = float(xp.finfo(q.dtype).max) / 4
    # Shrink the rows in which a difference may overflow.
    shrunk = 1.0 - (1.0 - _SHRUNK) * xp.astype(xp.any(xp.abs(q) > large, axis=-1, keepdims=True), q.dtype)
    centred = xp.where(live, q * shrunk - peak * shrunk, 0.0)
    # If a derivative's factor 1 / T or 1 / T^2 overflows, take the derivative at T = 0, which is 0.
    least = float(xp.finfo(temperatures.dtype).smallest_normal)
    largest = xp.max(xp.abs(libraries.detached(xp, centred)), axis=-1, keepdims=True)
    largest = largest + xp.abs(libraries.detached(xp, peak * shrunk)) + 1.0
    centred = xp.where(temperatures < least, libraries.detached(xp, centred), centred)
    # The terms that are divided by T^2 are at most ``largest``.
    steep = temperatures < (largest * shrunk) ** 0.5 * (4 * least) ** 0.5
    temperatures = xp.where(steep, libraries.detached(xp, temperatures), temperatures)

    scores = Scores()
    scores.xp, scores.axis, scores.dtype, scores.ends = xp, -1, dtype, True
    scores.temperature, scores.prior = temperatures, None if weights is None else xp.where(live, weights, 0.0)
    scores.values, scores.peak, scores.mask = q, peak, None if where is None else mask
    scores.maximum = xp.where(wrong, xp.nan, xp.where(endless, xp.inf, peak))
    cold, hot = temperatures == 0, xp.isinf(temperatures)
    finite = xp.where(cold | hot, 1.0, temperatures)
    # If shrinking a temperature gives 0, the temperature itself makes every difference of such a row infinite.
    finite = xp.where(finite * shrunk == 0, finite, finite * shrunk)
    scaled = centred / finite
    dead = ~live | cold & (centred < 0)
    logs = xp.where(dead | hot, 0.0, scaled)
    scores.likeliest, around, relative = peak, centred, scaled
    if weights is not None:
        log_prior = xp.log(xp.where(live & (weights > 0), weights, 1.0))
        best = _first_best(xp, ~dead, logs + log_prior)
        shift, its_log, scores.likeliest, scores.its_prior = (
            _picked(xp, best, array) for array in (logs + log_prior, log_prior, q, weights)
        )
        around = xp.where(live, q * shrunk - scores.likeliest * shrunk, 0.0)
        around = xp.where(temperatures < least, libraries.detached(xp, around), around)
        relative = around / finite + log_prior - its_log
    # Set exponents that underflow to 0 before the division, whose derivative would be 0 times inf.
    lost = dead | (relative < _LEAST_EXPONENT) & ~hot
    safe = xp.where(lost | hot, 0.0, xp.where(lost, 0.0, around) / finite)
    scores.exponents_around = safe
    if weights is not None:
        logs, safe = logs + log_prior - shift, xp.where(lost, 0.0, safe + log_prior - its_log)
    full = xp.zeros_like(logs)
    scores.scores = xp.where(wrong, xp.nan, xp.where(dead, -xp.inf, logs))
    cached = {
        "live": live | xp.astype(full, xp.bool),
        "maximisers": (live & (centred == 0)) | xp.astype(full, xp.bool),
        "centred": centred + full,
        "around": around + full,
        "scale": shrunk,
        "safe_scores": safe,
        "weights": xp.where(wrong, xp.nan, xp.where(lost, 0.0, xp.exp(safe))),
    }
    others = xp.where(best, 0.0, cached["weights"])
    cached["rest"] = xp.where(wrong, xp.nan, xp.sum(others, axis=-1, keepdims=True))
    scores.__dict__.update(cached)
    return scores


def _arguments(
    xp: Namespace, values: Any, temperature: Any, where: Any, prior: Any
) -> tuple[Array, Array, Array, Array | None, object, Array]:
    """Bring all arguments to one dtype and device, the temperature with an axis of length 1 for the actions.

    Return values, temperatures, mask and weights, the dtype of the answers, and a mask of the rows with bad input.
    """
    like = next(part for part in (values, temperature, prior, where) if not libraries.is_native(part))
    like = libraries.to_float(xp, "values", like) if like is not where else xp.ones(1, device=libraries.device(like))
    if libraries.is_native(values):
        # NumPy values keep their width, whatever the width of the other arguments.
        narrow = getattr(values, "dtype", None) in (np.float16, np.float32)
        like = xp.astype(like, xp.float32 if narrow else libraries.widest_float(xp))
    is_float = not libraries.is_native(values) and xp.isdtype(values.dtype, "real floating")
    v = libraries.to_float(xp, "values", values, None if is_float else like)
    if v.ndim == 0 or v.shape[-1] == 0:
        raise ValueError(f"values must hold at least one action on its last axis, got shape {tuple(v.shape)}")
    dtype = v.dtype
    if xp.finfo(dtype).bits < 32:
        v = xp.astype(v, xp.float32)
    temperatures = libraries.to_float(xp, "temperature", temperature, v)[..., None]
    weights = None if prior is None else libraries.to_float(xp, "prior", prior, v)
    mask, odd = (xp.ones_like(v, dtype=xp.bool), None) if where is None else _booleans(xp, where, v)
    try:
        v, mask = xp.broadcast_arrays(v, mask)
        if weights is not None:
            v, mask, weights = xp.broadcast_arrays(v, mask, weights)
        xp.broadcast_arrays(v[..., :1], temperatures)
    except (ValueError, RuntimeError, TypeError) as error:
        raise ValueError(f"shapes do not broadcast: {error}") from error
    wrong = ~(temperatures >= 0)
    refuse(xp, wrong, "temperature must be in [0, inf]", temperatures)
    if odd is not None:
        wrong = wrong | odd
    if weights is not None:
        bad = xp.any(mask & ~((weights >= 0) & (weights < xp.inf)), axis=-1, keepdims=True)
        refuse(xp, bad, "prior must be finite and at least 0", weights)
        bad = bad | (xp.sum(xp.where(mask, weights, 0.0), axis=-1, keepdims=True) == xp.inf)
        refuse(xp, bad, "sum of prior must be finite", weights)
        wrong, mask = wrong | bad, mask & (weights > 0)
        weights = xp.where(mask, weights, 1.0)
    bad = xp.any(mask & xp.isnan(v), axis=-1, keepdims=True)
    refuse(xp, bad, "values must not be NaN where allowed")
    v = xp.where(mask & ~xp.isnan(v), v, 0.0)
    none = ~xp.any(mask & (v > -xp.inf), axis=-1, keepdims=True)
    refuse(xp, none, "at least one action must be allowed and have a value above -inf")
    return v, temperatures, mask, weights, dtype, wrong | bad | none


def _booleans(xp: Namespace, where: Any, like: Array) -> tuple[Array, Array | None]:
    """Return the mask as booleans, and the rows with a number other than 0 and 1; these are refused where known."""
    known = checks.mask_array("where", where) if libraries.is_native(where) else libraries.detached(xp, where)
    mask = xp.asarray(known, device=libraries.device(like))
    if mask.dtype == xp.bool:
        return mask, None
    if not xp.isdtype(mask.dtype, "integral") and not xp.isdtype(mask.dtype, "real floating"):
        raise TypeError(f"where must be boolean, or 0 and 1, got {mask.dtype}")
    odd = ~((mask == 0) | (mask == 1))
    rows = xp.any(odd, axis=-1, keepdims=True) if odd.ndim else odd
    refuse(xp, rows, "where must be boolean, or 0 and 1", mask)
    return mask == 1, rows


def refuse(xp: Namespace, wrong: Array, message: str, culprit: Array | None = None) -> None:
    """Raise if a row is known to be wrong; name the first one and its value."""
    if libraries.is_traced(wrong) or not bool(xp.any(wrong)):
        return
    first = int(float(xp.argmax(xp.astype(xp.reshape(wrong, (-1,)), xp.int32))))
    row = tuple(int(i) for i in np.unravel_index(first, tuple(wrong.shape))[:-1])
    got = "" if culprit is None else f", got {culprit[(*row, ...)] if len(row) == culprit.ndim - 1 else culprit}"
    raise ValueError(f"{message}{got}{checks.row_text(row)}")


def _first_best(xp: Namespace, live: Array, q: Array) -> Array:
    """Mark the first largest live entry of each row, without a derivative."""
    index = xp.argmax(xp.where(live, q, -xp.inf), axis=-1, keepdims=True)
    return xp.arange(q.shape[-1], device=libraries.device(q)) == index


def _picked(xp: Namespace, marked: Array, q: Array) -> Array:
    return xp.sum(xp.where(marked, q, 0.0), axis=-1, keepdims=True)
