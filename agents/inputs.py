"""Checks of what the environment hands to a table of values: states, actions, rewards and ends of episodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.memory import Entries, Indices, Mask, PerRow
from boltzmann import Transition, checks

# Comparing data types by identity is faster than a call that finds nothing to convert.
_INT64, _UINT64, _FLOAT64 = (np.dtype(kind) for kind in (np.int64, np.uint64, np.float64))


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
    rewards = _checked_rewards(transition.rewards, expected)
    terminated = _checked_ends("terminated", transition.terminated, expected)
    truncated = _checked_ends("truncated", transition.truncated, expected)
    next_states = checked_indices("next_observations", transition.next_observations, expected, state_count)
    states = checked_indices("observations", transition.observations, expected, state_count)
    actions = checked_indices("actions", transition.actions, expected, action_count)
    return TableTransition(Entries(rows, states, actions, shape), rewards, next_states, terminated, truncated)


def checked_indices(name: str, value: ArrayLike, shape: tuple[int, ...], count: int) -> Indices:
    """Check one index in [0, count) for each replicate; NumPy would read a negative one from the end of a table."""
    array = checks.plain_array(name, value)
    if array.dtype.kind not in "iu" or array.shape != shape:
        raise ValueError(f"{name} must be integers of shape {shape}, got {array.dtype} of shape {array.shape}")
    indices = array if array.dtype is _INT64 else array.astype(np.int64, copy=False)
    # A negative index reads as a huge unsigned number, so one comparison checks both bounds.
    if np.maximum.reduce(indices.view(_UINT64)) >= count:
        row = int(np.argmax((indices < 0) | (indices >= count)))
        raise ValueError(f"{name} must be in [0, {count}), got {array[row]} in row {row}")
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


def _checked_rewards(value: ArrayLike, shape: tuple[int, ...]) -> PerRow:
    array = checks.plain_array("rewards", value)
    if array.dtype.kind not in "biuf" or array.shape != shape:
        raise ValueError(f"rewards must be numbers of shape {shape}, got {array.dtype} of shape {array.shape}")
    rewards = array if array.dtype is _FLOAT64 else array.astype(np.float64, copy=False)
    finite = np.isfinite(rewards)
    if not np.logical_and.reduce(finite):
        row = int(np.argmin(finite))
        raise ValueError(f"rewards must be finite, got {rewards[row]} in row {row}")
    return rewards


def _checked_ends(name: str, value: ArrayLike, shape: tuple[int, ...]) -> Mask:
    array = checks.plain_array(name, value)
    if array.dtype.kind != "b" or array.shape != shape:
        raise ValueError(f"{name} must be booleans of shape {shape}, got {array.dtype} of shape {array.shape}")
    return array
