"""The law of the largest of values plus noise, each action's noise of its own scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.policies._choice import LargestDraw, largest_probabilities
from boltzmann.policies.indices import Known

__all__ = ["largest_of_scaled_noise"]

Floats = NDArray[np.float64]


def _untaken_first(known: Known, means: Floats, scales: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Give each row's means, scales and who draws; where actions are untaken, they alone draw, all by one law."""
    waiting = known.untaken.any(axis=-1, keepdims=True)
    drawing = np.where(waiting, known.untaken, known.allowed)
    means = np.where(drawing & ~waiting, means, 0.0)
    return means, np.where(drawing & ~waiting, scales, 1.0), drawing


def largest_of_scaled_noise(
    known: Known, means: Floats, scales: Floats, noise: Any, knots: Floats, log_density: Any
) -> LargestDraw:
    """Give the law of the largest of means + scales Z, Z being of one standard law."""
    means, scales, drawing = _untaken_first(known, means, scales)
    count = means.shape[-1]

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        return np.where(drawing, means + scales * noise(rng, shape + means.shape), -np.inf)

    def compute() -> Any:
        flat_means, flat_scales = means.reshape(-1, count), scales.reshape(-1, count)
        # In units of the row, so that no scale over- or underflows a density.
        unit = np.where(drawing.reshape(-1, count), flat_scales, 0.0).max(axis=-1, keepdims=True)
        top = np.where(drawing.reshape(-1, count), flat_means, -np.inf).max(axis=-1, keepdims=True)
        places, widths = (flat_means - top) / unit, flat_scales / unit

        def density(x: Floats, rows: slice) -> Any:
            z = (x - places[rows][:, np.newaxis]) / widths[rows][:, np.newaxis]
            return log_density(z) - np.log(widths[rows])[:, np.newaxis]

        points = places[..., np.newaxis] + widths[..., np.newaxis] * knots
        probs = largest_probabilities(points, drawing.reshape(-1, count), density)
        return probs.reshape(means.shape).astype(known.dtype, copy=False)

    return LargestDraw(draw, compute)
