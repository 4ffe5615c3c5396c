"""What all bandits have in common: one law, stepped for one problem or for many."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from envs import batched

Floats = NDArray[np.float64]


@dataclass
class Problems:
    """So many bandit problems as they stand now.

    Attributes
    ----------
    means : array of shape (R, K)
        What each arm pays on average, in units of the reward.
    noise : float or array of shape (R, K)
        Standard deviation of a reward about its arm's mean; unused where rewards are no normals.
    step : int
        How many rewards every problem has paid.
    best : array of shape (R,)
        The largest mean of each problem.
    """

    means: Floats
    noise: float | Floats = 0.0
    step: int = 0

    def __post_init__(self) -> None:
        self.rows = np.arange(len(self.means))
        self._first = self.rows * self.means.shape[1]
        self.move(self.means)

    def move(self, means: Floats) -> None:
        """Let the arms have other means from now on."""
        self.means = means
        self.best = means.max(axis=1)

    def pulled(self, arms: NDArray[np.int64]) -> Floats:
        """Means of the arms pulled, one a problem; shape (R,)."""
        return np.asarray(self.means.take(self._first + arms))


class Bandit(gymnasium.Env[np.int64, np.int64]):
    """A single problem; its subclasses say how problems are drawn and what they pay, for any number at once.

    ``draw`` and ``pay`` take from the generator as many numbers for one action as for another, so that agents that
    start from one seed meet the same problems and the same luck.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 (as Gymnasium declares it)

    def __init__(self, arms: int) -> None:
        self.arms = arms
        self.observation_space = Discrete(1)
        self.action_space = Discrete(arms)
        self._problems: Problems | None = None

    @abstractmethod
    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw so many new problems."""

    def pay(self, rng: np.random.Generator, problems: Problems, arms: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Give the rewards and gaps of one pull in each problem, both of shape (R,), and let the problems go on.

        What is usual: a normal about the arm's mean, and arms that stay as they are.
        """
        means, noise = problems.pulled(arms), problems.noise
        if not isinstance(noise, float | int):
            noise = noise[problems.rows, arms]
        return means + noise * rng.standard_normal(len(means)), problems.best - means

    def pay_zeros_and_ones(
        self, rng: np.random.Generator, problems: Problems, arms: NDArray[np.int64]
    ) -> tuple[Floats, Floats]:
        """Pay 1 with the arm's probability: rng.random() is below 1, so probability 1 always pays and 0 never."""
        means = problems.pulled(arms)
        return (rng.random(len(means)) < means).astype(np.float64), problems.best - means

    @property
    def means(self) -> Floats:
        """What each arm pays on average now, shape (K,); empty before the first reset."""
        return np.empty(0) if self._problems is None else self._problems.means[0]

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.int64, dict[str, Any]]:
        """Draw a new problem."""
        super().reset(seed=seed)
        batched.refuse_options(options)
        self._problems = self.draw(self.np_random, 1)
        return np.int64(0), {}

    def step(self, action: np.int64 | int) -> tuple[np.int64, float, bool, bool, dict[str, Any]]:
        """Pull an arm."""
        if self._problems is None:
            raise RuntimeError("reset must be called before step")
        rewards, gaps = _pull(self, self.np_random, self._problems, np.asarray([action]))
        return np.int64(0), float(rewards[0]), False, False, {"gap": float(gaps[0])}


