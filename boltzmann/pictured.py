"""How a distribution shows itself in a notebook: the probabilities of its first rows as bars."""

from __future__ import annotations

import math

import numpy as np

from boltzmann._numerics import any_traced, libraries
from boltzmann.arrays import Bools, Floats
from boltzmann.pictures import MOST_ACTIONS, MOST_ROWS, Bar, bars, figure, safe


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
        mask = mask_of(self)
        allowed = np.ones(probs.shape, dtype=np.bool_) if mask is None else np.broadcast_to(mask, probs.shape)
        drawn = [
            _most_probable(*row)
            for row in zip(*(part.reshape(rows, count)[:MOST_ROWS] for part in (probs, allowed)), strict=True)
        ]
        quantities = [_numbers(self, name) for name in ("temperature", "entropy", "greedy_probability")]
        listed = [np.broadcast_to(each, batch).reshape(rows)[:MOST_ROWS] for each in quantities]
        captions = [
            _caption(row if rows > 1 else None, *numbers) for row, numbers in enumerate(zip(*listed, strict=True))
        ]
        more = f"and {rows - MOST_ROWS} more rows" if rows > MOST_ROWS else ""
        name = f"<b>{safe(type(self).__name__)}</b>, {count} actions"
        return figure(name, bars(drawn, captions, count=count, top=top), more)


def mask_of(distribution: object) -> Bools | None:
    """Return the mask that a distribution was made with; None without one, or if it is traced."""
    made = vars(distribution)
    scores = made.get("_scores", made.get("_greedy"))
    mask = getattr(scores, "mask", None)
    return None if mask is None or any_traced(mask) else np.asarray(libraries.to_numpy("where", mask))


def mask_text(distribution: object) -> str:
    """Return the mask of a distribution as its repr tells it, nothing without one."""
    mask = mask_of(distribution)
    return "" if mask is None else f", where={mask!r}"


def _most_probable(probs: Floats, allowed: Bools) -> list[Bar]:
    """Return the most probable actions of a row, allowed ones first, in the order of their index."""
    chosen = np.sort(np.lexsort((-probs, ~allowed))[:MOST_ACTIONS])
    return [(int(action), float(probs[action]) if allowed[action] else None) for action in chosen]


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
