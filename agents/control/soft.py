"""Tabular control with a softened maximum: soft Q-learning, mellowmax, and Boltzmann softmax updates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.backups import Backup, BoltzmannExpectation, MellowmaxValue, SoftValue
from agents.control.one_step import TemporalDifference
from agents.memory import rows_of
from boltzmann import Boltzmann, Gibbs, InverseTime, Schedule, checks

Floats = NDArray[np.float64]


@dataclass(repr=False)
class _Soft(TemporalDifference):
    """A backup at a temperature of its own, or at that of the policy's distribution."""

    temperature: float | Schedule | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.temperature is not None:
            # The backup knows its bounds.
            made: Any = self._backup(self.temperature)
            self.temperature = made.temperature

    def _bootstrap(self, reached: NDArray[np.int64]) -> Floats:
        told, mask = self._told(reached), self._mask(reached)
        if self.temperature is not None:
            return self._backup(self.temperature)(told["values"], where=mask, step=self.step)
        distribution = self._distribution(told, mask, self.step)
        heat = getattr(distribution, "temperature", None)
        if heat is None:
            raise TypeError(f"temperature must be given, since {self.policy!r} has none")
        # Of the values themselves: a policy may make its distribution of other numbers, or around a prior.
        found = np.asarray(getattr(Gibbs(told["values"], heat, where=mask), self._quantity), dtype=np.float64)
        checks.require_all(np.isfinite(found), f"{self._quantity} at the policy's temperature", "finite", found)
        return found

    def _own_temperature(self) -> Any:
        """Give the backup's temperature, or that of a policy that is a softmax at one; None where it is neither."""
        if self.temperature is not None:
            return self.temperature
        return self.policy.temperature if type(self.policy) is Boltzmann else None

    # What the backup is called in boltzmann.Gibbs, and how it is made.
    _quantity = ""

    def _backup(self, temperature: float | Schedule) -> Backup:
        raise NotImplementedError


@dataclass(repr=False)
class SoftQ(_Soft):
    """Soft Q-learning: bootstraps from the soft value T log sum_b exp(Q(s', b) / T), the log-partition times T.

    Haarnoja et al., "Reinforcement learning with deep energy-based policies", 2017, equations 3 to 5, on a table;
    Fox, Pakman & Tishby, "Taming the noise in reinforcement learning via soft updates", 2016, with a uniform prior of
    weight 1 an action. The values are those of the reward plus T times the policy's entropy at every later choice. By
    default the temperature is that of the policy's own distribution of s', at the step of this transition, so that
    ``SoftQ(Boltzmann(T))`` is on-policy.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    temperature : float, callable of the step or None
        In [0, inf). None takes the policy's; a policy without one needs it given.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds; when learning, for a policy's temperature that is none, or infinite.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Boltzmann
    >>> agent = SoftQ(Boltzmann(1.0), step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.update([0], [0], [0.0], [1], terminated=[False], truncated=[False])
    >>> agent.values[:, 0, 0].round(4)  # log 2
    array([0.6931])
    """

    _quantity = "soft_value"

    def _backup(self, temperature: float | Schedule) -> Backup:
        return SoftValue(temperature)

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), **self._rates(), "backup": "soft value", "temperature": self._own_temperature()}


@dataclass(repr=False)
class MellowmaxQ(_Soft):
    """Q-learning with mellowmax: bootstraps from T log mean_b exp(Q(s', b) / T).

    Asadi & Littman, "An alternative softmax operator for reinforcement learning", 2017; their omega is 1 / T. By
    default the temperature is that of the policy's own distribution of s', at the step of this transition. (Their
    mellowmax policy has a temperature of its own, chosen such that it expects just the mellowmax.)

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    temperature : float, callable of the step or None
        In [0, inf]. None takes the policy's; a policy without one needs it given.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds; when learning, for a policy's temperature that is none.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import EpsilonGreedy
    >>> agent = MellowmaxQ(EpsilonGreedy(0.1), temperature=1.0, step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [1.0, 3.0]
    >>> agent.update([0], [0], [0.0], [1], terminated=[False], truncated=[False])
    >>> agent.values[:, 0, 0].round(4)
    array([2.4338])
    """

    _quantity = "mellowmax"

    def _backup(self, temperature: float | Schedule) -> Backup:
        return MellowmaxValue(temperature)

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), **self._rates(), "backup": "mellowmax", "temperature": self._own_temperature()}


@dataclass(repr=False)
class DynamicBoltzmannQ(TemporalDifference):
    """Q-learning with dynamic Boltzmann softmax updates: the Boltzmann expectation at a temperature that falls to 0.

    Bootstraps from sum_b softmax(beta_t Q(s', .))(b) Q(s', b) with a growing beta_t = 1 / T_t (Pan, Cai, Meng, Chen &
    Huang, "Reinforcement learning with dynamic Boltzmann softmax updates", 2020, algorithm 2). At a constant
    temperature the operator is no non-expansion; as T_t goes to 0 the values go to the optimal ones.

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    temperature : float or callable of the step
        In [0, inf], 1 / beta_t. ``InverseTime(1.0, 1.0)``, the default, is beta_t = 1 + t with t the updates so far.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import EpsilonGreedy
    >>> agent = DynamicBoltzmannQ(EpsilonGreedy(0.1), step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [1.0, 3.0]
    >>> for _ in range(2):  # beta = 1, then 2
    ...     agent.update([0], [0], [0.0], [1], terminated=[False], truncated=[False])
    ...     print(agent.values[:, 0, 0].round(4))
    [2.7616]
    [2.964]
    """

    temperature: float | Schedule = field(default=InverseTime(1.0, 1.0), kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.temperature = BoltzmannExpectation(self.temperature).temperature

    def _bootstrap(self, reached: NDArray[np.int64]) -> Floats:
        backup = BoltzmannExpectation(self.temperature)
        return backup(rows_of(self.values, reached), where=self._mask(reached), step=self.step)

    def stretch_form(self) -> dict[str, Any]:
        """Say how the learner steps to the compiled loops of ``boltzmann.experiments``."""
        return {**self._arrays(), **self._rates(), "backup": "Boltzmann expectation", "temperature": self.temperature}
