"""Checks of what the environment hands to a table of values: states, actions, rewards and ends of episodes."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.memory import Entries, Indices, Mask, PerRow
from boltzmann import Transition, checks

# Comparing data types by identity is faster than a call that finds nothing to convert.
_INT64, _UINT64, _FLOAT64, _BOOL = (np.dtype(kind) for kind in (np.int64, np.uint64, np.float64, np.bool_))
_KINDS = {_INT64: ("iu", "integers"), _FLOAT64: ("biuf", "numbers"), _BOOL: ("b", "booleans")}
"""The kinds of numbers that a dtype serves, and their name."""


class TableTransition(NamedTuple):
    """A checked transition whose states and actions are indices into a table.

    Attributes
    ----------
    entries : Entries
        The table entry of the state and action of each replicate.
    rewards : array of float, shape (R,)
        Finite.
    next_states : array of int, shape (R,)
        The states reached.
    terminated, truncated : array of bool, shape (R,)
        How episodes ended.
    """

    entries: Entries
    rewards: PerRow
    next_states: Indices
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]


def checked_transition(transition: Transition, rows: Indices, shape: tuple[int, int, int]) -> TableTransition:
    """Check a transition of R replicates against a table of shape (R, S, K).

    Raises
    ------
    ValueError
        For entries of the wrong shape or kind, rewards that are not finite, and indices outside the table; the row is
        named.
    """
    _, state_count, action_count = shape
    expected = rows.shape
    rewards = checked_rewards(transition.rewards, expected)
    terminated = _of_kind("terminated", transition.terminated, expected, _BOOL)
    truncated = _of_kind("truncated", transition.truncated, expected, _BOOL)
    next_states = checked_indices("next_observations", transition.next_observations, expected, state_count)
    states = checked_indices("observations", transition.observations, expected, state_count)
    actions = checked_indices("actions", transition.actions, expected, action_count)
    return TableTransition(Entries(rows, states, actions, shape), rewards, next_states, terminated, truncated)


def checked_indices(name: str, value: ArrayLike, shape: tuple[int, ...], count: int) -> Indices:
    """Check one index in [0, count) for each replicate; NumPy would read a negative one from the end of a table."""
    indices: Indices = _of_kind(name, value, shape, _INT64)
    # A negative index reads as a huge unsigned number, so one comparison checks both bounds. `argmax` finds the largest
    # of few numbers faster than a reduction.
    unsigned = indices.view(_UINT64)
    if unsigned.item(unsigned.argmax()) >= count:
        row = int(np.argmax((indices < 0) | (indices >= count)))
        raise ValueError(f"{name} must be in [0, {count}), got {np.asarray(value)[row]} in row {row}")
    return indices


def checked_mask(name: str, value: ArrayLike, shape: tuple[int, int]) -> Mask:
    """Check a mask of the allowed actions of R replicates, shape (R, K); one row serves all replicates."""
    mask = checks.mask_array(name, value)
    if mask.shape == shape:
        return mask
    try:
        return np.broadcast_to(mask, shape)
    except ValueError:
        raise ValueError(f"{name} must be of shape {shape}, got {mask.shape}") from None


def checked_rewards(value: ArrayLike, shape: tuple[int, ...]) -> PerRow:
    """Return finite rewards, or raise a ValueError that names the row."""
    rewards: PerRow = _of_kind("rewards", value, shape, _FLOAT64)
    # Both return the index of a NaN if there is one.
    if not (math.isfinite(rewards.item(rewards.argmax())) and math.isfinite(rewards.item(rewards.argmin()))):
        row = int(np.argmin(np.isfinite(rewards)))
        raise ValueError(f"rewards must be finite, got {rewards[row]} in row {row}")
    return rewards


def _of_kind(name: str, value: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return an array of a shape and dtype, converted from a kind that this dtype serves, or raise."""
    # An array of this very dtype, which environments return, needs no closer look.
    if type(value) is np.ndarray and value.dtype is dtype and value.shape == shape:
        return value
    kinds, text = _KINDS[dtype]
    array = checks.plain_array(name, value)
    if array.dtype.kind not in kinds or array.shape != shape:
        raise ValueError(f"{name} must be {text} of shape {shape}, got {array.dtype} of shape {array.shape}")
    return array.astype(dtype, copy=False)
