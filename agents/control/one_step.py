"""Tabular control: learners that bootstrap from the values of the next state.

They share one step: Q(s, a) <- Q(s, a) + step_size (r + discount backup(Q(s', .)) - Q(s, a)), and differ in the
backup. Backups are over the actions allowed in s', as far as masks have been seen there. A transition that terminates
does not bootstrap; one that is truncated does.

A step size is a number in (0, 1], or a callable of how often the action had been taken in the state before, an array
of 0 at first: ``InverseTime(1.0, 1.0)`` is 1/n. Schedules of temperatures read ``step``, the updates so far, as the
policy's do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.backups import Backup, Maximum, expected_under
from agents.memory import Place, rows_of, taken
from agents.parameters import finite, number_or_schedule, require_made, scheduled
from agents.tabular import PolicyAgent
from boltzmann import Policy, Schedule, checks
from boltzmann.policies import inputs_read_by

Floats = NDArray[np.float64]


@dataclass(repr=False)
class TemporalDifference(PolicyAgent):
    """What the learners of control have in common: parameters, and the step; they say what is bootstrapped from."""

    policy: Policy
    step_size: float | Schedule = field(default=0.1, kw_only=True)
    discount: float = field(default=0.99, kw_only=True)
    initial_value: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if "variances" in inputs_read_by(self.policy):
            raise ValueError(
                f"policy must not read variances of rewards, which only averages keep, got {self.policy!r}"
            )
        self.step_size = number_or_schedule("step_size", self.step_size, most=1)
        self.discount = checks.number("discount", self.discount, least=0, most=1)
        self.initial_value = finite("initial_value", self.initial_value)

    def _initial_value(self) -> float:
        return self.initial_value

    def update(
        self,
        observations: ArrayLike,
        actions: ArrayLike,
        rewards: ArrayLike,
        next_observations: ArrayLike,
        terminated: ArrayLike,
        truncated: ArrayLike,
    ) -> None:
        """Learn from one transition a replicate."""
        # All arguments are read before anything is changed.
        received = self._checked_rewards(rewards)
        self._check_ends(terminated, truncated)
        reached = self._checked("next_observations", next_observations, self.values.shape[1])
        place = self._place(observations, actions)
        step_sizes = self._step_sizes(place)
        bootstrap = np.where(terminated, 0.0, self.discount * self._bootstrap(reached))
        self._count_visits(place)
        self._learn(place, received + bootstrap, step_sizes)

    def _bootstrap(self, reached: NDArray[np.int64]) -> Floats:
        """Give the value of the state that each replicate has reached; shape (R,), or (2, R) where there are two."""
        raise NotImplementedError

    def _learn(self, place: Place, targets: Floats, step_sizes: float | Floats) -> None:
        """Move the values of the places towards their targets."""
        values = taken(self.values, place)
        self._change(place, values, step_sizes * (targets - values))

    def _rates(self) -> dict[str, Any]:
        return {"step_size": self.step_size, "discount": self.discount}

    def _step_sizes(self, place: Place) -> float | Floats:
        if not callable(self.step_size):
            return self.step_size
        return scheduled("step_size", self.step_size, taken(self.visits, place), most=1.0)


@dataclass(repr=False)
class BackupLearning(TemporalDifference):
    """Temporal-difference learning with any backup.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    backup : Backup
        What turns the next state's values into the number to bootstrap from: ``Maximum()`` makes it
        :class:`QLearning`. It is called with ``where`` and ``step``.
    step_size, discount, initial_value
        As for :class:`QLearning`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from agents.backups import MellowmaxValue
    >>> from boltzmann import Greedy
    >>> BackupLearning(Greedy(), MellowmaxValue(0.5), discount=0.9)
    BackupLearning(Greedy(), MellowmaxValue(0.5), discount=0.9)
    """

    backup: Backup

    def __post_init__(self) -> None:
        super().__post_init__()
        require_made("backup", self.backup, "Maximum()")

    def _bootstrap(self, reached: NDArray[np.int64]) -> Floats:
        return self.backup(rows_of(self.values, reached), where=self._mask(reached), step=self.step)


@dataclass(repr=False)
class QLearning(TemporalDifference):
    """Q-learning: Q(s, a) <- Q(s, a) + step_size (r + discount max_b Q(s', b) - Q(s, a)).

    Watkins & Dayan, "Q-learning", 1992; Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 6.8. The maximum
    is over the actions allowed in s', as far as masks have been seen there. A transition that terminates does not
    bootstrap; one that is truncated does.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    step_size : float or callable of the visit count
        In (0, 1]; a callable gives numbers in [0, 1] for how often each action had been taken in its state before.
    discount : float
        In [0, 1], per step.
    initial_value : float
        Of every action in every state.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Boltzmann, Linear
    >>> agent = QLearning(Boltzmann(Linear(1.0, 0.01, 5000)), step_size=0.5, discount=0.9)
    >>> agent
    QLearning(Boltzmann(Linear(1.0, 0.01, 5000)), step_size=0.5, discount=0.9)
    >>> agent.reset(2, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [0.0, 10.0]
    >>> agent.update([0, 0], [0, 0], [1.0, 1.0], [1, 1], terminated=[True, False], truncated=[False, True])
    >>> agent.values[:, 0, 0]
    array([0.5, 5. ])
    """

    def _bootstrap(self, reached: NDArray[np.int64]) -> Floats:
        return maximum(rows_of(self.values, reached), where=self._mask(reached))

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), **self._rates(), "backup": "maximum"}


maximum = Maximum()


@dataclass(repr=False)
class ExpectedSarsa(TemporalDifference):
    """Expected Sarsa: bootstraps from what the policy that acts expects, sum_b pi(b | s') Q(s', b).

    Van Seijen et al., "A theoretical and empirical analysis of expected Sarsa", 2009; Sutton & Barto, "Reinforcement
    Learning", 2nd ed., equation 6.9. The policy is asked as it stood when it acted: its schedule at the step of this
    transition, the values and visits before the update. With ``Greedy()`` it is Q-learning.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions, and what expects.
    step_size, discount, initial_value
        As for :class:`QLearning`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import EpsilonGreedy
    >>> agent = ExpectedSarsa(EpsilonGreedy(0.5), step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [1.0, 3.0]
    >>> agent.update([0], [0], [0.0], [1], terminated=[False], truncated=[False])
    >>> agent.values[:, 0, 0]
    array([2.5])
    """

    def _bootstrap(self, reached: NDArray[np.int64]) -> Floats:
        told, mask = self._told(reached), self._mask(reached)
        return expected_under(self._distribution(told, mask, self.step), told["values"], mask)

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), **self._rates(), "backup": "policy expectation"}
