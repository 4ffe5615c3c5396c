"""Bandit learners that hold preferences: numbers that mean nothing but which arm to take, by their softmax.

They are policy and learner in one. ``values`` holds the preferences H, all 0 at first, and the distribution is
``Gibbs(H, 1)``. Where there are several observations, each has preferences and a baseline of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gymnasium import Space
from numpy.typing import ArrayLike, NDArray

from agents.tabular import TabularAgent
from boltzmann import Gibbs, checks
from boltzmann.arrays import LARGEST

Floats = NDArray[np.float64]


class Preferences(TabularAgent):
    """Preferences, and a reference reward for each state that rewards are compared with."""

    references: Floats

    def reset(
        self,
        num_envs: int,
        observation_space: Space[Any],
        action_space: Space[Any],
        rng: np.random.Generator,
    ) -> None:
        """Forget everything and make the arrays; as :meth:`agents.TabularAgent.reset`."""
        super().reset(num_envs, observation_space, action_space, rng)
        self.references = np.full(self.values.shape[:2], self._initial_reference())

    def _initial_reference(self) -> float:
        return 0.0

    def _distribution(self, told: dict[str, Any], where: ArrayLike | None, step: int) -> Gibbs:
        return Gibbs(told["values"], 1.0, where=where)


class _Gradient(Preferences):
    """Stochastic gradient ascent on the expected reward; the learners differ in their baseline."""

    step_size: float

    def __post_init__(self) -> None:
        self.step_size = checks.number("step_size", self.step_size, least=0, most=LARGEST, open_below=True)

    def update(
        self,
        observations: ArrayLike,
        actions: ArrayLike,
        rewards: ArrayLike,
        next_observations: ArrayLike,
        terminated: ArrayLike,
        truncated: ArrayLike,
    ) -> None:
        """Raise the preference for an action that brought more than the baseline, lower it for one that did not."""
        received = self._checked_rewards(rewards)
        self._check_ends(terminated, truncated)
        place = self._place(observations, actions)
        rows, states, chosen = place
        told = self._told(states)
        probs = self._distribution(told, self._mask(states), self.step).probs
        past = self.references[rows, states]
        mean = past + (received - past) / (told["visits"].sum(axis=-1) + 1)
        advantages = self.step_size * (received - self._baseline(past, mean))
        preferences = told["values"] - advantages[:, np.newaxis] * probs
        preferences[rows, chosen] += advantages
        self._count_visits(place)
        self.references[rows, states] = mean
        self.values[rows, states] = preferences

    def _baseline(self, past: Floats, mean: Floats) -> Floats | float:
        """Choose between the average of the rewards before the current one and that including it."""
        raise NotImplementedError


@dataclass(repr=False)
class GradientBandit(_Gradient):
    """The gradient bandit, its baseline the average of the rewards before the current one.

    H(b) <- H(b) + step_size (r - baseline) ([b = a] - pi(b)) with pi = softmax H (Sutton & Barto, "Reinforcement
    Learning", 2nd ed., equation 2.12; Williams, "Simple statistical gradient-following algorithms for connectionist
    reinforcement learning", 1992). The current reward is no part of its own baseline, so the step is an unbiased
    estimate of the gradient; before the first reward the baseline is 0, which makes the first step large where rewards
    are far from 0.

    Parameters
    ----------
    step_size : float
        Above 0, per unit of reward.

    Raises
    ------
    ValueError, TypeError
        For a step size out of its bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> agent = GradientBandit(step_size=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> for reward in (4.0, 4.0):
    ...     agent.update([0], [0], [reward], [0], [False], [False])
    ...     print(agent.values[:, 0])
    [[ 1. -1.]]
    [[ 1. -1.]]
    """

    step_size: float = field(default=0.1, kw_only=True)

    def _baseline(self, past: Floats, mean: Floats) -> Floats | float:
        return past


@dataclass(repr=False)
class GradientBanditIncludingCurrent(_Gradient):
    """The gradient bandit, its baseline the average of all rewards, the current one included.

    As :class:`GradientBandit`, with the average up to and including the current reward for a baseline: the first step
    changes nothing, and each step is (n - 1) / n times as long, n counting the rewards.

    Parameters
    ----------
    step_size : float
        Above 0, per unit of reward.

    Raises
    ------
    ValueError, TypeError
        For a step size out of its bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> agent = GradientBanditIncludingCurrent(step_size=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> for reward in (4.0, 8.0):
    ...     agent.update([0], [0], [reward], [0], [False], [False])
    ...     print(agent.values[:, 0])
    [[0. 0.]]
    [[ 0.5 -0.5]]
    """

    step_size: float = field(default=0.1, kw_only=True)

    def _baseline(self, past: Floats, mean: Floats) -> Floats | float:
        return mean


@dataclass(repr=False)
class GradientBanditWithoutBaseline(_Gradient):
    """The gradient bandit without a baseline: what rewards have in common pushes the preferences about.

    As :class:`GradientBandit` with a baseline of 0. ``references`` keeps the average reward all the same.

    Parameters
    ----------
    step_size : float
        Above 0, per unit of reward.

    Raises
    ------
    ValueError, TypeError
        For a step size out of its bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> agent = GradientBanditWithoutBaseline(step_size=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update([0], [0], [4.0], [0], [False], [False])
    >>> agent.values[:, 0]
    array([[ 1., -1.]])
    """

    step_size: float = field(default=0.1, kw_only=True)

    def _baseline(self, past: Floats, mean: Floats) -> Floats | float:
        return 0.0
