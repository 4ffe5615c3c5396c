"""Handwritten digits as a classification bandit; needs scikit-learn, the extra ``digits``."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from envs.batched import Floats, Indices
from envs.contexts.context_bandit import ContextBandit, ContextBanditVector

_DARKEST = 16.0


class DigitContexts(ContextBandit):
    """Say which digit a picture shows: the right one pays 1, the others 0.

    The pictures are the 1797 of scikit-learn's ``load_digits`` (Alpaydin & Kaynak, "Optical recognition of handwritten
    digits", UCI Machine Learning Repository, 1998), 8 x 8 pixels in [0, 1]; each round draws one of them, with
    replacement. Off-policy methods are tested on data sets of classes as bandits since Dudik, Langford & Li ("Doubly
    robust policy evaluation and learning", 2011, section 4.1).

    Raises
    ------
    ModuleNotFoundError
        Where scikit-learn is not installed.
    """

    def __init__(self) -> None:
        pictures, digits = _load()
        super().__init__(Box(0.0, 1.0, (pictures.shape[1],), np.float64), 10)
        self._pictures, self._digits = pictures, digits

    def draw(self, rng: np.random.Generator, count: int) -> Any:
        """Nothing differs between problems."""
        return None

    def show(self, rng: np.random.Generator, problems: Any, count: int) -> tuple[Floats, Floats]:
        """Draw pictures."""
        drawn = rng.integers(len(self._digits), size=count)
        return self._pictures[drawn], np.eye(10)[self._digits[drawn]]


class DigitContextsVector(ContextBanditVector):
    """Many :class:`DigitContexts`, stepped at once."""

    single = DigitContexts


@cache
def _load() -> tuple[Floats, Indices]:
    # scikit-learn takes a second to import.
    from sklearn.datasets import load_digits

    pictures, digits = load_digits(return_X_y=True)
    scaled = np.asarray(pictures, dtype=np.float64) / _DARKEST
    scaled.setflags(write=False)
    return scaled, np.asarray(digits, dtype=np.int64)
