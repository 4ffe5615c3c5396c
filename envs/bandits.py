"""Bandits: environments of one state whose episodes never end.

Each ``reset`` draws a new problem. The only observation is 0. ``info["gap"]`` says how much the action just taken
gives away, in the units of the reward: the best mean less the mean of the arm pulled.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from envs import _batched

__all__ = ["GaussianBandit", "GaussianBanditVector"]


class GaussianBandit(gymnasium.Env[np.int64, np.int64]):
    """The k-armed testbed of Sutton & Barto ("Reinforcement Learning", 2nd ed., section 2.3).

    Parameters
    ----------
    arms : int
        How many, at least 1.
    mean, spread : float
        The arms' means are drawn from N(mean, spread^2) at each reset.
    noise : float
        Standard deviation of a reward about its arm's mean, at least 0.

    Raises
    ------
    ValueError
        For parameters out of their bounds, and for an action that is no arm.

    Examples
    --------
    >>> env = GaussianBandit(arms=3, noise=0.0)
    >>> observation, info = env.reset(seed=0)
    >>> int(observation), env.means.round(3)
    (0, array([ 0.126, -0.132,  0.64 ]))
    >>> observation, reward, terminated, truncated, info = env.step(0)
    >>> round(reward, 3), round(info["gap"], 3), terminated, truncated
    (0.126, 0.515, False, False)
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 (as Gymnasium declares it)

    def __init__(self, arms: int = 10, mean: float = 0.0, spread: float = 1.0, noise: float = 1.0) -> None:
        self.arms = _batched.require_whole("arms", arms, least=1)
        self.mean = _batched.require_finite("mean", mean)
        self.spread = _batched.require_finite("spread", spread, least=0)
        self.noise = _batched.require_finite("noise", noise, least=0)
        self.observation_space = Discrete(1)
        self.action_space = Discrete(self.arms)
        self.means: NDArray[np.float64] = np.empty(0)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.int64, dict[str, Any]]:
        """Draw a new problem."""
        super().reset(seed=seed)
        _batched.refuse_options(options)
        self.means = self.np_random.normal(self.mean, self.spread, self.arms)
        return np.int64(0), {}

    def step(self, action: np.int64 | int) -> tuple[np.int64, float, bool, bool, dict[str, Any]]:
        """Pull an arm."""
        if not len(self.means):
            raise RuntimeError("reset must be called before step")
        (arm,) = _batched.action_indices(np.asarray([action]), 1, self.arms)
        reward = self.np_random.normal(self.means[arm], self.noise)
        return np.int64(0), float(reward), False, False, {"gap": float(self.means.max() - self.means[arm])}


class GaussianBanditVector(VectorEnv[NDArray[np.int64], ArrayLike, NDArray[Any]]):
    """Many independent :class:`GaussianBandit` problems, stepped at once.

    One generator serves them all. It draws one normal a problem and step, whatever the actions: agents that start
    from the same seed meet the same problems and the same noise.

    Parameters
    ----------
    num_envs : int
        How many problems, at least 1.
    arms, mean, spread, noise
        As for :class:`GaussianBandit`.

    Examples
    --------
    >>> env = GaussianBanditVector(2, arms=3)
    >>> observations, info = env.reset(seed=[1, 2])
    >>> observations, env.means.shape
    (array([0, 0]), (2, 3))
    >>> _, rewards, _, _, info = env.step(env.means.argmax(axis=1))
    >>> info["gap"]
    array([0., 0.])
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012

    def __init__(
        self, num_envs: int = 1, *, arms: int = 10, mean: float = 0.0, spread: float = 1.0, noise: float = 1.0
    ) -> None:
        self.num_envs = _batched.require_whole("num_envs", num_envs, least=1)
        self._one = GaussianBandit(arms, mean, spread, noise)
        self.single_observation_space = self._one.observation_space
        self.single_action_space = self._one.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._rows = np.arange(self.num_envs)
        self._never = np.zeros(self.num_envs, dtype=np.bool_)
        self.means: NDArray[np.float64] = np.empty((0, 0))

    def reset(  # a list of seeds too, as SyncVectorEnv takes it
        self, *, seed: _batched.Seed = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """Draw a new problem for every row."""
        _batched.refuse_options(options)
        if seed is not None:
            self.np_random = _batched.generator_from(seed, self.num_envs)
        self.means = self.np_random.normal(self._one.mean, self._one.spread, (self.num_envs, self._one.arms))
        self._best = self.means.max(axis=1)
        return np.zeros(self.num_envs, dtype=np.int64), {}

    def step(
        self, actions: ArrayLike
    ) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Pull one arm of every problem."""
        if not len(self.means):
            raise RuntimeError("reset must be called before step")
        means = self.means[self._rows, _batched.action_indices(actions, self.num_envs, self._one.arms)]
        rewards = means + self._one.noise * self.np_random.standard_normal(self.num_envs)
        observations = np.zeros(self.num_envs, dtype=np.int64)
        return observations, rewards, self._never.copy(), self._never.copy(), {"gap": self._best - means}
