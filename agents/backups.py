"""Backups: from the values of a state's actions to the one number that is bootstrapped from.

A backup is a frozen dataclass and a callable, ``backup(values, where=..., step=...)``, from an array (..., K) to an
array (...): ``BackupLearning`` learns with it and ``agents.planning`` solves with it. What a mask forbids is never
read. A temperature may be a number or a schedule; what its steps are is said where the backup is used: updates in a
learner, sweeps in planning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.memory import largest
from agents.parameters import require_made, scheduled
from boltzmann import Gibbs, Policy, Schedule, checks
from boltzmann.notation import Expression

Floats = NDArray[np.float64]


class Backup(Protocol):
    """Values of actions to the value of their state."""

    def __call__(self, values: Floats, *, where: NDArray[np.bool_] | None = None, step: int = 0) -> Floats:
        """Give the value of each row of ``values``, shape (..., K), at ``step``."""
        ...


@dataclass(frozen=True, repr=False)
class Maximum(Expression):
    """The largest allowed value: the backup of Q-learning and of value iteration.

    Examples
    --------
    >>> Maximum()(np.array([[0.0, 2.0], [5.0, 1.0]]))
    array([2., 5.])
    """

    def __call__(self, values: Floats, *, where: NDArray[np.bool_] | None = None, step: int = 0) -> Floats:
        """Give the largest allowed value of each row."""
        return largest(values, where)


@dataclass(frozen=True, repr=False)
class _Tempered(Expression):
    """What the backups with a temperature have in common."""

    temperature: float | Schedule

    def __post_init__(self) -> None:
        if not callable(self.temperature):
            given = checks.number("temperature", self.temperature, least=0)
            object.__setattr__(self, "temperature", given)

    def _gibbs(self, values: Floats, where: NDArray[np.bool_] | None, step: int) -> Gibbs:
        temperature = self.temperature(step) if callable(self.temperature) else self.temperature
        return Gibbs(values, temperature, where=where)


@dataclass(frozen=True, repr=False)
class SoftValue(_Tempered):
    """The soft value T log sum_a exp(Q(a) / T): the maximum, and T for each nat of choice there is.

    It is max_p (E_p[Q] + T entropy(p)), the backup of soft Q-learning and of entropy-regularised control (Haarnoja et
    al., "Reinforcement learning with deep energy-based policies", 2017, equation 3), and a non-expansion. It tends to
    the maximum as T goes to 0, and to infinity with T.

    Parameters
    ----------
    temperature : float or callable of the step
        In [0, inf), in the units of the values.

    Raises
    ------
    ValueError, TypeError
        For a temperature out of its bounds, at once or where a schedule gives one.

    Examples
    --------
    >>> for temperature in (0.0, 1.0):
    ...     print(SoftValue(temperature)(np.array([0.0, 0.0])).round(4))
    0.0
    0.6931
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.temperature == np.inf:
            raise ValueError("temperature must be in [0, inf), got inf")

    def __call__(self, values: Floats, *, where: NDArray[np.bool_] | None = None, step: int = 0) -> Floats:
        """Give the soft value of each row."""
        scheduled("temperature", self.temperature, step)
        return np.asarray(self._gibbs(values, where, step).soft_value)


@dataclass(frozen=True, repr=False)
class MellowmaxValue(_Tempered):
    """MellowmaxValue T log mean_a exp(Q(a) / T): the soft value without what the mere number of actions adds.

    A non-expansion at every temperature, so that value iteration has one fixed point (Asadi & Littman, "An alternative
    softmax operator for reinforcement learning", 2017, section 3; their omega is 1 / T). It tends to the maximum as T
    goes to 0 and to the mean of the allowed values as T goes to inf.

    Parameters
    ----------
    temperature : float or callable of the step
        In [0, inf], in the units of the values.

    Raises
    ------
    ValueError, TypeError
        For a temperature out of its bounds, at once or where a schedule gives one.

    Examples
    --------
    >>> for temperature in (0.0, 1.0, np.inf):
    ...     print(MellowmaxValue(temperature)(np.array([1.0, 3.0])).round(4))
    3.0
    2.4338
    2.0
    """

    def __call__(self, values: Floats, *, where: NDArray[np.bool_] | None = None, step: int = 0) -> Floats:
        """Give the mellowmax of each row."""
        return np.asarray(self._gibbs(values, where, step).mellowmax)


@dataclass(frozen=True, repr=False)
class BoltzmannExpectation(_Tempered):
    """The Boltzmann softmax operator: sum_a softmax(Q / T)(a) Q(a), what a Boltzmann policy expects.

    No non-expansion: at one temperature value iteration may have several fixed points, or none that it settles in
    (Asadi & Littman, 2017, section 2). With a temperature that falls to 0, as 1 / t or faster, it goes to the optimal
    values all the same (Pan et al., "Reinforcement learning with dynamic Boltzmann softmax updates", 2020, theorem 2).

    Parameters
    ----------
    temperature : float or callable of the step
        In [0, inf], in the units of the values; beta in these papers is 1 / T.

    Raises
    ------
    ValueError, TypeError
        For a temperature out of its bounds, at once or where a schedule gives one.

    Examples
    --------
    >>> for temperature in (0.0, 1.0, np.inf):
    ...     print(BoltzmannExpectation(temperature)(np.array([1.0, 3.0])).round(4))
    3.0
    2.7616
    2.0
    """

    def __call__(self, values: Floats, *, where: NDArray[np.bool_] | None = None, step: int = 0) -> Floats:
        """Give the expected value of each row under its own Boltzmann distribution."""
        return np.asarray(self._gibbs(values, where, step).mean)


@dataclass(frozen=True, repr=False)
class PolicyExpectation(Expression):
    """What a policy expects: sum_a pi(a) Q(a), with the policy's distribution of these very values.

    The fixed point of value iteration with it is the policy that acts by the values which acting so brings: where
    Sarsa and expected Sarsa end. The policy is asked with values, mask and step alone.

    Parameters
    ----------
    policy : Policy
        Such as ``EpsilonGreedy(0.1)``.

    Raises
    ------
    TypeError
        For what is no policy.

    Examples
    --------
    >>> from boltzmann import EpsilonGreedy
    >>> PolicyExpectation(EpsilonGreedy(0.5))(np.array([1.0, 3.0]))
    array(2.5)
    """

    policy: Policy

    def __post_init__(self) -> None:
        require_made("policy", self.policy, "Boltzmann(0.1)")

    def __call__(self, values: Floats, *, where: NDArray[np.bool_] | None = None, step: int = 0) -> Floats:
        """Give the expected value of each row under the policy."""
        return expected_under(self.policy(values, step=step, where=where), values, where)


def expected_under(distribution: Any, values: Floats, where: NDArray[np.bool_] | None) -> Floats:
    """Sum_a p(a) Q(a) of each row; what a mask forbids is left out, whatever stands there."""
    allowed = values if where is None else np.where(where, values, 0.0)
    return np.asarray(np.sum(distribution.probs * allowed, axis=-1))
