"""Boltzmann exploration, its mixtures with greedy and uniform, and Boltzmann around a prior."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from boltzmann.acting import Acting
from boltzmann.arrays import Input, Mask, Step, Values
from boltzmann.bounds import Each, Real, Wrapper
from boltzmann.categorical import Categorical
from boltzmann.checks import shown
from boltzmann.gibbs import Gibbs
from boltzmann.laws import (
    Functions,
    Named,
    Number,
    PolicyLaw,
    StepNumber,
    TemperatureLaw,
    gibbs_weight,
    greedy_weight,
    mixture,
    own_law,
    uniform_weight,
    weights_around,
)
from boltzmann.policies._mixture import epsilon_at, gibbs_or_greedy, uniform_or_gibbs
from boltzmann.policies.any_library import known_temperatures
from boltzmann.policies.protocol import Policy, inputs_read_by
from boltzmann.schedules import UNIT_INTERVAL, Schedule, at_step
from boltzmann.thermostats import RowTemperature, TemperaturePolicy, read_by_thermostat, temperature_law, temperature_of

Weight = Callable[[Functions, Named, Named], Number]


@dataclass(frozen=True, repr=False)
class Boltzmann(Acting, TemperaturePolicy):
    """The Gibbs distribution exp(Q / T) / Z at a temperature that may follow the step or the row.

    Parameters
    ----------
    temperature : float, callable of the step, or Thermostat
        In [0, inf], in the units of the values. At 0 the policy is :class:`Greedy`; at inf, for finite values, it is
        :class:`Uniform`. Both ends are exact.

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

    temperature: RowTemperature = 1.0
    known = property(known_temperatures)

    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Gibbs:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        temperature = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        return Gibbs(values, temperature, where=where)

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat that has none."""
        law = temperature_law(self.temperature)
        return None if law is None else PolicyLaw(gibbs_weight, law.passes, law.numbers, law.inputs)


def _mixture_law(
    exploring: Weight, exploiting: Weight, epsilon: float | Schedule, law: TemperatureLaw | None
) -> PolicyLaw | None:
    """Return the law of a mixture with a softmax at the temperature of a law; None without that."""
    if law is None:
        return None
    numbers = {"epsilon": StepNumber(epsilon, "[0, 1]"), **law.numbers}
    return mixture(exploring, exploiting, passes=law.passes, numbers=numbers, inputs=law.inputs)


@dataclass(frozen=True, repr=False)
class MaxBoltzmann(Acting, TemperaturePolicy):
    """With probability epsilon :class:`Boltzmann`, otherwise a largest value, ties shared equally.

    Wiering, "Explorations in efficient reinforcement learning", 1999, section 3.4. It explores like Boltzmann,
    and epsilon bounds how often it does.

    Parameters
    ----------
    epsilon : float or callable of the step
        In [0, 1]. 0 is :class:`Greedy`, 1 is :class:`Boltzmann`.
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 the policy is :class:`Greedy`, at inf :class:`EpsilonGreedy`.

    Examples
    --------
    >>> MaxBoltzmann(0.1, 1.0)([0.0, 1.0]).probs
    array([0.02689414, 0.97310586])
    >>> import math
    >>> MaxBoltzmann(0.1, 0.0)([0.0, 1.0]).probs, MaxBoltzmann(0.1, math.inf)([0.0, 1.0]).probs
    (array([0., 1.]), array([0.05, 0.95]))
    """

    epsilon: Annotated[float | Schedule, UNIT_INTERVAL] = 0.1
    temperature: RowTemperature = 1.0
    known = property(known_temperatures)

    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        temperature = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        return gibbs_or_greedy(values, epsilon_at(self.epsilon, step), temperature, where)

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat that has none."""
        return _mixture_law(gibbs_weight, greedy_weight, self.epsilon, temperature_law(self.temperature))


