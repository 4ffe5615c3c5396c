"""Rows that are hard to calibrate, with targets between the quantity's values at both ends."""

import numpy as np

COUNTS = (2, 3, 4, 7, 18, 100, 1000, 10_000)


def awkward_rows(rng, rows, count):
    """Rows of ties, near ties, heavy tails, outliers, and scales of 1e-300 to 1e300; and their mask."""
    kind = rng.integers(6, size=(rows, 1))
    normal, heavy = rng.normal(size=(rows, count)), rng.standard_cauchy(size=(rows, count)) ** 3
    values = np.select(
        [kind == 1, kind == 2, kind == 3],
        [np.round(normal), heavy, np.exp(10 * rng.normal(size=(rows, count)))],
        normal,
    )
    first = values[:, 0].copy()
    values[:, 0] = np.where(kind[:, 0] == 4, rng.choice([1e6, -1e6, 1e3], size=rows), first)
    # A near tie of the maximum, 1e-12 below.
    near = kind[:, 0] == 5
    values[near, 1] = values[near].max(axis=1) + 1e-12
    scale = np.where(rng.random(rows) < 0.5, 1.0, 10 ** rng.uniform(-300, 300, size=rows))
    largest = np.abs(values).max(axis=1, keepdims=True)
    values = values / np.where(largest > 0, largest, 1.0) * scale[:, None]
    where = rng.random((rows, count)) < np.where(rng.random((rows, 1)) < 0.5, 1.0, 0.7)
    where[:, :2] = True
    return values, where


def shares(rng, rows):
    """Where between both ends a target lies: anywhere, or within 1e-12 of one end."""
    near = 10 ** rng.uniform(-12, 0, size=rows)
    return np.clip(np.choose(rng.integers(3, size=rows), [rng.random(rows), near, 1 - near]), 1e-12, 1 - 1e-12)
