"""One-step learners of control: Q-learning, expected Sarsa, and one step with any backup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from agents.backups import Backup, Maximum, expected_under
from agents.memory import Indices, PerRow, rows_of
from agents.temporal_difference import TemporalDifference
from boltzmann.bounds import Instance
from boltzmann.laws import LearnerLaw, expectation, own_law

maximum = Maximum()


@dataclass(repr=False)
class BackupLearning(TemporalDifference):
    """Temporal-difference learning with any backup.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    backup : Backup
        Maps the values of the next state to the value to bootstrap from, such as ``Maximum()``, which makes this
        learner :class:`QLearning`. It is called with ``where`` and ``step``.
    step_size, discount, initial_value
        As for :class:`QLearning`.

    Examples
    --------
    >>> from agents.backups import MellowmaxValue
    >>> from boltzmann import Greedy
    >>> BackupLearning(Greedy(), MellowmaxValue(0.5), discount=0.9)
    BackupLearning(Greedy(), MellowmaxValue(0.5), discount=0.9)
    """

    backup: Annotated[Backup, Instance("a backup", "Maximum()")]

    def _bootstrap(self, next_states: Indices) -> PerRow:
        return self.backup(rows_of(self.values, next_states), where=self._mask(next_states), step=self.step)

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy or its backup has none."""
        return self._law_of(own_law(self.backup))


@dataclass(repr=False)
class QLearning(TemporalDifference):
    """Q-learning: Q(s, a) <- Q(s, a) + step_size (r + discount max_b Q(s', b) - Q(s, a)).

    Watkins & Dayan, "Q-learning", 1992; Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 6.8. The maximum
    is over the actions that the masks seen so far allow in s'. A transition that terminates does not bootstrap; one
    that is truncated does.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    step_size : float or callable of the visit count
        In (0, 1]. A callable maps the earlier visits of each state and action to numbers in [0, 1].
    discount : float
        In [0, 1], per step.
    initial_value : float
        The value of every action in every state at first, in (-inf, inf).

    Examples
    --------
    >>> import numpy as np
    >>> from boltzmann import Boltzmann, Linear, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = QLearning(Boltzmann(Linear(1.0, 0.01, 5000)), step_size=0.5, discount=0.9)
    >>> agent
    QLearning(Boltzmann(Linear(1.0, 0.01, 5000)), step_size=0.5, discount=0.9)
    >>> agent.reset(2, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [0.0, 10.0]
    >>> ends = {"terminated": [True, False], "truncated": [False, True]}
    >>> agent.update(Transition([0, 0], [0, 0], [1.0, 1.0], [1, 1], **ends))
    >>> agent.values[:, 0, 0]
    array([0.5, 5. ])
    """

    def _bootstrap(self, next_states: Indices) -> PerRow:
        return maximum(rows_of(self.values, next_states), where=self._mask(next_states))

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._law_of(Maximum.law)


@dataclass(repr=False)
class ExpectedSarsa(TemporalDifference):
    """Expected Sarsa: bootstraps from the expected value under the acting policy, sum_b pi(b | s') Q(s', b).

    Van Seijen et al., "A theoretical and empirical analysis of expected Sarsa", 2009; Sutton & Barto, "Reinforcement
    Learning", 2nd ed., equation 6.9. The policy is called as it was for the act: its schedule at the step of this
    transition, with the values and visits before the update. With ``Greedy()`` the learner is :class:`QLearning`.

    Parameters
    ----------
    policy : Policy
        Maps the values to the distribution that acts and that the expectation is over, such as ``Boltzmann(0.1)``.
    step_size, discount, initial_value
        As for :class:`QLearning`.

    Examples
    --------
    >>> import numpy as np
    >>> from boltzmann import EpsilonGreedy, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = ExpectedSarsa(EpsilonGreedy(0.5), step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [1.0, 3.0]
    >>> agent.update(Transition([0], [0], [0.0], [1], terminated=[False], truncated=[False]))
    >>> agent.values[:, 0, 0]
    array([2.5])
    """

    def _bootstrap(self, next_states: Indices) -> PerRow:
        inputs, mask = self._policy_inputs(next_states), self._mask(next_states)
        return expected_under(self._distribution(inputs, mask, self.step), inputs["values"], mask)

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._law_of(expectation(own_law(self.policy)))
