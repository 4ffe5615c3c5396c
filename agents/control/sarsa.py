"""Sarsa: learning from the action that is taken next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import Space
from numpy.typing import ArrayLike, NDArray

from agents.control.one_step import TemporalDifference
from agents.decision import Decision

Floats = NDArray[np.float64]


@dataclass(repr=False)
class Sarsa(TemporalDifference):
    """Sarsa: bootstraps from Q(s', a'), a' being the action that is taken next.

    Rummery & Niranjan, "On-line Q-learning using connectionist systems", 1994; Sutton & Barto, "Reinforcement
    Learning", 2nd ed., section 6.4. As there, a' is drawn when s' is reached, from values and visits before the
    update; the next ``act`` then takes it, and its ``Decision`` holds the distribution that it was drawn from, which
    is that of the step at which it acts. Where the episode is truncated in s', a' is drawn all the same, since that
    transition bootstraps, and is never taken: the next episode's first action is drawn afresh. So it is where the mask
    that comes with s' is not the one known when a' was drawn.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Uniform
    >>> agent = Sarsa(Uniform(), step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [10.0, 20.0]
    >>> agent.update([0], [0], [0.0], [1], terminated=[False], truncated=[False])
    >>> agent.values[:, 0, 0], agent.act([1]).actions
    (array([20.]), array([1]))
    """

    def reset(
        self,
        num_envs: int,
        observation_space: Space[Any],
        action_space: Space[Any],
        rng: np.random.Generator,
    ) -> None:
        """Forget everything and make the arrays; as :meth:`agents.TabularAgent.reset`."""
        super().reset(num_envs, observation_space, action_space, rng)
        self._next: _Next | None = None

    def act(self, observations: ArrayLike, where: ArrayLike | None = None) -> Decision:
        """Take the actions that were drawn when the states were reached; draw where there are none.

        Parameters and errors are those of :meth:`agents.TabularAgent.act`.
        """
        self._require_reset("act")
        states = self._checked("observations", observations, self.values.shape[1])
        following = self._next
        kept = None if following is None else following.holds(states, where)
        if following is None or kept is None or not kept.any():
            return super().act(states, where)
        told = following.merged(kept, self._told(states))
        distribution = self._distribution(told, where, self.step)
        mask = self._remember(states, where)
        # Drawn for all, so that what one replicate meets does not depend on when the others' episodes end.
        drawn = distribution.sample(self._rng)
        return Decision(np.where(kept, following.actions, drawn), distribution, told["values"], mask)

    def update(
        self,
        observations: ArrayLike,
        actions: ArrayLike,
        rewards: ArrayLike,
        next_observations: ArrayLike,
        terminated: ArrayLike,
        truncated: ArrayLike,
    ) -> None:
        """Learn from one transition a replicate, drawing the action that follows it."""
        super().update(observations, actions, rewards, next_observations, terminated, truncated)
        assert self._next is not None
        self._next.goes_on = ~np.logical_or(terminated, truncated)

    def _bootstrap(self, reached: NDArray[np.int64]) -> Floats:
        told, mask = self._told(reached), self._mask(reached)
        # At the step of the act that takes it.
        actions = self._distribution(told, mask, self.step + 1).sample(self._rng)
        self._next = _Next(reached, actions, told, mask)
        return np.asarray(told["values"][self._rows, actions])

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), **self._rates(), "backup": "next action"}


class _Next:
    """The actions drawn for the states that were reached, and what the policy was told of these."""

    def __init__(
        self,
        states: NDArray[np.int64],
        actions: NDArray[np.int64],
        told: dict[str, Any],
        mask: NDArray[np.bool_] | None,
    ) -> None:
        self.states, self.actions, self.told, self.mask = states, actions, told, mask
        self.goes_on: NDArray[np.bool_] = np.zeros(len(states), dtype=np.bool_)

    def holds(self, states: NDArray[np.int64], where: ArrayLike | None) -> NDArray[np.bool_]:
        """Tell for which rows the draw is good: the same state and mask, within one episode."""
        kept: NDArray[np.bool_] = self.goes_on & (self.states == states)
        if where is None and self.mask is None:
            return kept
        known, now = (np.True_ if mask is None else np.asarray(mask) for mask in (self.mask, where))
        return np.asarray(kept & np.broadcast_to(known == now, self.told["values"].shape).all(axis=-1))

    def merged(self, kept: NDArray[np.bool_], told: dict[str, Any]) -> dict[str, Any]:
        """Give what the policy was told then where the draw is kept, and what is known now elsewhere."""
        if kept.all():
            return self.told
        return {
            name: np.where(kept if now.ndim == 1 else kept[:, np.newaxis], self.told[name], now)
            for name, now in told.items()
        }
