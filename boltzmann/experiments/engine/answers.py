"""What a batched environment answers to the actions of a step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.masks import Mask, mask_of, mask_of_reached


class Answer(NamedTuple):
    """One step of R replicates.

    Attributes
    ----------
    observations : array, shape (R, ...)
        What the agent acts on next: the first observation of the next episode where one has ended.
    mask : array of bool, shape (R, K), or None
        The allowed actions of these observations; None if the environment told none.
    reached : array, shape (R, ...)
        The observations that the step has led to.
    reached_mask : array of bool, shape (R, K), or None
        Their allowed actions.
    rewards, terminated, truncated : array, shape (R,)
        As the environment returned them.
    gaps : array, shape (R,)
        The gap of each action, NaN where the environment does not report it.
    """

    observations: NDArray[Any]
    mask: Mask | None
    reached: NDArray[Any]
    reached_mask: Mask | None
    rewards: NDArray[Any]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    gaps: NDArray[np.float64]


def answer_of(env: Any, actions: NDArray[Any]) -> Answer:
    """Take one step in an environment; errors are those of ``mask_of``."""
    observations, rewards, terminated, truncated, info = env.step(actions)
    mask = mask_of(env, info)
    reached_mask = mask_of_reached(env, info, mask, (terminated, truncated))
    reached = _before_reset(observations, info)
    return Answer(observations, mask, reached, reached_mask, rewards, terminated, truncated, _gaps(info, env.num_envs))


def _before_reset(observations: NDArray[Any], info: dict[str, Any]) -> NDArray[Any]:
    """Return the next observations, with the last observation of each ended episode instead of the next one's first."""
    ended = info.get("_final_obs")
    if ended is None:
        return observations
    if info["final_obs"].dtype != object and observations.ndim == 1:
        return np.where(ended, info["final_obs"], observations)
    final = info["final_obs"][ended]
    reached = observations.copy()
    # SyncVectorEnv returns an object array of single observations.
    reached[ended] = np.stack(list(final)) if final.dtype == object else final
    return reached


def _gaps(info: dict[str, Any], num_envs: int) -> NDArray[np.float64]:
    """Return the gap of each replicate's action, NaN where the environment does not report it."""
    result: NDArray[Any] | None = None
    # Gymnasium marks the rows with a report in `_gap`, and keeps the last report of an ended episode in `final_info`.
    for source in (info, info.get("final_info", {})):
        if "gap" in source:
            gaps, marked = np.asarray(source["gap"]), np.asarray(source.get("_gap", True))
            # `argmin` finds a row without a mark faster than `all`.
            is_whole = marked.item(marked.argmin())
            result = gaps if is_whole else np.where(marked, gaps, np.nan if result is None else result)
    return np.full(num_envs, np.nan) if result is None else result
