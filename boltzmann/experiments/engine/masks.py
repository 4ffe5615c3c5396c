"""The action masks that an environment puts into its info, in any of the forms that Gymnasium makes of them.

``SyncVectorEnv`` stacks arrays, and keeps lists and tuples as an object array with a list for each replicate. It marks
the rows that told a mask in ``info["_action_mask"]`` and fills the others with zeros; a row that told none allows all
actions. The mask of the state in which an episode ended is in ``info["final_info"]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks

_KEY = "action_mask"
Mask = NDArray[np.bool_]


def mask_of(env: Any, info: Mapping[str, Any]) -> Mask | None:
    """Return the mask of the returned observations, shape (R, K); None if no row told one.

    Raises
    ------
    ValueError, TypeError
        For a mask that is not 0 and 1 for each action, and for a row that allows nothing; the message names the
        environment, the row and the value.
    """
    if _KEY not in info:
        return None
    name = f'info["{_KEY}"]'
    mask = _read(env, info, name)
    if mask is not None:
        _require_choice(env, mask, name, np.True_)
    return mask


def mask_of_reached(env: Any, info: Mapping[str, Any], mask: Mask | None, ends: tuple[Mask, Mask]) -> Mask | None:
    """Return the mask of the states reached: ``mask``, with that of the last state in the rows whose episode ended.

    It is None if no row told one, or if ``final_info`` is missing although an episode was truncated. ``ends`` are the
    rows that terminated and that were truncated, shape (R,). A terminal state need not allow an action.
    """
    ended = info.get("_final_obs")
    if ended is None:
        return mask
    terminated, truncated = ends
    final = info.get("final_info")
    if mask is None and isinstance(final, dict) and _KEY not in final:
        return None
    last = _read(env, _by_key(final, env.num_envs), f'info["final_info"]["{_KEY}"]')
    if last is None and mask is None:
        return None
    bootstraps = np.asarray(ended) & truncated & ~terminated
    if last is None and "final_info" not in info and bool(np.any(bootstraps)):
        return None
    if last is not None:
        _require_choice(env, last, f'info["final_info"]["{_KEY}"]', bootstraps)
    return np.where(np.asarray(ended)[:, np.newaxis], True if last is None else last, True if mask is None else mask)


def _require_choice(env: Any, mask: Mask, name: str, rows: Any) -> None:
    stuck = rows & ~mask.any(axis=1)
    if stuck.any():
        row = int(np.argmax(stuck))
        raise ValueError(f"{name} of {env} must allow at least one action, got {checks.shown(mask[row])} in row {row}")


def _read(env: Any, info: Mapping[str, Any], name: str) -> Mask | None:
    """Return the mask that an info tells, with True for all actions of the rows without one."""
    given, told = info.get(_KEY), info.get(f"_{_KEY}")
    if given is None or (told is not None and not np.any(told)):
        return None
    rows, count = env.num_envs, getattr(env.single_action_space, "n", None)
    name = f"{name} of {env}"
    if told is not None and np.shape(told) != (rows,):
        raise ValueError(f"{name} must have its rows marked in an array of shape ({rows},), got {checks.shown(told)}")
    if not isinstance(given, np.ndarray) or given.dtype == object:
        given, told = _stacked(given, told, rows, name)
    elif told is not None and not np.all(told):
        # The zeros that stand in the other rows may be of any kind.
        given = checks.plain_array(name, given)
        given = np.where(np.reshape(told, (rows,) + (1,) * (given.ndim - 1)), given, 1)
    if given is None:
        return None
    if given.ndim != 2 or len(given) != rows or count not in (None, given.shape[1]):
        bound = f"({rows}, {'K' if count is None else count})"
        raise ValueError(f"{name} must be of shape {bound}, got {given.shape}: {checks.shown(given)}")
    return checks.mask_array(name, given)


def _stacked(given: Any, told: Any, rows: int, name: str) -> tuple[Any, Any]:
    """Stack one mask of each row, such as a list; None, or a row that is not marked, allows everything."""
    if not isinstance(given, list | tuple | np.ndarray) or len(given) != rows:
        raise TypeError(f"{name} must hold a mask for each of {rows} rows, got {checks.shown(given)}")
    marked = np.ones(rows, dtype=np.bool_) if told is None else told
    masks = [entry if mark and entry is not None else None for entry, mark in zip(given, marked, strict=True)]
    known = {row: checks.mask_array(f"{name} in row {row}", m) for row, m in enumerate(masks) if m is not None}
    if not known:
        return None, None
    shapes = {mask.shape for mask in known.values()}
    first, *_ = known.values()
    for row, mask in known.items():
        if len(shapes) > 1 and mask.shape != first.shape:
            raise ValueError(f"{name} must be of one length, got {first.shape} and {mask.shape} in row {row}")
    everything = np.ones_like(first)
    return np.stack([known.get(row, everything) for row in range(rows)]), None


def _by_key(final: Any, rows: int) -> Mapping[str, Any]:
    """Return ``final_info`` as one dict, also where it is an array with a dict for each row."""
    if final is None or isinstance(final, Mapping):
        return final or {}
    listed = [entry.get(_KEY) if isinstance(entry, Mapping) else None for entry in final]
    return {_KEY: listed} if len(listed) == rows else {}
