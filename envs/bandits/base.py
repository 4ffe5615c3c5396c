"""Shared by all bandits: one law, stepped for one problem or for many.

A subclass states how problems are drawn and what they pay; both forms of the environment use that.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode
from numpy.typing import ArrayLike, NDArray

from envs import batched
from envs.bandits.paying import BanditLaw, pay_normal, pull
from envs.bandits.rendering import RENDER_MODES, picture, text
from envs.batched import Floats, Indices


@dataclass
class Problems:
    """The present state of R bandit problems with K arms.

    Attributes
    ----------
    means : array of shape (R, K)
        Mean reward of each arm.
    noise : float or array of shape (R, K)
        Standard deviation of a reward about its arm's mean; unused where rewards are not normal.
    step : int
        Number of rewards that every problem has paid.
    best : array of shape (R,)
        The largest mean of each problem.
    last : tuple of two arrays of shape (R,), or None
        The arms pulled last and their rewards.
    """

    means: Floats
    noise: float | Floats = 0.0
    step: int = 0

    def __post_init__(self) -> None:
        self.rows = np.arange(len(self.means))
        self._first = self.rows * self.means.shape[1]
        self.last: tuple[Indices, Floats] | None = None
        self.move(self.means)

    def move(self, means: Floats) -> None:
        """Replace the means of the arms."""
        self.means = means
        self.best = means.max(axis=1)

    def pulled(self, arms: Indices) -> Floats:
        """Return the mean of the arm pulled in each problem, shape (R,)."""
        return np.asarray(self.means.take(self._first + arms))

    def best_of(self, arm: int | None) -> Floats:
        """Return the mean of an arm in each problem, or the largest one for None, shape (R,)."""
        return self.best if arm is None else self.means[:, arm]

    def resume(self, steps: int, means: Floats, last: tuple[Indices, Floats]) -> None:
        """Go on after so many rounds, with the means of then and the last arms and rewards."""
        self.step += steps
        self.last = last
        self.move(means)

    def frame(self, mode: str, row: int) -> Any:
        """Return what one problem shows, as text or as an array of shape (height, width, 3)."""
        arm, reward = (None, 0.0) if self.last is None else (int(self.last[0][row]), float(self.last[1][row]))
        return (text if mode == "ansi" else picture)(self.means[row], self.step, arm, reward)


class Bandit(gymnasium.Env[np.int64, np.int64]):
    """A single problem; a subclass states how problems are drawn and what they pay, for any number of problems at once.

    ``draw`` and ``pay`` take as many random numbers for one action as for another. Agents that start from one seed
    therefore meet the same problems and the same noise.

    Parameters
    ----------
    arms : int
        Number of arms.
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns: nothing, a text, or a picture of the means and the last pull.
    """

    metadata: dict[str, Any] = {"render_modes": [*RENDER_MODES], "render_fps": 4}  # noqa: RUF012

    def __init__(self, arms: int, render_mode: str | None = None) -> None:
        if render_mode not in (None, *RENDER_MODES):
            raise ValueError(f"render_mode must be None, 'ansi' or 'rgb_array', got {render_mode!r}")
        self.render_mode = render_mode
        self.arms = arms
        self.observation_space = Discrete(1)
        self.action_space = Discrete(arms)
        self._problems: Problems | None = None

    @abstractmethod
    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw ``count`` new problems."""

    @property
    def law(self) -> BanditLaw:
        """What an arm pays; by default normals about the arm's mean, and the arms do not change."""
        return _NORMAL

    def pay(self, rng: np.random.Generator, problems: Problems, arms: Indices) -> tuple[Floats, Floats]:
        """Return the rewards and gaps of one pull in each problem, both of shape (R,), and advance the problems.

        The ``law`` does. A subclass that replaces this method does not run as compiled loops.
        """
        return pull(self.law, rng, problems, arms)

    @property
    def means(self) -> Floats:
        """The present mean of each arm, shape (K,); empty before the first reset."""
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

    def render(self) -> Any:
        """Show the means of the arms and the last pull; None without a render mode."""
        frames = _frames(self.render_mode, self._problems)
        return None if frames is None else frames[0]


