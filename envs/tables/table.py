"""An environment's model as arrays: the batched environment steps on it, and dynamic programming solves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete, Space
from numpy.typing import NDArray

from envs import batched
from envs.batched import Floats, Indices, Mask

_SUM_TOLERANCE = 1e-9
"""Probabilities may miss the sum of 1 by this much rounding."""


@dataclass(frozen=True, eq=False)
class Table:
    """A finite Markov decision process with S states, K actions and at most M outcomes of each pair (state, action).

    Attributes
    ----------
    probs : array of shape (S, K, M)
        Probability of each outcome; pairs with fewer outcomes are filled with probability 0.
    next_states : array of int, shape (S, K, M)
        The state that the outcome leads to.
    rewards : array of shape (S, K, M)
        The reward of the outcome.
    terminated : array of bool, shape (S, K, M)
        Whether the outcome ends the episode.
    initial : array of shape (S,)
        Probability that an episode starts in each state.
    action_mask : array of bool, shape (S, K), or None
        The actions that the environment's ``info["action_mask"]`` allows in each state.
    observations : array of int, shape (S,), or None
        The observation of each state, numbered from 0; the state itself by default.
    noise : array of shape (S, K), or None
        Standard deviation of the normal noise that is added to the rewards of each pair. Its mean is 0, so it changes
        no value.
    boards : array of shape (S, ...), or None
        What an agent without a table observes of each state, instead of its number.
    """

    probs: Floats
    next_states: Indices
    rewards: Floats
    terminated: Mask
    initial: Floats
    action_mask: Mask | None = None
    observations: Indices | None = None
    noise: Floats | None = None
    boards: NDArray[np.floating[Any]] | None = None

    def __post_init__(self) -> None:
        shape = self.probs.shape
        states, actions, _outcomes = shape
        expected = {"next_states": shape, "rewards": shape, "terminated": shape, "initial": (states,)}
        optional = {"action_mask": (states, actions), "noise": (states, actions), "observations": (states,)}
        expected.update({name: shape for name, shape in optional.items() if getattr(self, name) is not None})
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} must have shape {shape}, got {getattr(self, name).shape}")
        if self.boards is not None and (self.boards.ndim < 2 or len(self.boards) != states):
            raise ValueError(f"boards must have shape ({states}, ...), got {self.boards.shape}")
        if self.next_states.dtype.kind not in "iu":
            raise ValueError(f"next_states must be integers, got {self.next_states.dtype}")
        if self.observations is not None and (self.observations.dtype.kind not in "iu" or self.observations.min() < 0):
            raise ValueError(f"observations must be integers of at least 0, got {self.observations}")
        batched.require_numbers_in("rewards", self.rewards, "(-inf, inf)")
        if self.noise is not None:
            batched.require_numbers_in("noise", self.noise, "[0, inf)")
        if self.action_mask is not None and not self.action_mask.any(axis=1).all():
            state = int(self.action_mask.any(axis=1).argmin())
            raise ValueError(f"action_mask must allow an action in every state, got none in state {state}")
        _require_distribution("probs", self.probs)
        _require_distribution("initial", self.initial)
        batched.require_numbers_in("next_states", self.next_states, f"[0, {states})")

    @property
    def observation_count(self) -> int:
        """The number of different observations, which are numbered from 0."""
        return len(self.initial) if self.observations is None else int(self.observations.max()) + 1


def _require_distribution(name: str, probs: Floats) -> None:
    valid = (probs >= 0).all(axis=-1) & (np.abs(probs.sum(axis=-1) - 1) <= _SUM_TOLERANCE)
    if not valid.all():
        index = tuple(int(i) for i in np.argwhere(~valid)[0])
        raise ValueError(f"{name} must be probabilities that sum to 1, got {probs[index]} at {index}")


def cumulative(probs: Floats) -> Floats:
    """Return cumulative sums along the last axis; the outcome of a uniform in [0, 1) is the number of sums <= it.

    From the last possible outcome on the sums are exactly 1, whatever the rounding, so that no uniform selects an
    impossible outcome.

    Examples
    --------
    >>> cumulative(np.array([0.25, 0.75, 0.0]))
    array([0.25, 1.  , 1.  ])
    """
    sums = np.cumsum(probs, axis=-1)
    last = probs.shape[-1] - 1 - (probs[..., ::-1] > 0).argmax(axis=-1)
    return np.where(np.arange(probs.shape[-1]) >= last[..., np.newaxis], 1.0, sums)


def observation_space(table: Table, *, boards: bool) -> Space[Any]:
    """Return the space of boards, or of the numbers of observations."""
    if not boards:
        return Discrete(table.observation_count)
    if table.boards is None:
        raise ValueError("boards must not be True for a table without boards")
    low, high = table.boards.min(axis=0), table.boards.max(axis=0)
    return Box(low.min(), high.max(), low.shape, table.boards.dtype.type)


def compile_table(env: gymnasium.Env[Any, Any]) -> Table:
    """Take the ``table`` of an environment, or compile the ``P`` that Gymnasium's toy-text environments carry.

    Parameters
    ----------
    env : gymnasium.Env
        One whose ``unwrapped`` has a ``table``; or ``P[state][action]``, a list of (probability, next state, reward,
        terminated), and ``initial_state_distrib``.

    Raises
    ------
    ValueError
        If there is no such model, or a row of it is not a distribution; the row is named.

    Examples
    --------
    >>> table = compile_table(gymnasium.make("FrozenLake-v1"))
    >>> table.probs.shape
    (16, 4, 3)
    """
    model = env.unwrapped
    table = getattr(model, "table", None)
    if isinstance(table, Table):
        return table
    transitions = getattr(model, "P", None)
    initial = getattr(model, "initial_state_distrib", None)
    if transitions is None or initial is None:
        raise ValueError(f"{env} has no table, and no P and initial_state_distrib to compile")
    states, actions = len(transitions), len(transitions[0])
    outcomes = max(len(transitions[s][a]) for s in range(states) for a in range(actions))
    shape = (states, actions, outcomes)
    probs, rewards = np.zeros(shape), np.zeros(shape)
    next_states, terminated = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
    for s in range(states):
        for a in range(actions):
            for m, (probability, next_state, reward, ends) in enumerate(transitions[s][a]):
                probs[s, a, m], rewards[s, a, m] = probability, reward
                next_states[s, a, m], terminated[s, a, m] = next_state, ends
    mask = None
    if hasattr(model, "action_mask"):
        mask = batched.mask_array("action_mask", [model.action_mask(s) for s in range(states)])
    return Table(probs, next_states, rewards, terminated, np.asarray(initial, dtype=np.float64), mask)
