"""Boltzmann, and its mixtures with greedy and uniform, and around a prior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs
from boltzmann.notation import Expression
from boltzmann.policies._mixture import epsilon_at, gibbs_or_greedy, uniform_or_gibbs
from boltzmann.policies.protocol import Policy
from boltzmann.schedules import Schedule, checked_schedule
from boltzmann.thermostats import Tempered, Thermostat, temperature_of


@dataclass(frozen=True, repr=False)
class Boltzmann(Tempered):
    """The Gibbs distribution exp(Q / T) / Z at a temperature that may follow the step, or what is known.

    Parameters
    ----------
    temperature : float, callable of the step, or Thermostat
        In [0, inf], in the units of the values. At 0 it is :class:`Greedy`, at inf, for finite
        values, :class:`Uniform`, by value.

    Raises
    ------
    ValueError, TypeError
        For a number outside [0, inf] or what is neither a number nor callable; when called, as
        :class:`boltzmann.Gibbs` does.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> policy = Boltzmann(Linear(1.0, 0.0, 100))
    >>> policy([0.0, 1.0], step=0).probs
    array([0.26894142, 0.73105858])
    >>> policy([0.0, 1.0], step=100).probs
    array([0., 1.])
    >>> import math
    >>> Boltzmann(math.inf)([0.0, 1.0]).probs
    array([0.5, 0.5])
    """

    temperature: float | Schedule | Thermostat = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "temperature", checked_schedule("temperature", self.temperature, thermostats=True))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Gibbs:
        """Give the distribution of each row of ``values``, shape (..., K), at ``step``."""
        heat = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        return Gibbs(values, heat, where=where)


@dataclass(frozen=True, repr=False)
class MaxBoltzmann(Tempered):
    """With probability epsilon as :class:`Boltzmann`, otherwise a largest value, ties shared equally.

    Wiering, "Explorations in efficient reinforcement learning", 1999, section 3.4: it explores like Boltzmann, and as
    seldom as one likes.

    Parameters
    ----------
    epsilon : float or callable of the step
        In [0, 1]. 0 is :class:`Greedy`, 1 is :class:`Boltzmann`.
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 it is :class:`Greedy`, at inf :class:`EpsilonGreedy`.

    Raises
    ------
    ValueError, TypeError
        For numbers out of bounds, at once or when read; for values as :class:`boltzmann.Gibbs`.

    Examples
    --------
    >>> MaxBoltzmann(0.1, 1.0)([0.0, 1.0]).probs
    array([0.02689414, 0.97310586])
    >>> import math
    >>> MaxBoltzmann(0.1, 0.0)([0.0, 1.0]).probs, MaxBoltzmann(0.1, math.inf)([0.0, 1.0]).probs
    (array([0., 1.]), array([0.05, 0.95]))
    """

    epsilon: float | Schedule = 0.1
    temperature: float | Schedule | Thermostat = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "epsilon", checked_schedule("epsilon", self.epsilon, most=1))
        object.__setattr__(self, "temperature", checked_schedule("temperature", self.temperature, thermostats=True))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``, shape (..., K), at ``step``."""
        heat = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        return gibbs_or_greedy(values, epsilon_at(self.epsilon, step), heat, where)


@dataclass(frozen=True, repr=False)
class EpsilonBoltzmann(Tempered):
    """With probability epsilon any allowed action alike, otherwise as :class:`Boltzmann`.

    No probability is below epsilon / K, as the exponential-weights methods of adversarial bandits need it (Auer,
    Cesa-Bianchi, Freund & Schapire, "The nonstochastic multiarmed bandit problem", 2002, figure 1).

    Parameters
    ----------
    epsilon : float or callable of the step
        In [0, 1]. 0 is :class:`Boltzmann`, 1 is :class:`Uniform`.
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 it is :class:`EpsilonGreedy`, at inf, for finite values, :class:`Uniform`.

    Raises
    ------
    ValueError, TypeError
        For numbers out of bounds, at once or when read; for values as :class:`boltzmann.Gibbs`.

    Examples
    --------
    >>> EpsilonBoltzmann(0.1, 1.0)([0.0, 1.0]).probs
    array([0.29204728, 0.70795272])
    >>> EpsilonBoltzmann(0.1, 0.0)([0.0, 1.0]).probs, EpsilonBoltzmann(1.0, 0.0)([0.0, 1.0]).probs
    (array([0.05, 0.95]), array([0.5, 0.5]))
    """

    epsilon: float | Schedule = 0.1
    temperature: float | Schedule | Thermostat = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "epsilon", checked_schedule("epsilon", self.epsilon, most=1))
        object.__setattr__(self, "temperature", checked_schedule("temperature", self.temperature, thermostats=True))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``, shape (..., K), at ``step``."""
        heat = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        return uniform_or_gibbs(values, epsilon_at(self.epsilon, step), heat, where)


@dataclass(frozen=True, repr=False)
class KLBoltzmann(Expression):
    """Boltzmann around a prior: p(a) is proportional to prior(a) exp(Q(a) / T).

    It maximises E[Q] - T KL(p || prior) (Todorov, "Linearly-solvable Markov decision problems", 2006, equation 4;
    Geist, Scherrer & Pietquin, "A theory of regularized Markov decision processes", 2019, section 5).

    Parameters
    ----------
    prior : Policy or tuple of float
        A policy that sees the same values, or a weight for each action, at least 0.
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 it is greedy among what the prior allows, at inf it is the prior.

    Raises
    ------
    ValueError, TypeError
        For numbers out of bounds, at once or when read; for values as :class:`boltzmann.Gibbs`.

    Examples
    --------
    >>> KLBoltzmann((0.5, 0.25, 0.25), 1.0)([0.0, 1.0, 1.0]).probs.round(4)
    array([0.2689, 0.3655, 0.3655])
    >>> import math
    >>> KLBoltzmann((0.5, 0.25, 0.25), math.inf)([0.0, 1.0, 1.0]).probs
    array([0.5 , 0.25, 0.25])
    >>> KLBoltzmann((0.75, 0.25, 0.0), 0.0)([1.0, 1.0, 9.0]).probs
    array([0.75, 0.25, 0.  ])
    """

    prior: Policy | tuple[float, ...]
    temperature: float | Schedule | Thermostat = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "temperature", checked_schedule("temperature", self.temperature, thermostats=True))
        if isinstance(self.prior, type):
            raise TypeError(f"prior must be a policy or a tuple of weights, got the class {self.prior.__name__}")
        if not callable(self.prior):
            if not isinstance(self.prior, list | tuple) or not self.prior:
                raise TypeError(f"prior must be a policy or a tuple of weights, got {self.prior!r}")
            largest = float(np.finfo(np.float64).max)
            weights = tuple(checks.number("prior", weight, least=0, most=largest) for weight in self.prior)
            if not any(weights):
                raise ValueError(f"prior must have a weight above 0, got {weights}")
            object.__setattr__(self, "prior", weights)

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Gibbs:
        """Give the distribution of each row of ``values``, shape (..., K), at ``step``."""
        heat = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        prior: Any = self.prior
        if callable(prior):
            prior = prior(values, step=step, visits=visits, where=where, variances=variances).probs
        return Gibbs(values, heat, where=where, prior=prior)
