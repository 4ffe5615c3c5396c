"""Backups: maps from the values of a state's actions to the value of the state, from which learners bootstrap.

A backup is a frozen dataclass and a callable, ``backup(values, where=..., step=...)``, from an array (..., K) to an
array (...): ``BackupLearning`` learns with it and ``agents.planning`` solves with it. Values of actions that the mask
``where`` forbids are never read. A temperature may be a number or a schedule; its steps count updates in a learner and
sweeps in planning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

import numpy as np

from agents.memory import Mask, PerRow, Values, largest
from agents.parameters import Instance, rates_at
from boltzmann import Distribution, Gibbs, Policy, Schedule, checks
from boltzmann.notation import Expression
from boltzmann.schedules import Scheduled, value_at


class Backup(Protocol):
    """A map from the values of actions to the value of their state."""

    def __call__(self, values: Values, *, where: Mask | None = None, step: int = 0) -> PerRow:
        """Return the value of each row of ``values``, shape (..., K), at ``step``."""


@dataclass(frozen=True, repr=False)
class Maximum(Expression):
    """The largest allowed value: the backup of Q-learning and of value iteration.

    Examples
    --------
    >>> Maximum()(np.array([[0.0, 2.0], [5.0, 1.0]]))
    array([2., 5.])
    """

    def __call__(self, values: Values, *, where: Mask | None = None, step: int = 0) -> PerRow:
        """Return the largest allowed value of each row."""
        return largest(values, None if where is None else checks.mask_array("where", where))


@dataclass(frozen=True, repr=False)
class _TemperatureBackup(Expression):
    """Shared by the backups with a temperature: the Gibbs distribution at a step."""

    temperature: Annotated[float | Schedule, Scheduled("[0, inf]")]

    def _gibbs(self, values: Values, where: Mask | None, step: int) -> Gibbs:
        return Gibbs(values, value_at(self.temperature, step), where=where)


@dataclass(frozen=True, repr=False)
class SoftValue(_TemperatureBackup):
    """The soft value T log sum_a exp(Q(a) / T), the largest expected value plus T times the entropy.

    It is max_p (E_p[Q] + T entropy(p)), the backup of soft Q-learning and of entropy-regularised control (Haarnoja et
    al., "Reinforcement learning with deep energy-based policies", 2017, equation 3), and a non-expansion. It tends to
    the maximum as T goes to 0, and for more than one allowed action to infinity as T goes to infinity.

    Parameters
    ----------
    temperature : float or callable of the step
        In [0, inf), in the units of the values.

    Examples
    --------
    >>> for temperature in (0.0, 1.0):
    ...     print(SoftValue(temperature)(np.array([0.0, 0.0])).round(4))
    0.0
    0.6931
    """

    temperature: Annotated[float | Schedule, Scheduled("[0, inf)")]

    def __call__(self, values: Values, *, where: Mask | None = None, step: int = 0) -> PerRow:
        """Return the soft value of each row."""
        if callable(self.temperature):
            rates_at("temperature", self.temperature, step, "[0, inf)")
        return np.asarray(self._gibbs(values, where, step).soft_value)


@dataclass(frozen=True, repr=False)
class MellowmaxValue(_TemperatureBackup):
    """The mellowmax T log mean_a exp(Q(a) / T), the soft value minus T log K, where K counts the allowed actions.

    It is a non-expansion at every temperature, so value iteration has one fixed point (Asadi & Littman, "An
    alternative softmax operator for reinforcement learning", 2017, section 3; their omega is 1 / T). It tends to the
    maximum as T goes to 0 and to the mean of the allowed values as T goes to infinity.

    Parameters
    ----------
    temperature : float or callable of the step
        In [0, inf], in the units of the values.

    Examples
    --------
    >>> for temperature in (0.0, 1.0, np.inf):
    ...     print(MellowmaxValue(temperature)(np.array([1.0, 3.0])).round(4))
    3.0
    2.4338
    2.0
    """

    def __call__(self, values: Values, *, where: Mask | None = None, step: int = 0) -> PerRow:
        """Return the mellowmax of each row."""
        return np.asarray(self._gibbs(values, where, step).mellowmax)


@dataclass(frozen=True, repr=False)
class BoltzmannExpectation(_TemperatureBackup):
    """The Boltzmann softmax operator sum_a softmax(Q / T)(a) Q(a), the expected value of a Boltzmann policy.

    It is not a non-expansion: at a constant temperature value iteration may have several fixed points, or may not
    converge (Asadi & Littman, "An alternative softmax operator for reinforcement learning", 2017, section 2). With a
    temperature that falls to 0 as 1 / t or faster, value iteration converges to the optimal values (Pan et al.,
    "Reinforcement learning with dynamic Boltzmann softmax updates", 2020, theorem 2).

    Parameters
    ----------
    temperature : float or callable of the step
        In [0, inf], in the units of the values; beta in the papers is 1 / T.

    Examples
    --------
    >>> for temperature in (0.0, 1.0, np.inf):
    ...     print(BoltzmannExpectation(temperature)(np.array([1.0, 3.0])).round(4))
    3.0
    2.7616
    2.0
    """

    def __call__(self, values: Values, *, where: Mask | None = None, step: int = 0) -> PerRow:
        """Return the expected value of each row under its own Boltzmann distribution."""
        return np.asarray(self._gibbs(values, where, step).mean)


@dataclass(frozen=True, repr=False)
class PolicyExpectation(Expression):
    """The expected value under a policy, sum_a pi(a) Q(a), where pi is the policy's distribution of these values.

    At the fixed point of value iteration the values are those of acting by the policy on these values; Sarsa and
    expected Sarsa converge to it. The policy is called with values, mask and step alone.

    Parameters
    ----------
    policy : Policy
        A policy, such as ``EpsilonGreedy(0.1)``.

    Examples
    --------
    >>> from boltzmann import EpsilonGreedy
    >>> PolicyExpectation(EpsilonGreedy(0.5))(np.array([1.0, 3.0]))
    array(2.5)
    """

    policy: Annotated[Policy, Instance("a policy", "EpsilonGreedy(0.1)")]

    def __call__(self, values: Values, *, where: Mask | None = None, step: int = 0) -> PerRow:
        """Return the expected value of each row under the policy."""
        return expected_under(self.policy(values, step=step, where=where), values, where)


def expected_under(distribution: Distribution, values: Values, where: Mask | None) -> PerRow:
    """Return sum_a p(a) Q(a) for each row; values of forbidden actions are not read."""
    allowed = values if where is None else np.where(checks.mask_array("where", where), values, 0.0)
    return np.asarray(np.sum(distribution.probs * allowed, axis=-1))
