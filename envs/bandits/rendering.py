"""What a bandit shows of one problem: the means of its arms, and the last pull, as text or as a picture.

Matplotlib is imported when a picture is drawn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs import canvas
from envs.batched import Floats, Indices

RENDER_MODES = ("ansi", "rgb_array")
_SIZE = (5.4, 3.0)
_MEAN_COLOUR, _PULLED_COLOUR, _REWARD_COLOUR = "#9db4c0", "#f2b134", "#d62728"
_MOST_LABELLED, _MOST_WRITTEN, _MOST_BARS = 20, 20, 2000


def text(means: Floats, step: int, arm: int | None, reward: float) -> str:
    """Return two lines: the last pull, and the means of the arms.

    Examples
    --------
    >>> print(text(np.array([0.5, 0.25]), 3, 1, 0.125))
    round 3: arm 1 paid 0.125
    means: [0.5  0.25]
    """
    numbers = np.array2string(means, precision=4, threshold=_MOST_WRITTEN, max_line_width=10_000)
    return f"{_caption(step, arm, reward)}\nmeans: {numbers}"


def picture(means: Floats, step: int, arm: int | None, reward: float) -> NDArray[np.uint8]:
    """Return a bar for each arm's mean and a point for the last reward, an array of shape (height, width, 3).

    Of very many arms a bar shows the means of some neighbours.
    """
    # A Figure without pyplot changes no global state and needs no display.
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, dpi=canvas.DPI, layout="constrained")
    axes = figure.add_subplot()
    arms, lowest, highest = _drawn(means)
    axes.vlines(arms, lowest, highest, color=_MEAN_COLOUR, linewidth=max(1.0, 200 / len(means)))
    if arm is not None:
        axes.vlines([arm], 0.0, means[arm], color=_PULLED_COLOUR, linewidth=max(1.0, 200 / len(means)))
        axes.plot([arm], [reward], marker="o", color=_REWARD_COLOUR)
    axes.axhline(0.0, color="black", linewidth=0.5)
    axes.set_xlim(-0.7, len(means) - 0.3)
    if len(means) <= _MOST_LABELLED:
        axes.set_xticks(range(len(means)))
    axes.set_xlabel("arm")
    axes.set_ylabel("mean")
    axes.set_title(_caption(step, arm, reward), fontsize=9)
    return canvas.pixels(figure)


def _drawn(means: Floats) -> tuple[Indices, Floats, Floats]:
    """Return the arms that get a bar, and the ends of each; of very many neighbours one bar shows the whole range."""
    starts = np.unique(np.linspace(0, len(means), min(len(means), _MOST_BARS), endpoint=False).astype(np.int64))
    lowest, highest = np.minimum.reduceat(means, starts), np.maximum.reduceat(means, starts)
    return starts, np.minimum(lowest, 0.0), np.maximum(highest, 0.0)


def _caption(step: int, arm: int | None, reward: float) -> str:
    return "start" if arm is None else f"round {step}: arm {arm} paid {reward:.4g}"
