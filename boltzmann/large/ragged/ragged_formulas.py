"""Scores and quantities of ragged rows, written once for NumPy and PyTorch.

N counts the entries of all rows, R the rows. Infinities are replaced before and after each operation, so that no
derivative is NaN; the largest value of a row is a constant, as it is in ``boltzmann.gibbs``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from boltzmann.large.ragged.segments import Segments


class Sums(NamedTuple):
    """What the quantities are made of.

    Attributes
    ----------
    scores : array of shape (N,)
        (value - largest) / T: 0 for a largest value, -inf for an impossible entry.
    weights : array of shape (N,)
        Their exponentials.
    peak : array of shape (R,)
        The largest value; 0 in rows that are empty or whose largest value is infinite.
    ties : array of shape (R,)
        The number of scores that are 0; 1 in an empty row.
    rest : array of shape (R,)
        The sum of the other weights.
    endless : array of bool, shape (R,)
        Whether the largest value is inf.
    """

    scores: Any
    weights: Any
    peak: Any
    ties: Any
    rest: Any
    endless: Any


def summed(rows: Segments, values: Any, temperature: Any) -> Sums:
    """Make the scores of values, shape (N,), at temperatures of shape () or (R,), and sum them."""
    xp = rows.xp
    top = rows.largest(values)
    endless = top == xp.inf
    peak = xp.where(xp.isfinite(top), top, xp.zeros_like(top))
    scores = _scores(rows, values, temperature, peak, rows.spread(endless))
    weights = xp.exp(scores)
    # A weight of 1 less its constant 1 is 0 and keeps its derivative.
    at_top = xp.asarray(scores == 0, dtype=weights.dtype)
    ties = rows.total(at_top)
    return Sums(scores, weights, peak, xp.where(ties > 0, ties, 1.0), rows.total(weights - at_top), endless)


def _scores(rows: Segments, values: Any, temperature: Any, peak: Any, endless: Any) -> Any:
    xp = rows.xp
    spread = rows.spread(peak)
    finite = xp.isfinite(values)
    if not temperature.ndim and 0 < temperature < xp.inf and bool(finite.all()):
        gaps = values - spread
        if not bool(xp.isinf(gaps).any()):
            return gaps / temperature
    plain = finite & ~endless
    held = xp.where(plain, values, spread)
    gaps = held - spread
    per_entry = rows.spread(temperature) if temperature.ndim else temperature
    between = (per_entry > 0) & (per_entry < xp.inf)
    divisor = xp.where(between, per_entry, xp.ones_like(per_entry))
    scores = gaps / divisor
    if bool(xp.isinf(gaps).any()):
        # A difference of finite values that overflows is halved first.
        scores = xp.where(xp.isinf(gaps), (held / 2 - spread / 2) / divisor * 2, scores)
    cold = xp.where((per_entry > 0) | (gaps == 0), 0.0, -xp.inf)
    scores = xp.where(between, scores, cold)
    return xp.where(plain, scores, xp.where(endless & (values == xp.inf), 0.0, -xp.inf))


def log_normaliser(xp: Any, sums: Sums) -> Any:
    """Return the logarithm of the sum of the weights, shape (R,)."""
    return xp.log(sums.ties) + xp.log1p(sums.rest / sums.ties)


def probs(rows: Segments, sums: Sums) -> Any:
    """Return the probability of each entry, shape (N,)."""
    return sums.weights / rows.spread(sums.ties + sums.rest)


def log_probs(rows: Segments, sums: Sums) -> Any:
    """Return the log-probability of each entry, shape (N,)."""
    return sums.scores - rows.spread(log_normaliser(rows.xp, sums))


def log_partition(rows: Segments, sums: Sums, temperature: Any) -> Any:
    """Return log Z of each row, shape (R,); -inf, the logarithm of an empty sum, for an empty row."""
    xp = rows.xp
    warm = temperature > 0
    scaled = sums.peak / xp.where(warm, temperature, xp.ones_like(temperature))
    # At T = 0 the largest value decides: log Z goes to inf with its sign, or is that of the ties.
    cold = xp.where(sums.peak == 0, 0.0, xp.copysign(xp.full_like(sums.peak, xp.inf), sums.peak))
    result = xp.where(warm, scaled, cold) + log_normaliser(xp, sums)
    result = xp.where(sums.endless, xp.inf, result)
    return xp.where(rows.lengths > 0, result, -xp.inf)


def entropy(rows: Segments, sums: Sums) -> Any:
    """Return the entropy of each row in nats, shape (R,); NaN for an empty row, which has no distribution."""
    xp = rows.xp
    possible = sums.scores > -xp.inf
    mean_score = rows.total(xp.where(possible, sums.scores, xp.zeros_like(sums.scores)) * probs(rows, sums))
    return xp.where(rows.lengths > 0, log_normaliser(xp, sums) - mean_score, xp.nan)
