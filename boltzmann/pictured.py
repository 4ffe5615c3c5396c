"""How a distribution shows itself in a notebook: the probabilities of its first rows as bars."""

from __future__ import annotations

import math

import numpy as np

from boltzmann._numerics import libraries
from boltzmann.arrays import Floats
from boltzmann.pictures import MOST_ACTIONS, MOST_ROWS, bars, figure, safe


class Pictured:
    """Base class of distributions with probabilities, temperature, entropy and greedy probability."""

    def _repr_html_(self) -> str:
        return self.picture()

    def picture(self, top: float | None = None) -> str:
        """Return HTML with bars, temperature, entropy and greedy probability of the first rows, as a notebook shows.

        Parameters
        ----------
        top : float, optional
            The probability at the upper end of the bars' scale, by default the largest one.
        """
        probs = _numbers(self, "probs")
        *batch, count = probs.shape
        rows = math.prod(batch)
        drawn = probs.reshape(rows, count)[:MOST_ROWS, :MOST_ACTIONS]
        quantities = [_numbers(self, name) for name in ("temperature", "entropy", "greedy_probability")]
        listed = [np.broadcast_to(each, batch).reshape(rows)[:MOST_ROWS] for each in quantities]
        captions = [
            _caption(row if rows > 1 else None, *numbers) for row, numbers in enumerate(zip(*listed, strict=True))
        ]
        more = f"and {rows - MOST_ROWS} more rows" if rows > MOST_ROWS else ""
        name = f"<b>{safe(type(self).__name__)}</b>, {count} actions"
        return figure(name, bars(drawn.tolist(), captions, count=count, top=top), more)


def _numbers(distribution: Pictured, name: str) -> Floats:
    """Read a quantity, in whatever array library, as floats."""
    numbers = getattr(distribution, name)
    return np.asarray(libraries.to_numpy(name, numbers), dtype=np.float64)


def _caption(row: int | None, temperature: float, entropy: float, greedy: float) -> str:
    parts = [] if row is None else [f"row {row}"]
    # A distribution without a temperature, or without known greedy actions, has NaN there.
    if not math.isnan(temperature):
        parts.append(f"T = {'∞' if temperature == math.inf else format(temperature, '.4g')}")
    parts.append(f"entropy {entropy:.4g} nats")
    if not math.isnan(greedy):
        parts.append(f"greedy {greedy:.4g}")
    return ", ".join(parts)