class BanditVector(batched.SameStepVectorEnv):
    """Many independent problems of one kind, stepped at once; one generator serves them all.

    Parameters
    ----------
    num_envs : int
        Number of problems, at least 1.
    **parameters
        Parameters of the single bandit.
    """

    metadata: dict[str, Any] = {**Bandit.metadata, "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012
    single: ClassVar[type[Bandit]]

    def __init__(self, num_envs: int = 1, **parameters: Any) -> None:
        num_envs = batched.whole_number("num_envs", num_envs, 1, batched.MOST_COPIES)
        self._bandit = self.single(**parameters)
        self.render_mode = self._bandit.render_mode
        super().__init__(num_envs, Discrete(1), Discrete(self._bandit.arms))
        self._never = np.zeros(self.num_envs, dtype=np.bool_)
        self._problems: Problems | None = None

    @property
    def means(self) -> Floats:
        """The present mean of each arm, shape (R, K); empty before the first reset."""
        return np.empty((0, 0)) if self._problems is None else self._problems.means

    def reset(  # seed may be a list, as for SyncVectorEnv
        self, *, seed: batched.Seed = None, options: dict[str, Any] | None = None
    ) -> tuple[Indices, dict[str, Any]]:
        """Draw a new problem for every row."""
        batched.refuse_options(options)
        self._seed(seed)
        self._problems = self._bandit.draw(self.np_random, self.num_envs)
        return np.zeros(self.num_envs, dtype=np.int64), {}

    def step(self, actions: ArrayLike) -> tuple[Indices, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Pull one arm of every problem."""
        if self._problems is None:
            raise RuntimeError("reset must be called before step")
        rewards, gaps = _pull(self._bandit, self.np_random, self._problems, actions)
        observations = np.zeros(self.num_envs, dtype=np.int64)
        return observations, rewards, self._never.copy(), self._never.copy(), batched.with_marks({"gap": gaps})

    def render(self) -> tuple[Any, ...] | None:
        """Show each problem, as :meth:`Bandit.render` does; None without a render mode."""
        return _frames(self.render_mode, self._problems)

    @property
    def law(self) -> dict[str, Any] | None:
        """Return the law of the bandit and the arrays that compiled loops step on; None if it has a ``pay`` of its own.

        The loops call ``resume`` with the steps taken, the means, and the last arms and rewards.
        """
        problems, bandit = self._problems, self._bandit
        if type(problems) is not Problems or type(bandit).pay is not Bandit.pay or "pay" in vars(bandit):
            return None
        if problems.means.dtype != np.float64:
            return None
        law = bandit.law
        return {
            "kind": "bandit",
            **law._asdict(),
            "means": np.array(problems.means, order="C"),
            "deviations": np.array(np.broadcast_to(problems.noise, problems.means.shape), dtype=np.float64, order="C"),
            "best": np.array(problems.best_of(law.against)),
            "round": problems.step,
            "rng": self.np_random,
            "resume": problems.resume,
        }


_NORMAL = BanditLaw(pay_normal)


def _pull(bandit: Bandit, rng: np.random.Generator, problems: Problems, actions: ArrayLike) -> tuple[Floats, Floats]:
    """Check the actions, return rewards and gaps, and count the round."""
    arms = batched.action_indices(actions, len(problems.rows), bandit.arms)
    rewards, gaps = bandit.pay(rng, problems, arms)
    problems.step += 1
    problems.last = arms, rewards
    return rewards, gaps


def _frames(mode: str | None, problems: Problems | None) -> tuple[Any, ...] | None:
    if mode is None:
        return None
    if problems is None:
        raise RuntimeError("reset must be called before render")
    return tuple(problems.frame(mode, row) for row in range(len(problems.rows)))
