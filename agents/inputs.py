"""Checks of what the environment hands to a table of values: states, actions, rewards and ends of episodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.memory import Entries, Indices, Mask, PerRow
from boltzmann import Transition


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
    rewards = _checked_rewards(transition.rewards, rows)
    terminated = _checked_ends("terminated", transition.terminated, rows)
    truncated = _checked_ends("truncated", transition.truncated, rows)
    next_states = checked_indices("next_observations", transition.next_observations, rows, state_count)
    states = checked_indices("observations", transition.observations, rows, state_count)
    actions = checked_indices("actions", transition.actions, rows, action_count)
    return TableTransition(Entries(rows, states, actions, shape), rewards, next_states, terminated, truncated)


def checked_indices(name: str, value: ArrayLike, rows: Indices, count: int) -> Indices:
    """Check one index in [0, count) for each replicate; NumPy would read a negative one from the end of a table."""
    array = np.asarray(value)
    if array.dtype.kind not in "iu" or array.shape != rows.shape:
        raise ValueError(f"{name} must be integers of shape {rows.shape}, got {array.dtype} of shape {array.shape}")
    indices = array.astype(np.int64, copy=False)
    # A negative index reads as a huge unsigned number, so one comparison checks both bounds.
    if np.maximum.reduce(indices.view(np.uint64)) >= count:
        row = int(np.argmax((indices < 0) | (indices >= count)))
        raise ValueError(f"{name} must be in [0, {count}), got {array[row]} in row {row}")
    return indices


def _checked_rewards(value: ArrayLike, rows: Indices) -> PerRow:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.shape != rows.shape:
        raise ValueError(f"rewards must be numbers of shape {rows.shape}, got {array.dtype} of shape {array.shape}")
    rewards = array.astype(np.float64, copy=False)
    finite = np.isfinite(rewards)
    if not np.logical_and.reduce(finite):
        row = int(np.argmin(finite))
        raise ValueError(f"rewards must be finite, got {rewards[row]} in row {row}")
    return rewards


def _checked_ends(name: str, value: ArrayLike, rows: Indices) -> Mask:
    array = np.asarray(value)
    if array.dtype != np.bool_ or array.shape != rows.shape:
        raise ValueError(f"{name} must be booleans of shape {rows.shape}, got {array.dtype} of shape {array.shape}")
    return array
