"""Draws until all are accepted, and changes of two structures at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def all_accepted(
    draws: Callable[..., None],
    arrays: tuple[Any, ...],
    temperature: float,
    rng: np.random.Generator,
    shape: Any,
    *,
    compiled: bool,
) -> NDArray[np.int64]:
    """Return actions of a shape; those that are not accepted are drawn again together, round after round."""
    actions = np.empty(math.prod(np.atleast_1d(shape).tolist()), dtype=np.int64)
    left = np.arange(len(actions))
    while len(left):
        uniforms = rng.random(len(left))
        drawn: Any = np.empty(len(left), dtype=np.int64)
        draws(*arrays, temperature, *((uniforms, drawn) if compiled else (uniforms.tolist(), memoryview(drawn))))
        actions[left] = drawn
        left = left[drawn < 0]
    return actions.reshape(shape)


def with_follower(change: Callable[..., bool], follow: Callable[..., Any], arrays: tuple[Any, ...]) -> Any:
    """Return a function that makes the same change to two structures and answers as the first does."""

    def both(*arguments: Any) -> bool:
        # An action and its value, or several.
        follow(*arrays, *arguments[-2:])
        return change(*arguments)

    return both
