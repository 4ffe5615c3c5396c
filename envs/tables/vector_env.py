"""Any table as a batched Gymnasium environment: all replicates advance in a few array operations."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from envs import batched
from envs.tables.solving import optimal_gaps
from envs.tables.table import Table, cumulative

_FEW_OUTCOMES = 16
"""Up to so many outcomes of a pair each is compared on its own, for all replicates at once."""


class TabularVectorEnv(VectorEnv[NDArray[np.int64], ArrayLike, NDArray[Any]]):
    """Many independent copies of a table, with a time limit and autoreset in the same step.

    ``info["final_obs"]`` holds the state that every row moved to, and ``info["_final_obs"]`` marks the rows whose
    episode ended there and whose observation is therefore the start of the next one. ``info["gap"]`` is
    V*(s) - Q*(s, a) of the actions just taken, where a discount is given; it does not know of the time limit.
    ``info["action_mask"]`` is that of the observations, where the table has one.

    Parameters
    ----------
    table : Table
        The model.
    num_envs : int
        How many copies, at least 1.
    max_episode_steps : int, optional
        After so many steps an episode is truncated; never by default.
    discount : float, optional
        In [0, 1], for the gaps.

    Raises
    ------
    ValueError
        For parameters out of their bounds, and for an action that is none.

    Examples
    --------
    >>> import gymnasium
    >>> from envs import compile_table
    >>> table = compile_table(gymnasium.make("FrozenLake-v1", is_slippery=False))
    >>> env = TabularVectorEnv(table, 2, max_episode_steps=100, discount=0.9)
    >>> env.reset(seed=0)
    (array([0, 0]), {})
    >>> observations, rewards, terminated, truncated, info = env.step([1, 0])  # down, and left against the wall
    >>> observations
    array([4, 0])
    >>> info["gap"].round(3)  # V* is 0.9^5 here, and the lost step costs a tenth of it
    array([0.   , 0.059])
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012

    def __init__(
        self,
        table: Table,
        num_envs: int = 1,
        *,
        max_episode_steps: int | None = None,
        discount: float | None = None,
    ) -> None:
        self.table = table
        self.num_envs = batched.require_whole("num_envs", num_envs, least=1)
        if max_episode_steps is not None:
            max_episode_steps = batched.require_whole("max_episode_steps", max_episode_steps, least=1)
        self.max_episode_steps = max_episode_steps
        states, self._actions, self._outcomes = table.probs.shape
        self.single_observation_space = Discrete(table.observation_count)
        self.single_action_space = Discrete(self._actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._cumulative = cumulative(table.probs).reshape(states * self._actions, self._outcomes)
        self._levels = np.ascontiguousarray(self._cumulative.T[:-1])
        self._cumulative_initial = cumulative(table.initial)
        # Not where a probability has rounded to 1: others may be above 0.
        self._one_start = np.count_nonzero(table.initial) == 1
        self._next_states = table.next_states.ravel().astype(np.int64)
        self._rewards = table.rewards.ravel()
        self._terminated = table.terminated.ravel().astype(np.bool_)
        self._noise = None if table.noise is None else table.noise.ravel()
        self._gaps = None if discount is None else optimal_gaps(table, discount).ravel()
        self._states: NDArray[np.int64] | None = None
        self._elapsed = np.zeros(self.num_envs, dtype=np.int64)
        self._rows = np.arange(self.num_envs)

    def reset(  # a list of seeds too, as SyncVectorEnv takes it
        self, *, seed: batched.Seed = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """Start an episode in every row."""
        batched.refuse_options(options)
        if seed is not None:
            self.np_random = batched.generator_from(seed, self.num_envs)
        # Starts have a stream of their own, and so has the noise of the rewards: what there is to draw of one leaves
        # the others as they are. Where there is but one start, or one outcome of every pair, none of it is drawn.
        self._starts, self._rewarding = self.np_random.spawn(2)
        self._states = self._started(self._drawn_starts(), self._rows)
        self._elapsed[:] = 0
        return self._observed(self._states), self._masks({})

    def step(
        self, actions: ArrayLike
    ) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Take one action in every row; rows whose episode ends start the next one."""
        if self._states is None:
            raise RuntimeError("reset must be called before step")
        pairs = self._states * self._actions + batched.action_indices(actions, self.num_envs, self._actions)
        entries = pairs if self._outcomes == 1 else pairs * self._outcomes + self._drawn_outcomes(pairs)
        next_states, terminated = self._next_states.take(entries), self._terminated.take(entries)
        rewards = self._rewards.take(entries)
        if self._noise is not None:
            rewards = rewards + self._noise[pairs] * self._rewarding.standard_normal(self.num_envs)
        self._elapsed += 1
        if self.max_episode_steps is None:
            truncated = np.zeros(self.num_envs, dtype=np.bool_)
        else:
            truncated = self._elapsed >= self.max_episode_steps
        info: dict[str, Any] = {} if self._gaps is None else {"gap": self._gaps.take(pairs)}
        ended = terminated | truncated
        # For every row at every step, so that one row's start does not depend on when the others' episodes end.
        starts = self._drawn_starts()
        self._states = next_states
        if ended.any():
            info["final_obs"], info["_final_obs"] = self._observed(next_states), ended
            rows = np.flatnonzero(ended)
            self._states = next_states.copy()
            self._states[rows] = self._started(starts, rows)
            self._elapsed[rows] = 0
        return self._observed(self._states), rewards, terminated, truncated, self._masks(info)

    def _drawn_outcomes(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Invert the cumulative sums of the pairs; the last one is 1, which no uniform reaches."""
        uniform = self.np_random.random(self.num_envs)
        if self._outcomes > _FEW_OUTCOMES:
            return np.asarray(np.count_nonzero(self._cumulative[pairs] <= uniform[:, np.newaxis], axis=1))
        places = np.zeros(len(pairs), dtype=np.int64)
        for level in self._levels:
            places += level.take(pairs) <= uniform
        return places

    def stretch_form(self) -> dict[str, Any] | None:
        """Say how the table is stepped: its arrays, of which ``states`` and ``elapsed`` are written to."""
        if self.table.action_mask is not None and self.table.observations is not None:
            return None
        return {
            "kind": "table",
            "states": self._states,
            "elapsed": self._elapsed,
            "limit": self.max_episode_steps or 0,
            "cumulative": self._cumulative,
            "next_states": self._next_states,
            "rewards": self._rewards,
            "terminated": self._terminated,
            "gaps": self._gaps,
            "initial": self._cumulative_initial,
            "one_start": self._one_start,
            "mask": self.table.action_mask,
            "observations": self.table.observations,
            "noise": self._noise,
            "rng": self.np_random,
            "starts": self._starts,
            "rewarding": self._rewarding,
        }

    def _observed(self, states: NDArray[np.int64]) -> NDArray[np.int64]:
        return states.copy() if self.table.observations is None else self.table.observations[states]

    def _drawn_starts(self) -> NDArray[np.float64]:
        """Draw a uniform for each row, where the start of an episode hangs on it."""
        return np.zeros(self.num_envs) if self._one_start else self._starts.random(self.num_envs)

    def _started(self, uniform: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the states in which episodes of some rows start."""
        found = np.searchsorted(self._cumulative_initial, uniform[rows], side="right")
        return found.astype(np.int64, copy=False)

    def _masks(self, info: dict[str, Any]) -> dict[str, Any]:
        if self.table.action_mask is not None:
            info["action_mask"] = self.table.action_mask[self._states]
        return info
