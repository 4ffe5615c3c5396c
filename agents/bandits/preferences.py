"""Bandit learners of preferences: numbers without a unit whose softmax is the distribution over arms.

They are policy and learner in one. ``values`` holds the preferences H, all 0 at first, and the distribution is
``Gibbs(H, 1)``. If there are several observations, each has its own preferences and baseline.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from agents.bandits.own_policy import OwnPolicyLearner
from agents.inputs import TableTransition
from agents.memory import PerRow, Values
from agents.tabular import PolicyInputs
from boltzmann import Gibbs
from boltzmann.bounds import Real
from boltzmann.laws import LearnerLaw, PolicyLaw, Results, StepNumber, gibbs_weight


class PreferenceLearner(OwnPolicyLearner):
    """Preferences, and for each state a reference reward, with which rewards are compared."""

    references: Values
    _softmax: ClassVar[PolicyLaw] = PolicyLaw(gibbs_weight, numbers={"temperature": StepNumber(1.0)})

    def _reset_state(self) -> None:
        super()._reset_state()
        self.references = np.zeros(self.values.shape[:2])

    def _distribution(self, inputs: PolicyInputs, where: ArrayLike | None, step: int) -> Gibbs:
        return Gibbs(inputs["values"], 1.0, where=where)


@dataclass(repr=False)
class _GradientLearner(PreferenceLearner):
    """Stochastic gradient ascent on the expected reward; the learners differ in their baseline."""

    step_size: Annotated[float, Real("(0, inf)")] = field(default=0.1, kw_only=True)

    def _learn(self, transition: TableTransition) -> None:
        """Raise the preference for an action that brought more than the baseline; lower the preference for others."""
        entries, rewards = transition.entries, transition.rewards
        rows, states, actions = entries
        inputs = self._policy_inputs(states)
        probs = self._distribution(inputs, self._acted_mask, self.step).probs
        past = self.references[rows, states]
        mean = past + (rewards - past) / (inputs["rounds"] + 1)
        advantages = self.step_size * (rewards - self._baseline(past, mean))
        preferences = inputs["values"] - advantages[:, np.newaxis] * probs
        preferences[rows, actions] += advantages
        self._count_visits(entries)
        self.references[rows, states] = mean
        self.values[rows, states] = preferences

    def _baseline(self, past: PerRow, mean: PerRow) -> PerRow | float:
        """Return the baseline, given the averages of the rewards without and with the current one; a law."""
        raise NotImplementedError

    def _gradient_law(self) -> LearnerLaw:
        """Return the learner as a law."""

        def learn(m: Any, here: Any, reward: Any, future: Any, row: Any) -> Results:
            past = row.references
            mean = past + (reward - past) / (row.rounds + 1.0)
            return {"references": mean, "advantage": row.step_size * (reward - self._baseline(past, mean))}

        constants, reads = {"step_size": self.step_size}, frozenset({"probability"})
        states = {"references": self.references}
        return self._law(self._softmax, learn, states, constants=constants, inputs=reads, spread=_raise_or_lower)


def _raise_or_lower(m: Any, action: Any, row: Any) -> Results:
    """Raise the preference for the chosen action by a positive advantage, and lower the others; a law."""
    lowered = action.values - row.advantage * action.probability
    return {"values": lowered + m.where(action.is_chosen, row.advantage, 0.0)}


@dataclass(repr=False)
class GradientBandit(_GradientLearner):
    """The gradient bandit whose baseline is the average of the rewards before the current one.

    H(b) <- H(b) + step_size (r - baseline) ([b = a] - pi(b)) with pi = softmax H (Sutton & Barto, "Reinforcement
    Learning", 2nd ed., equation 2.12; Williams, "Simple statistical gradient-following algorithms for connectionist
    reinforcement learning", 1992). The baseline leaves out the current reward, so the step is an unbiased estimate of
    the gradient. Before the first reward the baseline is 0, so the first step is large if rewards are far from 0.

    Parameters
    ----------
    step_size : float
        In (0, inf), per unit of reward.

    Examples
    --------
    >>> from boltzmann import Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = GradientBandit(step_size=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> for reward in (4.0, 4.0):
    ...     agent.update(Transition([0], [0], [reward], [0], [False], [False]))
    ...     print(agent.values[:, 0])
    [[ 1. -1.]]
    [[ 1. -1.]]
    """

    def _baseline(self, past: PerRow, mean: PerRow) -> PerRow | float:
        return past

    @property
    def law(self) -> LearnerLaw:
        """The learner as a law."""
        return self._gradient_law()


@dataclass(repr=False)
class GradientBanditIncludingCurrent(_GradientLearner):
    """The gradient bandit whose baseline is the average of all rewards, the current one included.

    It differs from :class:`GradientBandit` in that the first step changes nothing, and each step is (n - 1) / n times
    as long, where n counts the rewards.

    Parameters
    ----------
    step_size : float
        In (0, inf), per unit of reward.

    Examples
    --------
    >>> from boltzmann import Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = GradientBanditIncludingCurrent(step_size=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> for reward in (4.0, 8.0):
    ...     agent.update(Transition([0], [0], [reward], [0], [False], [False]))
    ...     print(agent.values[:, 0])
    [[0. 0.]]
    [[ 0.5 -0.5]]
    """

    def _baseline(self, past: PerRow, mean: PerRow) -> PerRow | float:
        return mean

    @property
    def law(self) -> LearnerLaw:
        """The learner as a law."""
        return self._gradient_law()


@dataclass(repr=False)
class GradientBanditWithoutBaseline(_GradientLearner):
    """The gradient bandit without a baseline: a constant added to all rewards changes the steps.

    It is :class:`GradientBandit` with a baseline of 0. ``references`` still holds the average reward.

    Parameters
    ----------
    step_size : float
        In (0, inf), per unit of reward.

    Examples
    --------
    >>> from boltzmann import Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = GradientBanditWithoutBaseline(step_size=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [4.0], [0], [False], [False]))
    >>> agent.values[:, 0]
    array([[ 1., -1.]])
    """

    def _baseline(self, past: PerRow, mean: PerRow) -> PerRow | float:
        return 0.0

    @property
    def law(self) -> LearnerLaw:
        """The learner as a law."""
        return self._gradient_law()
