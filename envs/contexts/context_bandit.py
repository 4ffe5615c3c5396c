"""Shared by the contextual bandits: one law, stepped for one problem or for many.

A subclass states which contexts come and what the arms pay in them, for any number of problems at once. Episodes never
end, and no action changes which context comes next: each round is a step of its own, which ``one_step`` declares.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode
from numpy.typing import ArrayLike, NDArray

from envs import batched
from envs.batched import Floats


class ContextBandit(gymnasium.Env[Floats, np.int64]):
    """A single problem.

    ``draw``, ``show`` and ``pay`` take as many random numbers for one action as for another, so agents that start from
    one seed meet the same problems, contexts and noise. ``info["gap"]`` is the best arm's mean reward in this context
    less that of the arm pulled.

    Parameters
    ----------
    observation_space : gymnasium.spaces.Box
        Of the features, shape (d,).
    arms : int
        Number of arms.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012
    one_step = True

    def __init__(self, observation_space: Box, arms: int) -> None:
        self.observation_space = observation_space  # type: ignore[assignment]
        self.action_space, self.arms = Discrete(arms), arms
        self._rounds: _Rounds | None = None

    @abstractmethod
    def draw(self, rng: np.random.Generator, count: int) -> Any:
        """Draw what stays the same through all rounds of ``count`` problems, such as the weights of their arms."""

    @abstractmethod
    def show(self, rng: np.random.Generator, problems: Any, count: int) -> tuple[Floats, Floats]:
        """Draw the contexts of a round; return features, shape (count, d), and mean rewards, shape (count, K)."""

    def pay(self, rng: np.random.Generator, means: Floats) -> Floats:
        """Return the rewards of arms with these means, shape (count,); by default the means."""
        return means

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Floats, dict[str, Any]]:
        """Draw a new problem and its first context."""
        super().reset(seed=seed)
        batched.refuse_options(options)
        self._rounds = _Rounds(self, self.np_random, 1)
        return self._rounds.features[0], {}

    def step(self, action: np.int64 | int) -> tuple[Floats, float, bool, bool, dict[str, Any]]:
        """Pull an arm, and see the next context."""
        if self._rounds is None:
            raise RuntimeError("reset must be called before step")
        rewards, gaps = self._rounds.play(np.asarray([action]))
        return self._rounds.features[0], float(rewards[0]), False, False, {"gap": float(gaps[0])}


class ContextBanditVector(batched.SameStepVectorEnv):
    """Many independent problems of one kind, stepped at once; one generator serves them all.

    Parameters
    ----------
    num_envs : int
        Number of problems, at least 1.
    **parameters
        Parameters of the single environment.
    """

    metadata: dict[str, Any] = {**ContextBandit.metadata, "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012
    one_step = True
    single: ClassVar[type[ContextBandit]]

    def __init__(self, num_envs: int = 1, **parameters: Any) -> None:
        num_envs = batched.whole_number("num_envs", num_envs, 1, batched.MOST_COPIES)
        self._bandit = self.single(**parameters)
        super().__init__(num_envs, self._bandit.observation_space, Discrete(self._bandit.arms))
        self._never = np.zeros(self.num_envs, dtype=np.bool_)
        self._rounds: _Rounds | None = None

    def reset(  # observations are features, and seed may be a list
        self, *, seed: batched.Seed = None, options: dict[str, Any] | None = None
    ) -> tuple[Floats, dict[str, Any]]:
        """Draw a new problem for every row, and its first context."""
        batched.refuse_options(options)
        self._seed(seed)
        self._rounds = _Rounds(self._bandit, self.np_random, self.num_envs)
        return self._rounds.features, {}

    def step(self, actions: ArrayLike) -> tuple[Floats, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Pull one arm of every problem, and see the next contexts."""
        if self._rounds is None:
            raise RuntimeError("reset must be called before step")
        rewards, gaps = self._rounds.play(actions)
        info = batched.with_marks({"gap": gaps})
        return self._rounds.features, rewards, self._never.copy(), self._never.copy(), info


class _Rounds:
    """The present contexts of some problems, and what their arms pay in them."""

    def __init__(self, bandit: ContextBandit, rng: np.random.Generator, count: int) -> None:
        self._bandit, self._rng, self._rows = bandit, rng, np.arange(count)
        self._problems = bandit.draw(rng, count)
        self.features, self._means = bandit.show(rng, self._problems, count)

    def play(self, actions: ArrayLike) -> tuple[Floats, Floats]:
        """Return rewards and gaps of one pull in each context, and show the next ones."""
        arms = batched.action_indices(actions, len(self._rows), self._bandit.arms)
        means = self._means[self._rows, arms]
        rewards, gaps = self._bandit.pay(self._rng, means), self._means.max(axis=1) - means
        self.features, self._means = self._bandit.show(self._rng, self._problems, len(self._rows))
        return rewards, gaps
