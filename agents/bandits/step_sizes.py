"""Learners for bandits: the value of an arm is an average of what it paid.

Where there are several observations, each has averages of its own. The variance of each arm's rewards is computed only
for a policy that reads variances.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.bandits.averages import Average
from agents.memory import Place, taken
from agents.parameters import scheduled
from boltzmann import InverseTime, Schedule, checks


@dataclass(repr=False)
class SampleAverage(Average):
    """The sample-average method: Q_n(a) is the mean of the n rewards that action a has brought.

    Q <- Q + (r - Q) / n (Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 2.3). The first reward replaces
    the initial value: it says what an action not yet taken is worth, and no more. :class:`SampleAverageWithInitial`
    counts it as an observation.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    initial_value : float
        Of every action before its first reward; finite.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy
    >>> agent = SampleAverage(Greedy(), initial_value=5.0)
    >>> agent.reset(2, Discrete(1), Discrete(3), np.random.default_rng(0))
    >>> nothing = np.zeros(2, dtype=bool)
    >>> for reward in (1.0, 2.0):
    ...     agent.update([0, 0], [0, 2], [reward, -reward], [0, 0], nothing, nothing)
    >>> agent.values[:, 0]
    array([[ 1.5,  5. ,  5. ],
           [ 5. ,  5. , -1.5]])
    >>> agent
    SampleAverage(Greedy(), initial_value=5.0)
    """

    def _change_towards(
        self, received: NDArray[np.float64], values: NDArray[np.float64], place: Place
    ) -> NDArray[np.float64]:
        return np.asarray((received - values) / (taken(self.visits, place) + 1))

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), "extra": 0.0}


@dataclass(repr=False)
class SampleAverageWithInitial(Average):
    """The mean of the initial value and the rewards: the initial value counts as one observation.

    Q <- Q + (r - Q) / (n + 1), so that Q_n = (Q_0 + r_1 + ... + r_n) / (n + 1). An optimistic initial value goes on
    drawing the learner to an action for some time (Sutton & Barto, "Reinforcement Learning", 2nd ed., section 2.6),
    where in :class:`SampleAverage` one reward wipes it out.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    initial_value : float
        Of every action, and its observation number 0; finite.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy
    >>> agent = SampleAverageWithInitial(Greedy(), initial_value=5.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update([0], [0], [1.0], [0], [False], [False])
    >>> agent.values[:, 0]
    array([[3., 5.]])
    """

    def _change_towards(
        self, received: NDArray[np.float64], values: NDArray[np.float64], place: Place
    ) -> NDArray[np.float64]:
        return np.asarray((received - values) / (taken(self.visits, place) + 2))

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), "extra": 1.0}


@dataclass(repr=False)
class ConstantStep(Average):
    """An average that forgets at a constant rate: Q <- Q + step_size (r - Q).

    The weight of the reward n steps ago is step_size (1 - step_size)^n, and that of the initial value
    (1 - step_size)^n after n rewards (Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 2.6).

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    step_size : float
        In (0, 1].
    initial_value : float
        Of every action; finite.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy
    >>> agent = ConstantStep(Greedy(), initial_value=5.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update([0], [0], [1.0], [0], [False], [False])
    >>> agent.values[:, 0]
    array([[4.6, 5. ]])
    """

    step_size: float = field(default=0.1, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.step_size = checks.number("step_size", self.step_size, least=0, most=1, open_below=True)

    def _change_towards(
        self, received: NDArray[np.float64], values: NDArray[np.float64], place: Place
    ) -> NDArray[np.float64]:
        return self.step_size * (received - values)

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), "step_size": self.step_size}


@dataclass(repr=False)
class ScheduledStep(Average):
    """An average whose step size follows how often the action was taken: Q <- Q + step_size(n) (r - Q).

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    step_size : callable of the visit count
        Gives numbers in [0, 1] for an array of how often each action had been taken before: 0 at its first reward.
        ``InverseTime(1.0, 1.0)``, the default, is 1/n, the sample average.
    initial_value : float
        Of every action; finite. A step size of 1 at the first reward replaces it.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds, and for a schedule that leaves [0, 1], before anything is learnt from it; in
        the compiled loops of ``boltzmann.experiments`` after the stretch of steps that it is in.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy, Linear
    >>> agent = ScheduledStep(Greedy(), step_size=Linear(1.0, 0.5, 1))
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> for reward in (4.0, 2.0):
    ...     agent.update([0], [0], [reward], [0], [False], [False])
    >>> agent.values[:, 0]
    array([[3., 0.]])
    """

    step_size: Schedule = field(default=InverseTime(1.0, 1.0), kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.step_size):
            raise TypeError(
                f"step_size must be a callable of the visit count, got {self.step_size!r}: try ConstantStep"
            )

    def _change_towards(
        self, received: NDArray[np.float64], values: NDArray[np.float64], place: Place
    ) -> NDArray[np.float64]:
        return scheduled("step_size", self.step_size, taken(self.visits, place), most=1.0) * (received - values)

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), "step_size": self.step_size}
