"""The law of the largest of values plus noise, each action's noise of its own scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.policies._choice import largest_probabilities
from boltzmann.policies.indices import PolicyInputs

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ScaledNoise:
    """Places + widths Z, Z being independent draws of one standard law; ``drawing`` says who takes part.

    Each row is in a unit of its own, so that no scale over- or underflows.
    """

    places: Floats
    widths: Floats
    drawing: NDArray[np.bool_]
    dtype: Any
    noise: Callable[[np.random.Generator, tuple[int, ...]], Floats]
    knots: Floats
    log_density: Callable[[Floats], Any]

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        """Draw for every row and action; shape ``shape + (..., K)``."""
        drawn = self.places + self.widths * self.noise(rng, shape + self.places.shape)
        return np.where(self.drawing, drawn, -np.inf)

    def probabilities(self) -> Any:
        """Give the probability of each action to have the largest draw; shape (..., K)."""
        count = self.places.shape[-1]
        places, widths = self.places.reshape(-1, count), self.widths.reshape(-1, count)

        def density(x: Floats, rows: slice) -> Any:
            z = (x - places[rows][:, np.newaxis]) / widths[rows][:, np.newaxis]
            return self.log_density(z) - np.log(widths[rows])[:, np.newaxis]

        points = places[..., np.newaxis] + widths[..., np.newaxis] * self.knots
        probs = largest_probabilities(points, self.drawing.reshape(-1, count), density)
        return probs.reshape(self.places.shape).astype(self.dtype, copy=False)


def scaled_noise(
    inputs: PolicyInputs, means: Floats, scales: Floats, noise: Any, knots: Floats, log_density: Any
) -> ScaledNoise:
    """Make the law of means + scales Z; where actions are untaken, they alone draw, all by one law."""
    waiting = inputs.untaken.any(axis=-1, keepdims=True)
    drawing = np.where(waiting, inputs.untaken, inputs.allowed)
    scales = np.where(drawing & ~waiting, scales, 1.0)
    unit = np.where(drawing, scales, 0.0).max(axis=-1, keepdims=True, initial=0.0)
    unit = np.where(unit > 0, unit, 1.0)
    halves = np.where(drawing & ~waiting, means / 2, 0.0)
    top = np.where(drawing, halves, -np.inf).max(axis=-1, keepdims=True, initial=-np.inf)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        places = 2 * ((halves - np.where(np.isfinite(top), top, 0.0)) / unit)
        widths = np.maximum(scales / unit, 1e-300)
    # So far below that no noise brings it up.
    hopeless = places < -1e300
    return ScaledNoise(
        np.where(hopeless, 0.0, places), widths, drawing & ~hopeless, inputs.dtype, noise, knots, log_density
    )