@dataclass(frozen=True, repr=False)
class EpsilonBoltzmann(Acting, TemperaturePolicy):
    """With probability epsilon uniform over the allowed actions, otherwise :class:`Boltzmann`.

    No probability is below epsilon / K, as exponential weights for adversarial bandits require (Auer,
    Cesa-Bianchi, Freund & Schapire, "The nonstochastic multiarmed bandit problem", 2002, figure 1).

    Parameters
    ----------
    epsilon : float or callable of the step
        In [0, 1]. 0 is :class:`Boltzmann`, 1 is :class:`Uniform`.
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 the policy is :class:`EpsilonGreedy`; at inf, for finite values, it is :class:`Uniform`.

    Examples
    --------
    >>> EpsilonBoltzmann(0.1, 1.0)([0.0, 1.0]).probs
    array([0.29204728, 0.70795272])
    >>> EpsilonBoltzmann(0.1, 0.0)([0.0, 1.0]).probs, EpsilonBoltzmann(1.0, 0.0)([0.0, 1.0]).probs
    (array([0.05, 0.95]), array([0.5, 0.5]))
    """

    epsilon: Annotated[float | Schedule, UNIT_INTERVAL] = 0.1
    temperature: RowTemperature = 1.0
    known = property(known_temperatures)

    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        temperature = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        return uniform_or_gibbs(values, epsilon_at(self.epsilon, step), temperature, where)

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat that has none."""
        return _mixture_law(uniform_weight, gibbs_weight, self.epsilon, temperature_law(self.temperature))


@dataclass(frozen=True)
class _PriorBound(Wrapper):
    """The bound of a prior: a policy, or weights of which one is above 0."""

    bound: Each

    def check(self, name: str, value: object) -> object:
        """Return a policy as it is and weights as a tuple, or raise."""
        if isinstance(value, type):
            raise TypeError(
                f"{name} must be a policy or a tuple of weights, got the class {value.__name__}: give it its parameters"
            )
        if callable(value):
            return value
        if not isinstance(value, list | tuple) or not value:
            raise TypeError(f"{name} must be a policy or a tuple of weights {self.text}, got {shown(value)}")
        weights = self.bound.check(name, value)
        if not any(weights):
            raise ValueError(f"{name} must have a weight above 0, got {weights}")
        return weights


@dataclass(frozen=True, repr=False)
class KLBoltzmann(Acting):
    """Boltzmann around a prior: p(a) is proportional to prior(a) exp(Q(a) / T).

    It maximises E[Q] - T KL(p || prior) (Todorov, "Linearly-solvable Markov decision problems", 2006, equation 4;
    Geist, Scherrer & Pietquin, "A theory of regularized Markov decision processes", 2019, section 5).

    Parameters
    ----------
    prior : Policy or tuple of float
        A policy of the same values, or a weight in [0, inf) for each action, one of them above 0.
    temperature : float, callable of the step, or Thermostat
        In [0, inf]. At 0 the policy is greedy among the actions of positive prior, at inf it is the prior.

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

    prior: Annotated[Policy | tuple[float, ...], _PriorBound(Each(Real("[0, inf)")))]
    temperature: RowTemperature = 1.0
    known = property(known_temperatures)

    @property
    def reads(self) -> frozenset[str]:
        """The policy reads what its prior and its thermostat read; a prior's epsilons stay at their initial value."""
        prior = inputs_read_by(self.prior) if callable(self.prior) else frozenset()
        return (prior - {"epsilons"}) | read_by_thermostat(self.temperature)

    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Gibbs:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        temperature = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        prior: Any = self.prior
        if callable(prior):
            prior = prior(values, **at_step(step), visits=visits, where=where, variances=variances).probs
        return Gibbs(values, temperature, where=where, prior=prior)

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat or prior without one, and with noise in the prior."""
        law, prior = temperature_law(self.temperature), self.prior
        if law is None or not callable(prior):
            return None if law is None or callable(prior) else weights_around(prior, law)
        of_prior = own_law(prior)
        if of_prior is None or of_prior.weight is None or of_prior.noise:
            return None
        if "epsilons" in inputs_read_by(prior):
            initial: Any = prior
            epsilons = StepNumber(initial.initial_epsilon, "[0, 1]")
            of_prior = replace(of_prior, numbers={**of_prior.numbers, "epsilons": epsilons})
        return weights_around(of_prior, law)
