"""What the learners that keep a table of action values have in common: the arrays, the act, the counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Discrete
from numpy.typing import ArrayLike, NDArray

from agents.decision import Decision
from boltzmann import Policy
from boltzmann.notation import Expression

__all__ = ["TabularAgent"]


class TabularAgent(Expression):
    """A table of action values for every replicate, and a policy that reads the rows of it.

    A learner is a dataclass over this class whose first field is its ``policy``; it says how ``update`` changes the
    values. Parameters are its fields, and its ``repr``. What ``reset`` makes is no part of its ``repr`` or equality.

    Attributes
    ----------
    values : array of shape (R, S, K)
        Action values, made by ``reset``.
    visits : array of int, shape (R, S, K)
        How often each action was taken in each state.
    allowed : array of bool, shape (R, S, K), or None
        What the masks seen so far have allowed; None until there is one.
    step : int
        How many updates there have been, which is the step that schedules read.
    """

    policy: Policy
    values: NDArray[np.float64]
    visits: NDArray[np.int64]
    allowed: NDArray[np.bool_] | None
    step: int

    def __post_init__(self) -> None:
        if not callable(self.policy):
            raise TypeError(f"policy must be a policy, such as Boltzmann(0.1), got {self.policy!r}")

    def reset(
        self,
        num_envs: int,
        observation_space: Space[Any],
        action_space: Space[Any],
        rng: np.random.Generator,
    ) -> None:
        """Forget everything and make the arrays for ``num_envs`` replicates.

        Raises
        ------
        TypeError, ValueError
            For spaces that are not ``Discrete`` from 0, of a single environment, and for what is no Generator.
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, got {rng!r}")
        states = _count("observation_space", observation_space)
        actions = _count("action_space", action_space)
        self._rng = rng
        if num_envs < 1:
            raise ValueError(f"num_envs must be at least 1, got {num_envs}")
        self._rows = np.arange(num_envs)
        self.values = np.full((num_envs, states, actions), self._initial_value(), dtype=np.float64)
        self.visits = np.zeros((num_envs, states, actions), dtype=np.int64)
        self.allowed = None
        self.step = 0

    def act(self, observations: ArrayLike, where: ArrayLike | None = None) -> Decision:
        """Draw one action a replicate from the policy's distribution; nothing is learnt by it.

        Parameters
        ----------
        observations : array of int, shape (R,)
            The states.
        where : array of bool, shape (R, K), optional
            The allowed actions.

        Raises
        ------
        ValueError
            For observations that are not R states of the table; the row is named.
        """
        place = (self._rows, self._checked("observations", observations, self.values.shape[1]))
        distribution = self.policy(self.values[place], step=self.step, visits=self.visits[place], where=where)
        if where is not None:
            if self.allowed is None:
                self.allowed = np.ones(self.values.shape, dtype=np.bool_)
            self.allowed[place] = where
        return Decision(distribution.sample(self._rng), distribution)

    def _initial_value(self) -> float:
        return 0.0

    def _best(self, observations: ArrayLike) -> NDArray[np.float64]:
        """Give the largest value in each replicate's state, over the actions allowed there; shape (R,)."""
        place = (self._rows, self._checked("next_observations", observations, self.values.shape[1]))
        if self.allowed is None:
            return np.asarray(self.values[place].max(axis=-1))
        return np.asarray(np.max(self.values[place], axis=-1, where=self.allowed[place], initial=-np.inf))

    def _count_visits(self, observations: ArrayLike, actions: ArrayLike) -> tuple[NDArray[Any], ...]:
        """Count one more step and visit; give the place in the tables of each replicate's state and action."""
        place = self._place(observations, actions)
        self.visits[place] += 1
        self.step += 1
        return place

    def _place(self, observations: ArrayLike, actions: ArrayLike) -> tuple[NDArray[Any], ...]:
        _, states, count = self.values.shape
        states_seen = self._checked("observations", observations, states)
        return self._rows, states_seen, self._checked("actions", actions, count)

    def _checked(self, name: str, value: ArrayLike, count: int) -> NDArray[np.int64]:
        """Check one index in [0, count) a replicate: a negative one would be read from the end of a table."""
        array = np.asarray(value)
        if array.dtype.kind not in "iu" or array.shape != self._rows.shape:
            raise ValueError(
                f"{name} must be integers of shape {self._rows.shape}, got {array.dtype} of shape {array.shape}"
            )
        indices = array.astype(np.int64, copy=False)
        # Read without its sign a negative index is a huge one: one comparison serves both bounds.
        if indices.view(np.uint64).max(initial=0) >= count:
            row = int(np.argmax((indices < 0) | (indices >= count)))
            raise ValueError(f"{name} must be in [0, {count}), got {indices[row]} in row {row}")
        return indices

    def _checked_rewards(self, rewards: ArrayLike) -> NDArray[np.float64]:
        array = np.asarray(rewards, dtype=np.float64)
        if array.shape != self._rows.shape or not np.isfinite(array).all():
            raise ValueError(f"rewards must be finite numbers of shape {self._rows.shape}, got {rewards!r}")
        return array


def _count(name: str, space: Space[Any]) -> int:
    if not isinstance(space, Discrete):
        raise TypeError(f"{name} must be Discrete for a table of values, got {space}")
    if space.start != 0:
        raise ValueError(f"{name} must start at 0, got {space}")
    return int(space.n)
