"""Frequencies against probabilities, with a stated false-alarm rate.

Seeds are fresh each time, so the rate is what a right sampler fails with, not what one seed happened to give.
"""

import numpy as np
from scipy import stats

FALSE_ALARM = 1e-9
LEAST_EXPECTED = 40  # Pooled cells are at least this large, so that the chi-square tail holds far out.


def fresh_rng():
    return np.random.default_rng()


def agrees(counts, probs, false_alarm=FALSE_ALARM):
    """Whether counts look drawn from probs: no impossible outcome, and a chi-square on pooled cells."""
    counts, probs = np.asarray(counts, dtype=float), np.asarray(probs, dtype=float)
    if counts[probs == 0].any():
        return False
    expected = probs / probs.sum() * counts.sum()
    order = np.argsort(expected)[::-1]
    counts, expected = counts[order], expected[order]
    large = expected >= LEAST_EXPECTED
    pooled = np.append(expected[large], expected[~large].sum())
    observed = np.append(counts[large], counts[~large].sum())
    if pooled[-1] < LEAST_EXPECTED and len(pooled) > 1:
        pooled[-2] += pooled[-1]
        observed[-2] += observed[-1]
        pooled, observed = pooled[:-1], observed[:-1]
    if len(pooled) == 1:
        return True
    statistic = ((observed - pooled) ** 2 / pooled).sum()
    return bool(stats.chi2.sf(statistic, len(pooled) - 1) > false_alarm)


def counts_of(draws, size):
    return np.bincount(np.asarray(draws).ravel(), minlength=size)


def same_law(first, second, false_alarm=FALSE_ALARM):
    """Whether two arrays of counts look drawn from one law: chi-square of homogeneity, small cells pooled."""
    counts = np.stack([np.ravel(first), np.ravel(second)]).astype(float)
    counts = counts[:, counts.sum(axis=0) > 0]
    share = counts.sum(axis=1) / counts.sum()
    large = counts.sum(axis=0) * share.min() >= LEAST_EXPECTED
    cells = np.column_stack([counts[:, large], counts[:, ~large].sum(axis=1)])
    cells = cells[:, cells.sum(axis=0) > 0]
    expected = share[:, np.newaxis] * cells.sum(axis=0)
    if (expected[:, -1] < LEAST_EXPECTED).any():  # a rest that is still small has no power
        cells, expected = cells[:, :-1], expected[:, :-1]
    statistic = ((cells - expected) ** 2 / expected).sum()
    return bool(stats.chi2.sf(statistic, cells.shape[1] - 1) > false_alarm)
