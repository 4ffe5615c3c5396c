"""The policies that every other is compared with: greedy, uniform, and a mixture of the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from boltzmann._numerics import libraries
from boltzmann.acting import Acting
from boltzmann.arrays import Input, Mask, Step, Values
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs, OfEnergies, greedy_marks
from boltzmann.laws import PolicyLaw, StepNumber, greedy_weight, mixture, uniform_weight
from boltzmann.policies._mixture import epsilon_at, uniform_or_gibbs
from boltzmann.schedules import UNIT_INTERVAL, Schedule


@dataclass(frozen=True, repr=False)
class Greedy(Acting):
    """A largest value, ties shared equally: :class:`Boltzmann` at T = 0.

    Examples
    --------
    >>> Greedy()([1.0, 3.0, 3.0]).probs
    array([0. , 0.5, 0.5])
    """

    reads: ClassVar[frozenset[str]] = frozenset()
    law: ClassVar[PolicyLaw] = PolicyLaw(greedy_weight)

    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Gibbs:
        """Return the distribution of each row of ``values``, shape (..., K)."""
        return Gibbs(values, 0.0, where=where)


@dataclass(frozen=True, repr=False)
class Uniform(Acting):
    """Every allowed action alike, whatever the values: :class:`Boltzmann` at T = inf.

    Examples
    --------
    >>> Uniform()([1.0, 3.0, 3.0], where=[True, True, False]).probs
    array([0.5, 0.5, 0. ])
    """

    reads: ClassVar[frozenset[str]] = frozenset()
    law: ClassVar[PolicyLaw] = PolicyLaw(uniform_weight)

    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Gibbs:
        """Return the distribution of each row of ``values``, shape (..., K); only their shape matters."""
        xp = libraries.library(values)
        energies = xp.zeros_like(libraries.to_float(xp, "values", values))
        # Gibbs checks the mask first.
        Gibbs(energies, np.inf, where=where)
        return OfEnergies.made(energies, np.inf, where, greedy_marks(xp, values, where), has_temperature=True)


@dataclass(frozen=True, repr=False)
class EpsilonGreedy(Acting):
    """With probability epsilon any allowed action alike, otherwise a largest value, ties shared equally.

    p(a) = epsilon / K + (1 - epsilon) [a is a maximiser] / (number of maximisers), K counting what is allowed
    (Sutton & Barto, "Reinforcement Learning", 2nd ed., section 2.2). The greedy action may come up in an exploring
    step too.

    Parameters
    ----------
    epsilon : float or callable of the step
        In [0, 1]. 0 is :class:`Greedy`, 1 is :class:`Uniform`.

    Examples
    --------
    >>> EpsilonGreedy(0.1)([1.0, 3.0]).probs
    array([0.05, 0.95])
    >>> EpsilonGreedy(0.0)([1.0, 3.0]).probs, EpsilonGreedy(1.0)([1.0, 3.0]).probs
    (array([0., 1.]), array([0.5, 0.5]))
    """

    reads: ClassVar[frozenset[str]] = frozenset()

    epsilon: Annotated[float | Schedule, UNIT_INTERVAL] = 0.1

    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        epsilon = epsilon_at(self.epsilon, step) if callable(self.epsilon) else self.epsilon
        return uniform_or_gibbs(values, epsilon, 0.0, where, has_temperature=False)

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""
        return mixture(uniform_weight, greedy_weight, numbers={"epsilon": StepNumber(self.epsilon, "[0, 1]")})
