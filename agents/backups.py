"""Backups: maps from the values of a state's actions to the value of the state, from which learners bootstrap.

A backup is a frozen dataclass and a callable, ``backup(values, where=..., step=...)``, from an array (..., K) to an
array (...), of NumPy, PyTorch or JAX: ``BackupLearning`` and deep learners learn with it, ``agents.planning`` solves
with it. Values of actions that the mask ``where`` forbids are never read. A temperature may be a number or a schedule;
its steps count updates in a learner and sweeps in planning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Protocol

import numpy as np

from agents.memory import Mask, PerRow, Values, largest
from agents.parameters import rates_at
from boltzmann import Distribution, Gibbs, Policy, Schedule, checks
from boltzmann._numerics import libraries
from boltzmann.bounds import Instance
from boltzmann.laws import BackupLaw, Pass, Results, TemperatureLaw, expectation, gibbs_weight, own_law
from boltzmann.notation import Expression
from boltzmann.policies import inputs_read_by
from boltzmann.schedules import Scheduled, at_step, value_at
from boltzmann.thermostats import temperature_law


class Backup(Protocol):
    """A map from the values of actions to the value of their state."""

    def __call__(self, values: Values, *, where: Mask | None = None, step: int | None = None) -> PerRow:
        """Return the value of each row of ``values``, shape (..., K), at ``step``."""


@dataclass(frozen=True, repr=False)
class Maximum(Expression):
    """The largest allowed value: the backup of Q-learning and of value iteration.

    Examples
    --------
    >>> Maximum()(np.array([[0.0, 2.0], [5.0, 1.0]]))
    array([2., 5.])
    """

    law: ClassVar[BackupLaw] = BackupLaw(lambda m, row: row.top)

    def __call__(self, values: Values, *, where: Mask | None = None, step: int | None = None) -> PerRow:
        """Return the largest allowed value of each row."""
        if not libraries.is_native(values):
            return _result(Gibbs(values, 0.0, where=where).soft_value)
        return largest(values, None if where is None else checks.mask_array("where", where))


def _sums(m: Any, action: Any, row: Any) -> Results:
    """Add to the sums that the backups with a temperature read."""
    weight, allowed = gibbs_weight(m, action, row), action.q > -np.inf
    return {
        "total": weight,
        "weighted": m.where(allowed, weight * action.q, 0.0),
        "count": m.where(allowed, 1.0, 0.0),
        "shortfall": m.where(allowed, m.expm1((action.q - row.top) / row.temperature), 0.0),
    }


@dataclass(frozen=True, repr=False)
class _TemperatureBackup(Expression):
    """Shared by the backups with a temperature: the Gibbs distribution at a step."""

    temperature: Annotated[float | Schedule, Scheduled("[0, inf]")]

    @staticmethod
    def value(m: Any, row: Any) -> Any:
        """Return the value of a row from its sums, at its temperature; a law."""
        raise NotImplementedError

    @classmethod
    def law_at(cls, law: TemperatureLaw) -> BackupLaw:
        """Return the backup as a law, at the temperature of a law."""
        return BackupLaw(cls.value, (*law.passes, Pass(_sums)), law.numbers, law.inputs)

    @property
    def law(self) -> BackupLaw | None:
        """The backup as a law."""
        law = temperature_law(self.temperature)
        return None if law is None else self.law_at(law)

    def _gibbs(self, values: Values, where: Mask | None, step: int | None) -> Gibbs:
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

    def __call__(self, values: Values, *, where: Mask | None = None, step: int | None = None) -> PerRow:
        """Return the soft value of each row."""
        if callable(self.temperature) and step is not None:
            rates_at("temperature", self.temperature, step, "[0, inf)")
        return _result(self._gibbs(values, where, step).soft_value)

    law = _TemperatureBackup.law

    @staticmethod
    def value(m: Any, row: Any) -> Any:
        """Return the soft value of a row; a law."""
        return m.where(row.temperature == 0.0, row.top, row.top + row.temperature * m.log(row.total))


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

    def __call__(self, values: Values, *, where: Mask | None = None, step: int | None = None) -> PerRow:
        """Return the mellowmax of each row."""
        return _result(self._gibbs(values, where, step).mellowmax)

    law = _TemperatureBackup.law

    @staticmethod
    def value(m: Any, row: Any) -> Any:
        """Return the mellowmax of a row; a law."""
        shortfall = row.shortfall / row.count
        # A mean near 1 loses its digits in the exponentials, and a large T multiplies that loss.
        log_mean = m.where(shortfall > -0.5, m.log1p(shortfall), m.log(row.total / row.count))
        soft = row.top + row.temperature * log_mean
        softer = m.where(row.temperature == np.inf, row.weighted / row.total, soft)
        return m.where(row.temperature == 0.0, row.top, softer)


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

    def __call__(self, values: Values, *, where: Mask | None = None, step: int | None = None) -> PerRow:
        """Return the expected value of each row under its own Boltzmann distribution."""
        return _result(self._gibbs(values, where, step).mean)

    law = _TemperatureBackup.law

    @staticmethod
    def value(m: Any, row: Any) -> Any:
        """Return the expected value of a row; a law."""
        return row.weighted / row.total


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

    def __call__(self, values: Values, *, where: Mask | None = None, step: int | None = None) -> PerRow:
        """Return the expected value of each row under the policy."""
        return expected_under(self.policy(values, **at_step(step), where=where), values, where)

    @property
    def law(self) -> BackupLaw | None:
        """The backup as a law; None if the policy has none, or reads more than values, which a backup has not."""
        law = own_law(self.policy)
        return None if law is None or law.inputs or inputs_read_by(self.policy) else expectation(law)


def _result(rows: Any) -> PerRow:
    """Return an array of another library as it is, and a number as one of NumPy."""
    return np.asarray(rows) if libraries.is_native(rows) else rows


def expected_under(distribution: Distribution, values: Values, where: Mask | None) -> PerRow:
    """Return sum_a p(a) Q(a) for each row; values of forbidden actions are not read."""
    if not libraries.is_native(values):
        xp = libraries.namespace(values)
        read: Any = values if where is None else xp.where(where, values, xp.zeros_like(values))
        return _result(xp.sum(distribution.probs * read, axis=-1))
    allowed = values if where is None else np.where(checks.mask_array("where", where), values, 0.0)
    return np.asarray(np.sum(distribution.probs * allowed, axis=-1))
