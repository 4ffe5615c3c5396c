"""Bandit learners whose value of an arm is an average of its rewards.

If there are several observations, each has its own averages. The variance of each arm's rewards is computed only
for a policy that reads variances.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike

from agents.bandits.average_learner import AverageLearner
from agents.bandits.variances import ForgettingVariances, RewardVariances
from agents.memory import Entries, PerRow, read
from agents.parameters import rates_at
from agents.return_variances import capped
from agents.tabular import PolicyInputs
from boltzmann import Distribution, InverseTime, Schedule
from boltzmann.bounds import Real
from boltzmann.checks import shown
from boltzmann.laws import LearnerLaw, averaged, moved
from boltzmann.schedules import Scheduled

_NUMBERS = Scheduled("[0, 1]")


@dataclass(frozen=True)
class VisitSchedule:
    """The bound of a step size by the visit count: a callable, whose numbers are checked when they are read."""

    @property
    def text(self) -> str:
        """The interval of its numbers."""
        return _NUMBERS.text

    def check(self, name: str, value: Any) -> Any:
        """Return a callable as it is, or raise."""
        if not callable(value):
            raise TypeError(f"{name} must be a callable of the visit count, got {shown(value)}: try ConstantStep")
        return _NUMBERS.check(name, value)


@dataclass(repr=False)
class SampleAverage(AverageLearner):
    """The sample-average method: Q_n(a) is the mean of the n rewards of action a.

    Q <- Q + (r - Q) / n (Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 2.3). The initial value is the
    value of an action before its first reward, which replaces it. :class:`SampleAverageWithInitial` counts it as an
    observation.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    initial_value : float
        The value of every action before its first reward, in (-inf, inf).

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy, Transition
    >>> agent = SampleAverage(Greedy(), initial_value=5.0)
    >>> agent.reset(2, Discrete(1), Discrete(3), np.random.default_rng(0))
    >>> ends = [False, False]
    >>> for reward in (1.0, 2.0):
    ...     agent.update(Transition([0, 0], [0, 2], [reward, -reward], [0, 0], ends, ends))
    >>> agent.values[:, 0]
    array([[ 1.5,  5. ,  5. ],
           [ 5. ,  5. , -1.5]])
    >>> agent
    SampleAverage(Greedy(), initial_value=5.0)
    """

    def _changes(self, rewards: PerRow, values: PerRow, entries: Entries) -> PerRow:
        return np.asarray((rewards - values) / (read(self.visits, entries) + 1))

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._average_law(averaged, constants={"extra": 0.0})


@dataclass(repr=False)
class SampleAverageWithInitial(AverageLearner):
    """The mean of the initial value and the rewards: the initial value counts as one observation.

    Q <- Q + (r - Q) / (n + 1), so that Q_n = (Q_0 + r_1 + ... + r_n) / (n + 1). An optimistic initial value attracts
    the learner to an action for some time (Sutton & Barto, "Reinforcement Learning", 2nd ed., section 2.6); in
    :class:`SampleAverage` the first reward replaces it.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    initial_value : float
        Observation number 0 of every action, in (-inf, inf).

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy, Transition
    >>> agent = SampleAverageWithInitial(Greedy(), initial_value=5.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [1.0], [0], [False], [False]))
    >>> agent.values[:, 0]
    array([[3., 5.]])
    """

    def _changes(self, rewards: PerRow, values: PerRow, entries: Entries) -> PerRow:
        return np.asarray((rewards - values) / (read(self.visits, entries) + 2))

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._average_law(averaged, constants={"extra": 1.0})


@dataclass(repr=False)
class ConstantStep(AverageLearner):
    """An average that forgets at a constant rate: Q <- Q + step_size (r - Q).

    The weight of the reward n steps ago is step_size (1 - step_size)^n, and that of the initial value
    (1 - step_size)^n after n rewards (Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 2.6).

    A policy that reads variances is told what this memory holds: variances that forget at the same rate, and no more
    visits of an action than (2 - step_size) / step_size, the number of equal weights that average as well.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    step_size : float
        In (0, 1].
    initial_value : float
        The value of every action at first, in (-inf, inf).

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy, Transition
    >>> agent = ConstantStep(Greedy(), initial_value=5.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [1.0], [0], [False], [False]))
    >>> agent.values[:, 0]
    array([[4.6, 5. ]])
    """

    step_size: Annotated[float, Real("(0, 1]")] = field(default=0.1, kw_only=True)

    @property
    def _most_visits(self) -> float:
        return (2.0 - self.step_size) / self.step_size

    def _new_variances(self) -> RewardVariances:
        return ForgettingVariances(self.values.shape, self.step_size)

    def _changes(self, rewards: PerRow, values: PerRow, entries: Entries) -> PerRow:
        return self.step_size * (rewards - values)

    def _distribution(self, inputs: PolicyInputs, where: ArrayLike | None, step: int) -> Distribution:
        if inputs.keys() >= {"variances", "visits"}:
            inputs = {**inputs, "visits": np.minimum(inputs["visits"], self._most_visits)}
        return super()._distribution(inputs, where, step)

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        law = self._average_law(moved, constants={"step_size": self.step_size})
        if law is None or self._variances is None:
            return law
        return replace(law, policy=capped(law.policy, self._most_visits))


@dataclass(repr=False)
class ScheduledStep(AverageLearner):
    """An average whose step size is a function of the visits of the action: Q <- Q + step_size(n) (r - Q).

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    step_size : callable of the visit count
        Maps the earlier visits of an action, 0 at its first reward, to a number in [0, 1]; a schedule of the library
        is given those of all replicates as an array.
        ``InverseTime(1.0, 1.0)``, the default, is 1/n, the sample average.
    initial_value : float
        The value of every action at first, in (-inf, inf). A step size of 1 at the first reward replaces it.

    Raises
    ------
    ValueError
        When learning, for a schedule that leaves [0, 1]: before anything is learnt, but in the compiled loops of
        ``boltzmann.experiments`` after the stretch of steps.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy, Linear, Transition
    >>> agent = ScheduledStep(Greedy(), step_size=Linear(1.0, 0.5, 1))
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> for reward in (4.0, 2.0):
    ...     agent.update(Transition([0], [0], [reward], [0], [False], [False]))
    >>> agent.values[:, 0]
    array([[3., 0.]])
    """

    step_size: Annotated[Schedule, VisitSchedule()] = field(default=InverseTime(1.0, 1.0), kw_only=True)

    def _changes(self, rewards: PerRow, values: PerRow, entries: Entries) -> PerRow:
        return rates_at("step_size", self.step_size, read(self.visits, entries), "[0, 1]") * (rewards - values)

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._average_law(moved, rate=self.step_size)
