"""Checks of the arguments of ``rollout``, before anything is reset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks


def checked_ends(ends: ArrayLike) -> NDArray[np.int64]:
    """Return the ends of windows as an array, after a check."""
    array = np.asarray(ends)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu":
        raise ValueError(
            f"ends must be one whole number or more in a row, got {array.dtype} of shape {array.shape}: "
            f"{checks.shown(ends)}"
        )
    previous = np.concatenate([[0], array[:-1]])
    increasing = array > previous
    if not increasing.all():
        index = int(np.argmin(increasing))
        bound = f"more than the one before, {previous[index]}" if index else "at least 1"
        raise ValueError(f"ends must increase from 1 on: ends[{index}] must be {bound}, got {array[index]}")
    return array.astype(np.int64, copy=False)


def checked_seeds(seeds: Iterable[int], num_envs: int) -> list[int]:
    """Return the seeds as a list, after a check that there is one for each replicate."""
    if not isinstance(seeds, Iterable):
        raise TypeError(f"seeds must be {num_envs} whole numbers, one a replicate, got {checks.shown(seeds)}")
    listed = list(seeds)
    if len(listed) != num_envs:
        raise ValueError(f"seeds must be {num_envs} whole numbers, one a replicate, got {len(listed)}")
    return [checks.whole_number(f"seeds[{index}]", seed, least=0) for index, seed in enumerate(listed)]


def require_players(env: Any, agent: Any) -> None:
    """Refuse an environment that is not batched or resets in another step, and an object that is not an agent."""
    if not isinstance(getattr(env, "num_envs", None), int | np.integer):
        raise TypeError(f"env must be a batched environment, as envs.make returns it, got {checks.shown(env)}")
    # Gymnasium 1.3 shares metadata between environments of one class, so the attribute is more trustworthy.
    mode = getattr(getattr(env, "unwrapped", env), "autoreset_mode", None)
    mode = getattr(env, "metadata", {}).get("autoreset_mode") if mode is None else mode
    if getattr(mode, "name", mode) != "SAME_STEP":
        # Other modes insert steps between episodes, and agents would learn from transitions that never happened.
        raise ValueError(f"env must have AutoresetMode.SAME_STEP, got {mode} from {env}")
    if isinstance(agent, type):
        raise TypeError(f"agent must be an agent, got the class {agent.__name__}: give it its parameters")
    missing = [name for name in ("reset", "act", "update") if not callable(getattr(agent, name, None))]
    if missing:
        raise TypeError(
            f"agent must have reset, act and update, got {checks.shown(agent)}, which lacks {' and '.join(missing)}"
        )
