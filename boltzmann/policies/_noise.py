"""The law of the largest of values plus noise, where the noise of each action has its own scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.arrays import Array, Floats
from boltzmann.laws import FARTHEST, LEAST_WIDTH
from boltzmann.policies._choice import largest_probabilities
from boltzmann.policies.indices import PolicyInputs


class ScaledNoise:
    """Means + scales Z with independent draws Z of one standard law.

    In rows with untaken actions these alone draw, all by one law. Each row has its own unit, so that no scale over- or
    underflows.
    """

    def __init__(
        self,
        inputs: PolicyInputs,
        means: Floats,
        scales: Floats,
        noise: Callable[[Any, tuple[int, ...]], Floats],
        knots: Floats,
        log_density: Callable[[Floats], Floats],
    ) -> None:
        self.dtype, self.noise, self.knots, self.log_density = inputs.dtype, noise, knots, log_density
        waiting = inputs.untaken.any(axis=-1, keepdims=True)
        drawing = np.where(waiting, inputs.untaken, inputs.allowed)
        scales = np.where(drawing & ~waiting, scales, 1.0)
        unit = np.where(drawing, scales, 0.0).max(axis=-1, keepdims=True, initial=0.0)
        unit = np.where(unit > 0, unit, 1.0)
        halves = np.where(drawing & ~waiting, means / 2, 0.0)
        top = np.where(drawing, halves, -np.inf).max(axis=-1, keepdims=True, initial=-np.inf)
        centres = 2 * ((halves - np.where(np.isfinite(top), top, 0.0)) / unit)
        self.widths = np.maximum(scales / unit, LEAST_WIDTH)
        # No noise lifts these to the largest draw.
        hopeless = centres < FARTHEST
        self.centres = np.where(hopeless, 0.0, centres)
        self.drawing = drawing & ~hopeless

    def draw(self, rng: Any, shape: tuple[int, ...]) -> Floats:
        """Draw for every row and action; shape ``shape + (..., K)``."""
        draws = self.centres + self.widths * self.noise(rng, shape + self.centres.shape)
        return np.where(self.drawing, draws, -np.inf)

    def probabilities(self) -> Array:
        """Return the probability of each action to have the largest draw; shape (..., K)."""
        count = self.centres.shape[-1]
        centres, widths = self.centres.reshape(-1, count), self.widths.reshape(-1, count)

        def density(x: Floats, rows: NDArray[np.intp]) -> Floats:
            z = (x - centres[rows][:, np.newaxis]) / widths[rows][:, np.newaxis]
            return self.log_density(z) - np.log(widths[rows])[:, np.newaxis]

        points = centres[..., np.newaxis] + widths[..., np.newaxis] * self.knots
        probs = largest_probabilities(points, self.drawing.reshape(-1, count), density)
        return probs.reshape(self.centres.shape).astype(self.dtype, copy=False)
