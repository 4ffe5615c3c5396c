"""Environments of a few numbers, their observations cut into bins: all replicates advance in a few array operations."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from gymnasium.spaces import Discrete
from gymnasium.utils import seeding
from gymnasium.wrappers import DiscretizeObservation
from numpy.typing import ArrayLike, NDArray

from envs import batched
from envs.batched import Floats, Indices
from envs.physics.motions import MotionLaw
from envs.spaces import Thresholds, thresholds_of


class MotionVectorEnv(batched.SameStepVectorEnv):
    """Many copies of CartPole, MountainCar or Acrobot with numbered observations and autoreset in the same step.

    Each row has a generator of its own, as in ``gymnasium.vector.SyncVectorEnv``, and takes the same steps as there.

    Parameters
    ----------
    numbered : gymnasium.wrappers.DiscretizeObservation
        What ``envs.number_observations`` makes of a single environment.
    motion : MotionLaw
        The law of that environment.
    num_envs : int
        Number of copies, at least 1.
    """

    def __init__(self, numbered: DiscretizeObservation[Any, Any, Any], motion: MotionLaw, num_envs: int = 1) -> None:
        observations, actions = numbered.observation_space, numbered.action_space
        assert isinstance(observations, Discrete)
        assert isinstance(actions, Discrete)
        super().__init__(num_envs, observations, actions)
        self.spec, self._actions = numbered.spec, int(actions.n)
        self.max_episode_steps = None if self.spec is None else self.spec.max_episode_steps
        self._motion = motion
        model = numbered.unwrapped
        self._numbers = {name: float(getattr(model, theirs)) for name, theirs in motion.constants.items()}
        self._row = SimpleNamespace(**self._numbers)
        self._thresholds: Thresholds = thresholds_of(numbered)
        self._generators: list[np.random.Generator] = []
        self._state: Floats | None = None
        self._elapsed = np.zeros(self.num_envs, dtype=np.int64)

    def reset(
        self, *, seed: batched.Seed = None, options: dict[str, Any] | None = None
    ) -> tuple[Indices, dict[str, Any]]:
        """Start an episode in every row, or in those that the boolean array ``options["reset_mask"]`` marks."""
        marked = batched.rows_to_reset(options, self.num_envs)
        if seed is not None or not self._generators:
            self._make_generators(seed)
        state = np.zeros((len(self._motion.names), self.num_envs)) if self._state is None else self._state
        rows = np.arange(self.num_envs) if marked is None or self._state is None else np.flatnonzero(marked)
        self._state = state
        self._begin(rows)
        return self._observed(state), {}

    def step(self, actions: ArrayLike) -> tuple[Indices, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Take one action in every row; rows whose episode ends start the next one."""
        if self._state is None:
            raise RuntimeError("reset must be called before step")
        taken = batched.action_indices(actions, self.num_envs, self._actions)
        reached = self._motion.advance(np, self._named(self._state), taken, self._row)
        self._state = np.array([reached[name] for name in self._motion.names])
        self._elapsed += 1
        terminated, limit = np.asarray(reached["ended"]), self.max_episode_steps
        truncated = np.zeros(self.num_envs, dtype=np.bool_) if limit is None else self._elapsed >= limit
        observations, ended = self._observed(self._state), terminated | truncated
        info: dict[str, Any] = {}
        if ended.any():
            info = {"final_obs": observations, "_final_obs": ended}
            rows = np.flatnonzero(ended)
            self._begin(rows)
            observations = observations.copy()
            observations[rows] = self._observed(self._state[:, rows])
        return observations, np.asarray(reached["reward"]), terminated, truncated, info

    @property
    def law(self) -> dict[str, Any] | None:
        """Return the law and the arrays that compiled loops step on; the loops write to ``state`` and ``elapsed``.

        They draw from the generators of the rows themselves, which are ``PCG64``; None for others.
        """
        if not all(isinstance(generator.bit_generator, np.random.PCG64) for generator in self._generators):
            return None
        motion = self._motion
        return {
            "kind": "motion",
            "names": motion.names,
            "uniforms": motion.uniforms,
            "start": motion.start,
            "advance": motion.advance,
            "observe": motion.observe,
            "numbers": self._numbers,
            "state": self._state,
            "elapsed": self._elapsed,
            "limit": self.max_episode_steps or 0,
            "thresholds": self._thresholds,
            "generators": self._generators,
        }

    def _make_generators(self, seed: batched.Seed) -> None:
        """Make a generator for each row from a list of seeds, or from one seed and those that follow it."""
        seeds: list[int | None] = [None] * self.num_envs
        if isinstance(seed, int | np.integer):
            seeds = [first + row for first in batched.checked_seeds(seed, 1) for row in range(self.num_envs)]
        elif seed is not None:
            seeds = [*batched.checked_seeds(seed, self.num_envs)]
        self._generators = [seeding.np_random(each)[0] for each in seeds]

    def _begin(self, rows: Indices) -> None:
        """Start the next episodes of some rows."""
        assert self._state is not None
        uniforms = np.array([self._generators[row].random(self._motion.uniforms) for row in rows])
        start = self._motion.start(np, uniforms.T, self._row)
        self._state[:, rows] = np.array([start[name] for name in self._motion.names])
        self._elapsed[rows] = 0

    def _named(self, state: Floats) -> SimpleNamespace:
        return SimpleNamespace(**dict(zip(self._motion.names, state, strict=True)))

    def _observed(self, state: Floats) -> Indices:
        """Return the numbers of the observations of states, shape (D, R)."""
        numbers = np.zeros(state.shape[1], dtype=np.int64)
        observed = self._motion.observe(np, self._named(state))
        for number, thresholds in zip(observed, self._thresholds, strict=True):
            if thresholds.size:
                numbers *= len(thresholds) + 1
                numbers += np.searchsorted(thresholds, number.astype(np.float32), side="right")
        return numbers
