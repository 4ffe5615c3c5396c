"""Eligibility traces: Sarsa(lambda) and Watkins's Q(lambda), with accumulating and with replacing traces.

A trace says how much a pair is to learn from the present error: it is set when the pair is met, and shrinks by
discount times ``trace_decay`` (lambda) a step. Each update goes over the whole table of each replicate. All pairs learn
with the step size of the pair just met.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gymnasium import Space
from numpy.typing import ArrayLike, NDArray

from agents.control.one_step import QLearning, TemporalDifference, maximum
from agents.control.sarsa import Sarsa
from agents.memory import Place
from boltzmann import checks

Floats = NDArray[np.float64]


@dataclass(repr=False)
class _Traced(TemporalDifference):
    """Spreads each error over the pairs met before, by their traces."""

    trace_decay: float = field(default=0.9, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.trace_decay = checks.number("trace_decay", self.trace_decay, least=0, most=1)

    def reset(
        self,
        num_envs: int,
        observation_space: Space[Any],
        action_space: Space[Any],
        rng: np.random.Generator,
    ) -> None:
        """Forget everything and make the arrays; as :meth:`agents.TabularAgent.reset`."""
        super().reset(num_envs, observation_space, action_space, rng)
        self.traces = np.zeros_like(self.values)

    def update(
        self,
        observations: ArrayLike,
        actions: ArrayLike,
        rewards: ArrayLike,
        next_observations: ArrayLike,
        terminated: ArrayLike,
        truncated: ArrayLike,
    ) -> None:
        """Learn from one transition a replicate; traces end with their episode."""
        super().update(observations, actions, rewards, next_observations, terminated, truncated)
        self.traces[np.logical_or(terminated, truncated)] = 0.0

    def _learn(self, place: Place, targets: Floats, step_sizes: float | Floats) -> None:
        values = self.values[place]
        changes = np.asarray(step_sizes * (targets - values))
        self.traces *= self._decay(place, values)
        self._meet(place)
        self.values += changes[:, np.newaxis, np.newaxis] * self.traces
        self._tell_changes(place, changes)

    def _decay(self, place: Place, values: Floats) -> float | Floats:
        """Give the factor of the traces at an act, before its own pair is met."""
        return self.discount * self.trace_decay

    def _meet(self, place: Place) -> None:
        self.traces[place] += 1.0


class _Replacing(_Traced):
    def _meet(self, place: Place) -> None:
        self.traces[place] = 1.0


@dataclass(repr=False)
class SarsaLambda(_Traced, Sarsa):
    """Sarsa(lambda) with accumulating traces: a pair met again adds 1 to what is left of its trace.

    Rummery & Niranjan, 1994; Sutton & Barto, "Reinforcement Learning", 2nd ed., section 12.7 with binary features.
    With ``trace_decay=0`` it is :class:`agents.Sarsa`.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    trace_decay : float
        Lambda, in [0, 1].
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Attributes
    ----------
    traces : array of shape (R, S, K)
        Made by ``reset``.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy
    >>> agent = SarsaLambda(Greedy(), step_size=0.5, discount=1.0, trace_decay=0.5)
    >>> agent.reset(1, Discrete(3), Discrete(1), np.random.default_rng(0))
    >>> agent.update([0], [0], [0.0], [1], terminated=[False], truncated=[False])
    >>> agent.update([1], [0], [8.0], [2], terminated=[True], truncated=[False])
    >>> agent.values[0, :, 0]
    array([2., 4., 0.])
    """


@dataclass(repr=False)
class SarsaLambdaReplacing(_Replacing, Sarsa):
    """Sarsa(lambda) with replacing traces: a pair met again has the trace 1.

    Singh & Sutton, "Reinforcement learning with replacing eligibility traces", 1996; the traces of the state's other
    actions are left as they are. Parameters, attributes and errors are those of :class:`SarsaLambda`.

    Examples
    --------
    >>> from boltzmann import Greedy
    >>> SarsaLambdaReplacing(Greedy(), trace_decay=0.5)
    SarsaLambdaReplacing(Greedy(), trace_decay=0.5)
    """


@dataclass(repr=False)
class QLambda(_Traced, QLearning):
    """Watkins's Q(lambda) with accumulating traces, which an action that is not greedy cuts.

    Watkins, "Learning from delayed rewards", 1989; Sutton & Barto, "Reinforcement Learning", 2nd ed., section 12.10.
    Errors reach back only over actions that the greedy policy might have taken: one of less than the largest allowed
    value ends all traces before its own begins. With ``trace_decay=0`` it is :class:`agents.QLearning`.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    trace_decay : float
        Lambda, in [0, 1].
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Attributes
    ----------
    traces : array of shape (R, S, K)
        Made by ``reset``.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Uniform
    >>> agent = QLambda(Uniform(), step_size=0.5, discount=1.0, trace_decay=0.5)
    >>> agent.reset(2, Discrete(3), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [0.0, -1.0]
    >>> agent.update([0, 0], [0, 0], [0.0, 0.0], [1, 1], terminated=[False, False], truncated=[False, False])
    >>> agent.update([1, 1], [0, 1], [8.0, 8.0], [2, 2], terminated=[True, True], truncated=[False, False])
    >>> agent.values[:, 0, 0]  # the second replicate's last action was no greedy one
    array([2., 0.])
    """

    def _decay(self, place: Place, values: Floats) -> float | Floats:
        return _watkins(self, place, values)


@dataclass(repr=False)
class QLambdaReplacing(_Replacing, QLearning):
    """Watkins's Q(lambda) with replacing traces; the rest is as in :class:`QLambda`.

    Examples
    --------
    >>> from boltzmann import Greedy
    >>> QLambdaReplacing(Greedy(), trace_decay=0.5)
    QLambdaReplacing(Greedy(), trace_decay=0.5)
    """

    def _decay(self, place: Place, values: Floats) -> float | Floats:
        return _watkins(self, place, values)


def _watkins(agent: _Traced, place: Place, values: Floats) -> Floats:
    rows, states, _ = place
    best = maximum(agent.values[rows, states], where=agent._mask(states))
    decay = agent.discount * agent.trace_decay
    return np.asarray(np.where(values == best, decay, 0.0))[:, np.newaxis, np.newaxis]