class BanditVector(VectorEnv[NDArray[np.int64], ArrayLike, NDArray[Any]]):
    """Many independent problems of one kind, stepped at once; one generator serves them all.

    Parameters
    ----------
    num_envs : int
        How many problems, at least 1.
    **parameters
        Of the single bandit.
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012
    single: ClassVar[type[Bandit]]

    def __init__(self, num_envs: int = 1, **parameters: Any) -> None:
        self.num_envs = batched.require_whole("num_envs", num_envs, least=1)
        self._one = self.single(**parameters)
        self.single_observation_space = self._one.observation_space
        self.single_action_space = self._one.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._never = np.zeros(self.num_envs, dtype=np.bool_)
        self._problems: Problems | None = None

    @property
    def means(self) -> Floats:
        """What each arm pays on average now, shape (R, K); empty before the first reset."""
        return np.empty((0, 0)) if self._problems is None else self._problems.means

    def reset(  # a list of seeds too, as SyncVectorEnv takes it
        self, *, seed: batched.Seed = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """Draw a new problem for every row."""
        batched.refuse_options(options)
        if seed is not None:
            self.np_random = batched.generator_from(seed, self.num_envs)
        self._problems = self._one.draw(self.np_random, self.num_envs)
        return np.zeros(self.num_envs, dtype=np.int64), {}

    def step(
        self, actions: ArrayLike
    ) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Pull one arm of every problem."""
        if self._problems is None:
            raise RuntimeError("reset must be called before step")
        rewards, gaps = _pull(self._one, self.np_random, self._problems, actions)
        observations = np.zeros(self.num_envs, dtype=np.int64)
        return observations, rewards, self._never.copy(), self._never.copy(), {"gap": gaps}

    def stretch_form(self) -> dict[str, Any] | None:
        """Say how bandits are stepped that stay as they are and pay normals, or 0 and 1; None for others."""
        problems, pay = self._problems, type(self._one).pay
        if type(problems) is not Problems or pay not in (Bandit.pay, Bandit.pay_zeros_and_ones):
            return None
        return {
            "kind": "bandit",
            "means": np.ascontiguousarray(problems.means, dtype=np.float64),
            "noise": np.array(np.broadcast_to(problems.noise, problems.means.shape), dtype=np.float64, order="C"),
            "best": np.ascontiguousarray(problems.best, dtype=np.float64),
            "binary": pay is Bandit.pay_zeros_and_ones,
            "rng": self.np_random,
        }


def _pull(bandit: Bandit, rng: np.random.Generator, problems: Problems, actions: ArrayLike) -> tuple[Floats, Floats]:
    arms = batched.action_indices(actions, len(problems.rows), bandit.arms)
    rewards, gaps = bandit.pay(rng, problems, arms)
    problems.step += 1
    return rewards, gaps


def count_arms(arms: int | None, given: Floats | None, usual: int = 10) -> int:
    """Say how many arms there are: as many as are given, else ``arms``, else the usual number."""
    count = None if arms is None else batched.require_whole("arms", arms, least=1)
    if given is None:
        return usual if count is None else count
    if count not in (None, given.shape[-1]):
        raise ValueError(f"arms must be the number of columns given, {given.shape[-1]}, got {arms}")
    return int(given.shape[-1])


def require_row(name: str, value: object, least: float = -np.inf, most: float = np.inf) -> Floats | None:
    """Return ``value`` as a row of finite floats in [least, most]; None stays None."""
    return None if value is None else _finite(name, value, 1, "a row of numbers", least, most)


def require_rows(name: str, value: object) -> Floats | None:
    """Return ``value`` as rows, of equal length, of finite floats; None stays None."""
    return None if value is None else _finite(name, value, 2, "rows of numbers, all of one length", -np.inf, np.inf)


def _finite(name: str, value: object, dimensions: int, shape: str, least: float, most: float) -> Floats:
    try:
        array = np.array(value)
    except ValueError as error:
        raise ValueError(f"{name} must be {shape}, got {value!r}") from error
    if array.dtype.kind not in "iuf" or array.ndim != dimensions or not array.size:
        raise ValueError(f"{name} must be {shape}, got {value!r}")
    numbers: Floats = array.astype(np.float64)
    bad = ~(np.isfinite(numbers) & (numbers >= least) & (numbers <= most))
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        bounds = "" if least == -np.inf else f" in [{least:g}, {most:g}]"
        raise ValueError(f"{name} must be finite numbers{bounds}, got {numbers[place]} at {place}")
    return numbers
