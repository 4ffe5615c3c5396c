"""Checks of what ``rollout`` is given, before anything is reset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks


def checked_ends(ends: ArrayLike) -> NDArray[np.int64]:
    """Give the ends of windows as an array, or say what is wrong with them."""
    array = np.asarray(ends)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu":
        raise ValueError(
            f"ends must be one whole number or more in a row, got {array.dtype} of shape {array.shape}: {ends!r}"
        )
    before = np.concatenate([[0], array[:-1]])
    if not (array > before).all():
        wrong = int(np.argmin(array > before))
        bound = f"more than the one before, {before[wrong]}" if wrong else "at least 1"
        raise ValueError(f"ends must increase from 1 on: ends[{wrong}] must be {bound}, got {array[wrong]}")
    return array.astype(np.int64, copy=False)


def checked_seeds(seeds: Iterable[int], num_envs: int) -> list[int]:
    """Give the seeds as a list of as many as there are replicates, or say what is wrong with them."""
    if not isinstance(seeds, Iterable):
        raise TypeError(f"seeds must be {num_envs} whole numbers, one a replicate, got {seeds!r}")
    given = list(seeds)
    if len(given) != num_envs:
        raise ValueError(f"seeds must be {num_envs} whole numbers, one a replicate, got {len(given)}")
    return [checks.whole_number(f"seeds[{number}]", seed, least=0) for number, seed in enumerate(given)]


def require_players(env: Any, agent: Any) -> None:
    """Refuse what is no batched environment that resets in the same step, and what is no agent."""
    if not isinstance(getattr(env, "num_envs", None), int | np.integer):
        raise TypeError(f"env must be a batched environment, as envs.make gives it, got {env!r}")
    mode = getattr(env, "metadata", {}).get("autoreset_mode")
    if getattr(mode, "name", mode) != "SAME_STEP":
        # Others insert steps between episodes, which would be learnt as transitions that never happened.
        raise ValueError(f"env must have AutoresetMode.SAME_STEP, got {mode} from {env}")
    if isinstance(agent, type):
        raise TypeError(f"agent must be an agent, got the class {agent.__name__}: give it its parameters")
    missing = [name for name in ("reset", "act", "update") if not callable(getattr(agent, name, None))]
    if missing:
        raise TypeError(f"agent must have reset, act and update, got {agent!r}, which lacks {' and '.join(missing)}")
