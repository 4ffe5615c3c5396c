"""Any table as a batched Gymnasium environment: all replicates advance in a few array operations."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Discrete
from numpy.typing import ArrayLike, NDArray

from envs import batched
from envs.batched import Floats, Indices
from envs.tables.solving import optimal_gaps
from envs.tables.table import Table, cumulative, observation_space

_FEW_OUTCOMES = 16
"""Up to this number of outcomes, a loop over outcomes is faster than a row of cumulative sums for each replicate."""


class TabularVectorEnv(batched.SameStepVectorEnv):
    """Many independent copies of a table, with a time limit and autoreset in the same step.

    ``info["final_obs"]`` holds the observation that every row moved to. ``info["_final_obs"]`` marks the rows whose
    episode ended there; the returned observation of those rows is the start of the next episode. With a discount,
    ``info["gap"]`` is V*(s) - Q*(s, a) of the actions just taken, without regard to the time limit. If the table has
    a mask, ``info["action_mask"]`` is the mask of the returned observations. ``info["final_info"]`` repeats the gap of
    the rows whose episode ended, and has the mask of the states in which they ended. As in Gymnasium's own vector
    environments, ``"_gap"`` and ``"_action_mask"`` mark the rows that have one.

    Parameters
    ----------
    table : Table
        The model.
    num_envs : int
        Number of copies, at least 1.
    max_episode_steps : int, optional
        An episode is truncated after this number of steps, at least 1; never by default.
    discount : float, optional
        Discount of the gaps, in [0, 1]; without it there are none.
    boards : bool
        Whether the boards of the table are observed, instead of numbers.

    Examples
    --------
    >>> import gymnasium
    >>> from envs import compile_table
    >>> table = compile_table(gymnasium.make("FrozenLake-v1", is_slippery=False))
    >>> env = TabularVectorEnv(table, 2, max_episode_steps=100, discount=0.9)
    >>> env.reset(seed=0)
    (array([0, 0]), {})
    >>> observations, rewards, terminated, truncated, info = env.step([1, 0])  # down; left, into the wall
    >>> observations
    array([4, 0])
    >>> info["gap"].round(3)  # V* is 0.9^5 here; a lost step costs a tenth of that
    array([0.   , 0.059])
    """

    def __init__(
        self,
        table: Table,
        num_envs: int = 1,
        *,
        max_episode_steps: int | None = None,
        discount: float | None = None,
        boards: bool = False,
    ) -> None:
        states, self._actions, self._outcomes = table.probs.shape
        super().__init__(num_envs, observation_space(table, boards=boards), Discrete(self._actions))
        self.table = table
        self._boards = table.boards if boards else None
        if max_episode_steps is not None:
            max_episode_steps = batched.whole_number("max_episode_steps", max_episode_steps, least=1)
        self.max_episode_steps = max_episode_steps
        self._cumulative = cumulative(table.probs).reshape(states * self._actions, self._outcomes)
        self._levels = np.ascontiguousarray(self._cumulative.T[:-1])
        self._cumulative_initial = cumulative(table.initial)
        # A probability may round to 1 while others are above 0, so the entries above 0 are counted.
        self._one_start = np.count_nonzero(table.initial) == 1
        self._first_start = int(np.searchsorted(self._cumulative_initial, 0.0, side="right"))
        self._next_states = table.next_states.ravel().astype(np.int64)
        self._rewards = table.rewards.ravel()
        self._terminated = table.terminated.ravel().astype(np.bool_)
        self._noise = None if table.noise is None else table.noise.ravel()
        self._gaps = None if discount is None else optimal_gaps(table, discount).ravel()
        self._states: Indices | None = None
        self._elapsed = np.zeros(self.num_envs, dtype=np.int64)
        self._rows = np.arange(self.num_envs)

    def reset(  # seed may be a list, as for SyncVectorEnv
        self, *, seed: batched.Seed = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[Any], dict[str, Any]]:
        """Start an episode in every row, or in those that the boolean array ``options["reset_mask"]`` marks."""
        marked = batched.rows_to_reset(options, self.num_envs)
        if marked is not None and (seed is not None or self._states is None):
            raise ValueError("reset_mask must follow a reset of all rows, and have no seed: all rows share a generator")
        if marked is None:
            self._seed(seed)
            # Starts, outcomes and reward noise have separate streams, so that draws of one do not change the others.
            # A single start, or a single outcome of every pair, needs no draw.
            self._start_rng, self._noise_rng = self.np_random.spawn(2)
        rows = self._rows if marked is None else np.flatnonzero(marked)
        states = np.zeros(self.num_envs, dtype=np.int64) if self._states is None else self._states.copy()
        states[rows] = self._start_states(self._draw_starts(), rows)
        self._states = states
        self._elapsed[rows] = 0
        return self._observations(states), batched.with_marks(self._masks(states), marked)

    def step(self, actions: ArrayLike) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Take one action in every row; rows whose episode ends start the next one."""
        if self._states is None:
            raise RuntimeError("reset must be called before step")
        pairs = self._states * self._actions + batched.action_indices(actions, self.num_envs, self._actions)
        entries = pairs if self._outcomes == 1 else pairs * self._outcomes + self._draw_outcomes(pairs)
        next_states, terminated = self._next_states.take(entries), self._terminated.take(entries)
        rewards = self._rewards.take(entries)
        if self._noise is not None:
            rewards = rewards + self._noise[pairs] * self._noise_rng.standard_normal(self.num_envs)
        self._elapsed += 1
        if self.max_episode_steps is None:
            truncated = np.zeros(self.num_envs, dtype=np.bool_)
        else:
            truncated = self._elapsed >= self.max_episode_steps
        gaps = {} if self._gaps is None else {"gap": self._gaps.take(pairs)}
        ended = terminated | truncated
        (rows,) = ended.nonzero()
        # Every row draws at every step, so that the start of a row does not depend on when other episodes end.
        starts = self._draw_starts()
        self._states = next_states
        last: dict[str, Any] = {}
        if rows.size:
            told = {**gaps, **self._masks(next_states)}
            last = {"final_obs": self._observations(next_states), "final_info": batched.with_marks(told, ended)}
            last |= {"_final_obs": ended, "_final_info": ended.copy()}
            self._states = next_states.copy()
            self._states[rows] = self._start_states(starts, rows)
            self._elapsed[rows] = 0
        info = batched.with_marks({**gaps, **self._masks(self._states)})
        return self._observations(self._states), rewards, terminated, truncated, {**info, **last}

    def _draw_outcomes(self, pairs: Indices) -> Indices:
        """Draw an outcome for each pair by inverting its cumulative sums; no uniform reaches the last sum, 1."""
        uniform = self.np_random.random(self.num_envs)
        if self._outcomes > _FEW_OUTCOMES:
            return np.asarray(np.count_nonzero(self._cumulative[pairs] <= uniform[:, np.newaxis], axis=1))
        # Booleans are added fastest as bytes, and so few outcomes fit into them.
        outcomes = np.zeros(len(pairs), dtype=np.uint8)
        for level in self._levels:
            outcomes += (level.take(pairs) <= uniform).view(np.uint8)
        return outcomes.astype(np.int64)

    @property
    def law(self) -> dict[str, Any] | None:
        """Return the arrays that compiled loops step on; the loops write to ``states`` and ``elapsed``.

        It is None where boards are observed, which no table of values takes.
        """
        if self._boards is not None:
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
            "starts": self._start_rng,
            "rewarding": self._noise_rng,
        }

    def _observations(self, states: Indices) -> NDArray[Any]:
        if self._boards is not None:
            return self._boards[states]
        return states.copy() if self.table.observations is None else self.table.observations[states]

    def _draw_starts(self) -> Floats | None:
        """Draw a uniform for each row; None if there is only one start."""
        return None if self._one_start else self._start_rng.random(self.num_envs)

    def _start_states(self, uniform: Floats | None, rows: Indices) -> Indices | int:
        """Return the states in which the next episodes of some rows start."""
        if uniform is None:
            return self._first_start
        states = np.searchsorted(self._cumulative_initial, uniform[rows], side="right")
        return states.astype(np.int64, copy=False)

    def _masks(self, states: Indices) -> dict[str, NDArray[Any]]:
        """Return the masks of states as an info, empty without masks."""
        return {} if self.table.action_mask is None else {"action_mask": self.table.action_mask[states]}
