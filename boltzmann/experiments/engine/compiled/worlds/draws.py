"""Random numbers of a kernel, drawn some steps ahead in the order of the lockstep."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.worlds.ziggurat import draw_numbers


class Draw:
    """Random numbers of one kind: which, of whom, and how many a row and step.

    They are drawn some steps ahead, those of one step side by side, the rows of a choice together.
    """

    def __init__(self, name: str, kind: str, rng: Any, count: int = 1) -> None:
        self.name, self.kind, self.rng, self.count = name, kind, rng, count

    def fill(self, numbers: NDArray[np.float64], steps: int, rows: int) -> None:
        """Draw the numbers of the next steps."""
        draw_numbers(self.rng, self.kind, numbers[: steps * rows * self.count])


def fill_together(draws: list[tuple[Draw, NDArray[np.float64]]], steps: int, rows: int) -> None:
    """Draw the numbers of one generator for the next steps: in each step those of one after those of another."""
    if len(draws) == 1:
        ((draw, numbers),) = draws
        draw.fill(numbers, steps, rows)
        return
    if len({draw.kind for draw, _ in draws}) == 1:
        counts = [rows * draw.count for draw, _ in draws]
        drawn = np.empty((steps, sum(counts)))
        draw_numbers(draws[0][0].rng, draws[0][0].kind, drawn)
        for (_, numbers), part in zip(draws, np.split(drawn, np.cumsum(counts)[:-1], axis=1), strict=True):
            numbers[: part.size] = part.ravel()
        return
    for step in range(steps):
        for draw, numbers in draws:
            draw.fill(numbers[step * rows * draw.count :], 1, rows)
