"""Random numbers of a kernel, drawn some steps ahead in the order of the lockstep."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.worlds.ziggurat import draw_numbers, draw_pieces
from boltzmann.experiments.engine.compiled.writing import VECTOR, Kernel

_DRAWN_NUMBERS, _MOST_DRAWN_STEPS = 2**17, 2**11
"""Random numbers of each kind that are drawn in advance, and the most steps that they serve."""


class Draw:
    """Random numbers of one kind: which, of whom, and how many a row and step.

    They are drawn some steps ahead, those of one step side by side, the rows of a choice together.
    """

    def __init__(self, name: str, kind: str, rng: Any, count: int = 1) -> None:
        self.name, self.kind, self.rng, self.count = name, kind, rng, count

    def fill(self, numbers: NDArray[np.float64], steps: int, rows: int) -> None:
        """Draw the numbers of the next steps."""
        draw_numbers(self.rng, self.kind, numbers[: steps * rows * self.count])


class DrawnAhead:
    """The random numbers of the next steps, as arguments of a kernel; ``steps`` is how many steps they serve."""

    def __init__(self, draws: list[Draw], rows: int, kernel: Kernel) -> None:
        most = max((draw.count for draw in draws), default=1)
        self.steps = min(max(_DRAWN_NUMBERS // (rows * most), 1), _MOST_DRAWN_STEPS)
        self._rows = rows
        self._by_generator: dict[int, list[tuple[Draw, NDArray[np.float64]]]] = {}
        for draw in draws:
            # The padding of the last rows reads beyond them, whatever is there: its results are not used.
            numbers = np.empty((self.steps * rows + VECTOR) * draw.count)
            self._by_generator.setdefault(id(draw.rng), []).append((draw, numbers))
            kernel.argument(draw.name, numbers)

    def fill(self, steps: int) -> None:
        """Draw the numbers of the next steps."""
        for draws in self._by_generator.values():
            _fill_together(draws, steps, self._rows)


def _fill_together(draws: list[tuple[Draw, NDArray[np.float64]]], steps: int, rows: int) -> None:
    """Draw the numbers of one generator for the next steps: in each step those of one after those of another."""
    if len(draws) == 1:
        ((draw, numbers),) = draws
        draw.fill(numbers, steps, rows)
        return
    counts = [rows * draw.count for draw, _ in draws]
    drawn = np.empty((steps, sum(counts)))
    draw_pieces(draws[0][0].rng, tuple(draw.kind for draw, _ in draws), np.cumsum(np.tile(counts, steps)), drawn)
    for (_, numbers), part in zip(draws, np.split(drawn, np.cumsum(counts)[:-1], axis=1), strict=True):
        numbers[: part.size] = part.ravel()
