"""An environment's model as arrays: what the batched environment steps on and what dynamic programming solves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Table:
    """A finite Markov decision process with S states, K actions and at most M outcomes of each pair.

    Attributes
    ----------
    probs : array of shape (S, K, M)
        Probability of each outcome; rows with fewer outcomes are filled with probability 0.
    next_states : array of int, shape (S, K, M)
        The state that the outcome leads to.
    rewards : array of shape (S, K, M)
        The reward of the outcome.
    terminated : array of bool, shape (S, K, M)
        Whether the outcome ends the episode.
    initial : array of shape (S,)
        Probabilities of the state that an episode starts in.
    action_mask : array of bool, shape (S, K), or None
        The actions that the environment's ``info["action_mask"]`` allows in each state.
    observations : array of int, shape (S,), or None
        What an agent sees of each state, numbered from 0; the state itself by default.
    noise : array of shape (S, K), or None
        Standard deviation of the normal noise that is added to the rewards of each pair; its mean is 0, so that
        no value depends on it.
    """

    probs: NDArray[np.float64]
    next_states: NDArray[np.int64]
    rewards: NDArray[np.float64]
    terminated: NDArray[np.bool_]
    initial: NDArray[np.float64]
    action_mask: NDArray[np.bool_] | None = None
    observations: NDArray[np.int64] | None = None
    noise: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        shape = self.probs.shape
        states, actions, _outcomes = shape
        expected = {"next_states": shape, "rewards": shape, "terminated": shape, "initial": (states,)}
        optional = {"action_mask": (states, actions), "noise": (states, actions), "observations": (states,)}
        expected.update({name: wanted for name, wanted in optional.items() if getattr(self, name) is not None})
        for name, wanted in expected.items():
            if getattr(self, name).shape != wanted:
                raise ValueError(f"{name} must have shape {wanted}, got {getattr(self, name).shape}")
        if self.next_states.dtype.kind not in "iu":
            raise ValueError(f"next_states must be integers, got {self.next_states.dtype}")
        if self.observations is not None and (self.observations.dtype.kind not in "iu" or self.observations.min() < 0):
            raise ValueError(f"observations must be integers of at least 0, got {self.observations}")
        if not np.isfinite(self.rewards).all():
            raise ValueError("rewards must be finite")
        if self.noise is not None and not (np.isfinite(self.noise) & (self.noise >= 0)).all():
            raise ValueError("noise must be finite standard deviations of at least 0")
        if self.action_mask is not None and not self.action_mask.any(axis=1).all():
            state = int(self.action_mask.any(axis=1).argmin())
            raise ValueError(f"action_mask must allow an action in every state, got none in state {state}")
        _require_distribution("probs", self.probs)
        _require_distribution("initial", self.initial)
        outside = (self.next_states < 0) | (self.next_states >= states)
        if outside.any():
            place = tuple(int(i) for i in np.argwhere(outside)[0])
            raise ValueError(f"next_states must be in [0, {states}), got {self.next_states[place]} at {place}")

    @property
    def observation_count(self) -> int:
        """How many observations there are, numbered from 0."""
        return len(self.initial) if self.observations is None else int(self.observations.max()) + 1


def _require_distribution(name: str, probs: NDArray[np.float64]) -> None:
    bad = ~(probs >= 0).all(axis=-1) | ~(np.abs(probs.sum(axis=-1) - 1) <= 1e-9)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f"{name} must be probabilities that sum to 1, got {probs[place]} at {place}")


def cumulative(probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulative sums along the last axis, to find the outcome that a uniform in [0, 1) falls on.

    From the last possible outcome on they are 1, whatever the rounding: the outcome is the number of sums that are
    not above the uniform, and it is never an impossible one.

    Examples
    --------
    >>> cumulative(np.array([0.25, 0.75, 0.0]))
    array([0.25, 1.  , 1.  ])
    """
    sums = np.cumsum(probs, axis=-1)
    last = probs.shape[-1] - 1 - (probs[..., ::-1] > 0).argmax(axis=-1)
    return np.where(np.arange(probs.shape[-1]) >= last[..., np.newaxis], 1.0, sums)


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
        Where there is no such model, or a row of it is no distribution; the row is named.

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
        raise ValueError(f"{env} has no P and initial_state_distrib to compile")
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
        mask = np.array([model.action_mask(s) for s in range(states)], dtype=np.bool_)
    return Table(probs, next_states, rewards, terminated, np.asarray(initial, dtype=np.float64), mask)
