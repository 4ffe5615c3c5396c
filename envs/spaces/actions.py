"""Actions of a finite space as the numbers 0, 1, ..., and masks of actions numbered likewise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Dict, Discrete, MultiDiscrete, Space, Tuple
from gymnasium.utils import RecordConstructorArgs

from envs import batched
from envs.batched import Mask
from envs.spaces.finite import as_array, is_table_index, numbering_of, require_int64


def number_actions(env: gymnasium.Env[Any, Any]) -> gymnasium.Env[Any, Any]:
    """Wrap an environment whose actions are of a finite space so that they are ``Discrete`` from 0.

    An environment with such numbers already does not change.
    """
    return env if is_table_index(env.action_space) else NumberAction(env)


class NumberAction(gymnasium.Wrapper[Any, np.int64, Any, Any], RecordConstructorArgs):
    """Number the actions of a finite space 0, 1, ...; the last part of the space varies fastest.

    A mask of actions, ``info["action_mask"]``, becomes one with an entry for each number. It may be given so already,
    or as Gymnasium's ``sample`` takes it: a mask for each part, each of which has to allow its part of the action. The
    masks of a ``MultiDiscrete`` may also stand in one row, one after another, unless that row could be either.

    Parameters
    ----------
    env : gymnasium.Env
        Its actions are ``Discrete``, ``MultiDiscrete``, ``MultiBinary``, a ``Box`` of integers with bounds, or
        ``Tuple``, ``Dict`` or ``OneOf`` of these.

    Raises
    ------
    ValueError
        For a space that is not finite, or has more actions than an int64 can number; for an action that is not in the
        space; for a mask of another shape, or with entries other than 0 and 1.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        RecordConstructorArgs.__init__(self)
        gymnasium.Wrapper.__init__(self, env)
        space = env.action_space
        numbering = numbering_of(space)
        if numbering is None:
            raise ValueError(f"actions must be of a finite space, got {batched.shown(space)}")
        self._count = require_int64(numbering.size, f"actions of {batched.shown(space)}")
        self._element = numbering.element
        self.action_space = Discrete(self._count)

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Reset the environment."""
        observation, info = self.env.reset(**kwargs)
        return observation, self._with_mask(info)

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Take the action of a number."""
        number = int(batched.action_indices([action], 1, self._count)[0])
        observation, reward, terminated, truncated, info = self.env.step(self._element(number))
        return observation, reward, terminated, truncated, self._with_mask(info)

    def _with_mask(self, info: dict[str, Any]) -> dict[str, Any]:
        mask = info.get("action_mask")
        if mask is None:
            return info
        joint = joint_mask(self.env.action_space, mask)
        if joint is None:
            raise ValueError(
                f"action_mask of {batched.name_of(self.env)} must have 0 or 1 for each of its {self._count} actions, "
                f"or a mask for each part of {batched.shown(self.env.action_space)}, got {batched.shown(mask)}"
            )
        return {**info, "action_mask": joint}


def joint_mask(space: Space[Any], mask: Any) -> Mask | None:
    """Return a mask with one entry for each action of a finite space; None for a mask that does not fit.

    Examples
    --------
    >>> joint_mask(MultiDiscrete([2, 3]), ([1, 0], [1, 0, 1]))
    array([ True, False,  True, False, False, False])
    """
    masks = _masks_of_parts(space, mask)
    if masks:
        return _all_allowed(masks)
    numbering = numbering_of(space)
    if numbering is None or _is_ambiguous(space):
        return None
    return np.ones(numbering.size, dtype=np.bool_) if mask is None else _flat(mask, numbering.size)


def _masks_of_parts(space: Space[Any], mask: Any) -> list[Mask] | None:
    """Return the mask of each part where a mask is given by parts, else None."""
    match space:
        case MultiDiscrete():
            sizes = [int(size) for size in space.nvec.ravel()]
            parts: list[Space[Any]] = [Discrete(size) for size in sizes]
            flat = _flat(mask, sum(sizes))
            if flat is not None and not _is_ambiguous(space):
                mask = np.split(flat, np.cumsum(sizes)[:-1])
        case Tuple():
            parts = list(space.spaces)
        case Dict() if isinstance(mask, Mapping) and mask.keys() == space.spaces.keys():
            parts, mask = list(space.spaces.values()), [mask[name] for name in space.spaces]
        case _:
            return None
    if not isinstance(mask, list | tuple | np.ndarray) or len(mask) != len(parts):
        return None
    masks = [joint_mask(part, entries) for part, entries in zip(parts, mask, strict=True)]
    return None if any(entries is None for entries in masks) else [entries for entries in masks if entries is not None]


def _is_ambiguous(space: Space[Any]) -> bool:
    """Return whether a row of entries may be a mask of all actions or the masks of the parts: 4 for 2 x 2 actions."""
    if not isinstance(space, MultiDiscrete) or space.nvec.size == 1:
        return False
    sizes = [int(size) for size in space.nvec.ravel()]
    return math.prod(sizes) == sum(sizes)


def _all_allowed(masks: Sequence[Mask]) -> Mask:
    """Return the mask of the combinations of parts, the last part fastest."""
    grids = np.meshgrid(*masks, indexing="ij")
    return np.asarray(np.logical_and.reduce(grids)).ravel()


def _flat(mask: Any, size: int) -> Mask | None:
    """Return a mask of a given number of entries, each 0 or 1; None for anything else."""
    array = as_array(mask)
    if array is None or array.dtype.kind not in "biuf" or array.shape != (size,) or not np.isin(array, (0, 1)).all():
        return None
    return array.astype(np.bool_)
