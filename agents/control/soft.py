"""Tabular control with a softened maximum: soft Q-learning, mellowmax, and Boltzmann softmax updates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np

from agents.backups import Backup, BoltzmannExpectation, MellowmaxValue, SoftValue
from agents.memory import Indices, PerRow, rows_of
from agents.temporal_difference import TemporalDifference
from boltzmann import Boltzmann, Gibbs, InverseTime, Schedule, checks
from boltzmann.bounds import OrNone
from boltzmann.laws import LearnerLaw
from boltzmann.schedules import Scheduled
from boltzmann.thermostats import temperature_law


@dataclass(repr=False)
class _SoftBackupLearner(TemporalDifference):
    """Bootstraps with a backup at its own temperature, or at that of the policy's distribution."""

    temperature: float | Schedule | None = field(default=None, kw_only=True)

    _backup_class: ClassVar[type[SoftValue | MellowmaxValue]]
    _quantity: ClassVar[str]
    """The property of :class:`boltzmann.Gibbs` that is the backup."""

    def _reset_state(self) -> None:
        super()._reset_state()
        self._backup: Backup | None = None if self.temperature is None else self._backup_class(self.temperature)

    def _bootstrap(self, next_states: Indices) -> PerRow:
        mask = self._mask(next_states)
        if self._backup is not None:
            return self._backup(rows_of(self.values, next_states), where=mask, step=self.step)
        inputs = self._policy_inputs(next_states)
        temperature = getattr(self._distribution(inputs, mask, self.step), "temperature", np.nan)
        if np.isnan(temperature).any():
            raise TypeError(f"temperature must be given, since {checks.shown(self.policy)} has none")
        # A policy may make its distribution from other numbers, or around a prior; the backup uses the values.
        gibbs = Gibbs(inputs["values"], temperature, where=mask)
        backups = np.asarray(getattr(gibbs, self._quantity), dtype=np.float64)
        checks.require_all(np.isfinite(backups), f"{self._quantity} at the policy's temperature", "finite", backups)
        return backups

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none, or where only a distribution tells the temperature."""
        temperature = self.temperature
        if temperature is None and type(self.policy) is Boltzmann:
            temperature = self.policy.temperature
        law = None if temperature is None else temperature_law(temperature)
        return None if law is None else self._law_of(self._backup_class.law_at(law))


@dataclass(repr=False)
class SoftQ(_SoftBackupLearner):
    """Soft Q-learning: bootstraps from the soft value T log sum_b exp(Q(s', b) / T), the log-partition times T.

    Haarnoja et al., "Reinforcement learning with deep energy-based policies", 2017, equations 3 to 5, on a table;
    Fox, Pakman & Tishby, "Taming the noise in reinforcement learning via soft updates", 2016, with prior weight 1 for
    each action. The values are those of the reward plus T times the policy's entropy at every later choice. By default
    the temperature is that of the policy's distribution in s' at the step of this transition, so
    ``SoftQ(Boltzmann(T))`` is on-policy.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    temperature : float, callable of the step or None
        In [0, inf). None takes the policy's temperature, and must not be chosen if the policy has none.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Raises
    ------
    ValueError, TypeError
        When learning, if the policy has no temperature, or an infinite one.

    Examples
    --------
    >>> from boltzmann import Boltzmann, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = SoftQ(Boltzmann(1.0), step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [0.0], [1], terminated=[False], truncated=[False]))
    >>> agent.values[:, 0, 0].round(4)  # log 2
    array([0.6931])
    """

    temperature: Annotated[float | Schedule | None, OrNone(Scheduled("[0, inf)"))] = field(default=None, kw_only=True)

    _backup_class = SoftValue
    _quantity = "soft_value"


@dataclass(repr=False)
class MellowmaxQ(_SoftBackupLearner):
    """Q-learning with mellowmax: bootstraps from T log mean_b exp(Q(s', b) / T).

    Asadi & Littman, "An alternative softmax operator for reinforcement learning", 2017; their omega is 1 / T. By
    default the temperature is that of the policy's distribution in s' at the step of this transition. (The paper's
    mellowmax policy has another temperature, at which its expected value is the mellowmax.)

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    temperature : float, callable of the step or None
        In [0, inf]. None takes the policy's temperature, and must not be chosen if the policy has none.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Raises
    ------
    TypeError
        When learning, if the policy has no temperature.

    Examples
    --------
    >>> from boltzmann import EpsilonGreedy, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = MellowmaxQ(EpsilonGreedy(0.1), temperature=1.0, step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [1.0, 3.0]
    >>> agent.update(Transition([0], [0], [0.0], [1], terminated=[False], truncated=[False]))
    >>> agent.values[:, 0, 0].round(4)
    array([2.4338])
    """

    temperature: Annotated[float | Schedule | None, OrNone(Scheduled("[0, inf]"))] = field(default=None, kw_only=True)

    _backup_class = MellowmaxValue
    _quantity = "mellowmax"


@dataclass(repr=False)
class DynamicBoltzmannQ(TemporalDifference):
    """Q-learning with dynamic Boltzmann softmax updates: the Boltzmann expectation at a temperature that falls to 0.

    Bootstraps from sum_b softmax(beta_t Q(s', .))(b) Q(s', b) with a growing beta_t = 1 / T_t (Pan, Cai, Meng, Chen &
    Huang, "Reinforcement learning with dynamic Boltzmann softmax updates", 2020, algorithm 2). At a constant
    temperature the operator is not a non-expansion; as T_t goes to 0 the values converge to the optimal ones.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    temperature : float or callable of the step
        In [0, inf], 1 / beta_t. ``InverseTime(1.0, 1.0)``, the default, is beta_t = 1 + t after t updates.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Examples
    --------
    >>> from boltzmann import EpsilonGreedy, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = DynamicBoltzmannQ(EpsilonGreedy(0.1), step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [1.0, 3.0]
    >>> for _ in range(2):  # beta = 1, then 2
    ...     agent.update(Transition([0], [0], [0.0], [1], terminated=[False], truncated=[False]))
    ...     print(agent.values[:, 0, 0].round(4))
    [2.7616]
    [2.964]
    """

    temperature: Annotated[float | Schedule, Scheduled("[0, inf]")] = field(default=InverseTime(1.0, 1.0), kw_only=True)

    def _reset_state(self) -> None:
        super()._reset_state()
        self._backup = BoltzmannExpectation(self.temperature)

    def _bootstrap(self, next_states: Indices) -> PerRow:
        return self._backup(rows_of(self.values, next_states), where=self._mask(next_states), step=self.step)

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._law_of(BoltzmannExpectation(self.temperature).law)
