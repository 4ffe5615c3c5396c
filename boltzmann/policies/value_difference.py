"""Value-difference based exploration: the rate of exploration in a state follows how much its values change.

The agent stores the rates, one epsilon a state. They start at ``initial_epsilon``, reach the policy as ``epsilons`` and
are updated by ``next_epsilons``, a pure function.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann._numerics import any_traced, libraries
from boltzmann.acting import Acting
from boltzmann.arrays import QUIET, Floats, Input, Mask, Step, Values
from boltzmann.bounds import OrNone, Real
from boltzmann.categorical import Categorical
from boltzmann.laws import Functions, Named, Number, PolicyLaw, gibbs_weight, greedy_weight, mixture, uniform_weight
from boltzmann.policies._mixture import gibbs_or_greedy, uniform_or_gibbs
from boltzmann.policies.any_library import known_temperatures
from boltzmann.schedules import UNIT_INTERVAL
from boltzmann.thermostats import RangeScaled, RowTemperature, read_by_thermostat, temperature_law, temperature_of

_NORMALISED = RangeScaled(0.5)
"""The paper's temperature: T = 1 after scaling the values to [-1, 1]."""

_SENSITIVITY = "(0, inf]"


@QUIET
def next_epsilons(epsilons: ArrayLike, value_changes: ArrayLike, weights: ArrayLike, sensitivity: float) -> Floats:
    """Return the next rates of exploration: (1 - w) epsilon + w tanh(abs(change) / (2 sensitivity)).

    Tokic, "Adaptive epsilon-greedy exploration in reinforcement learning based on value differences", 2010, equations
    4 to 6, where the second term is written (1 - exp(-x)) / (1 + exp(-x)) with x = abs(change) / sensitivity.

    Parameters
    ----------
    epsilons : array
        The current rates, in [0, 1].
    value_changes : array of the same shape
        The change of the taken action's value in an update: step size times temporal-difference error.
    weights : array of the same shape, or float
        In [0, 1], the weight of the newest change; usually one over the number of actions.
    sensitivity : float
        In (0, inf], in the units of the values: a change much larger than it counts as 1.

    Returns
    -------
    array of the same shape
        In [0, 1].

    Examples
    --------
    >>> next_epsilons([1.0, 1.0, 0.0], [0.0, 10.0, 0.1], 0.5, 1.0).round(4)
    array([0.5  , 1.   , 0.025])
    """
    rates = _within_unit("epsilons", epsilons)
    weight = _within_unit("weights", weights)
    changes = checks.numeric_array("value_changes", value_changes)
    checks.require_all(np.isfinite(changes), "value_changes", "finite", changes)
    checked = checks.number_in("sensitivity", sensitivity, _SENSITIVITY)
    try:
        np.broadcast_shapes(rates.shape, changes.shape, weight.shape)
    except ValueError:
        raise ValueError(
            f"epsilons, value_changes and weights must fit together, got shapes {rates.shape}, {changes.shape} and "
            f"{weight.shape}"
        ) from None
    return np.asarray((1 - weight) * rates + weight * np.tanh(np.abs(changes) / checked / 2))


def _within_unit(name: str, value: ArrayLike) -> Floats:
    array = checks.numeric_array(name, value).astype(np.float64, copy=False)
    checks.require_all((array >= 0) & (array <= 1), name, "in [0, 1]", array)
    return array


@dataclass(frozen=True, repr=False)
class _ValueDifference(Acting):
    """Shared by the policies with a rate for each state: their parameters, and the update of the rates."""

    reads: ClassVar[frozenset[str]] = frozenset({"epsilons"})

    sensitivity: Annotated[float, Real(_SENSITIVITY)]
    initial_epsilon: Annotated[float, Real("[0, 1]")] = field(default=1.0, kw_only=True)
    weight: Annotated[float | None, OrNone(Real("[0, 1]"))] = field(default=None, kw_only=True)

    def next_epsilons(self, epsilons: ArrayLike, value_changes: ArrayLike, actions_allowed: ArrayLike) -> Floats:
        """Return the rates after an update of each row; see :func:`next_epsilons`.

        ``actions_allowed`` is the number of allowed actions in each row; its inverse is the default weight.
        """
        weights: Any = self.weight
        if weights is None:
            counts = checks.numeric_array("actions_allowed", actions_allowed)
            checks.require_all(counts >= 1, "actions_allowed", "at least 1", counts)
            weights = 1 / counts
        return next_epsilons(epsilons, value_changes, weights, self.sensitivity)

    @property
    def constants_of_epsilons(self) -> dict[str, float]:
        """The numbers of the row that :meth:`law_of_epsilons` reads besides ``epsilons`` and ``allowed``."""
        weight = {} if self.weight is None else {"epsilon_weight": self.weight}
        return {"epsilon_sensitivity": self.sensitivity, **weight}

    def law_of_epsilons(self, m: Functions, change: Number, row: Named) -> Number:
        """Return the rate of a row after an update; a law."""
        weight = 1 / row.allowed if self.weight is None else row.epsilon_weight
        return (1 - weight) * row.epsilons + weight * m.tanh(m.abs(change) / row.epsilon_sensitivity / 2)

    def _rates(self, epsilons: ArrayLike | None) -> Any:
        if epsilons is None:
            return self.initial_epsilon
        if any_traced(epsilons):
            return UNIT_INTERVAL.read("epsilons", lambda _: epsilons, 0)
        return _within_unit("epsilons", libraries.to_numpy("epsilons", epsilons))


@dataclass(frozen=True, repr=False)
class VDBE(_ValueDifference):
    """Epsilon-greedy whose rate in each state follows how much the values of that state change.

    Tokic, "Adaptive epsilon-greedy exploration in reinforcement learning based on value differences", 2010.

    Parameters
    ----------
    sensitivity : float
        In (0, inf], in the units of the values. The smaller it is, the more a change raises the rate; at inf no
        change does.
    initial_epsilon : float
        In [0, 1], the rate of a state before its first update.
    weight : float, optional
        In [0, 1], the weight of the newest change; one over the number of allowed actions by default.

    Examples
    --------
    >>> policy = VDBE(1.0)
    >>> policy([[0.0, 1.0], [0.0, 1.0]], epsilons=[0.0, 0.5]).probs
    array([[0.  , 1.  ],
           [0.25, 0.75]])
    >>> policy.next_epsilons([0.0, 0.5], [2.0, 0.0], [2, 2]).round(4)
    array([0.3808, 0.25  ])
    """

    def __call__(
        self,
        values: Values,
        *,
        step: Step = None,
        visits: Input = None,
        where: Mask = None,
        variances: Input = None,
        epsilons: Input = None,
    ) -> Categorical:
        """Return the distribution of each row of ``values``; ``epsilons`` is one rate a row, or the initial one."""
        return uniform_or_gibbs(values, self._rates(epsilons), 0.0, where, has_temperature=False)

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""
        return mixture(uniform_weight, greedy_weight, numbers={}, epsilon="epsilons")


@dataclass(frozen=True, repr=False)
class VDBESoftmax(_ValueDifference):
    """Max-Boltzmann whose rate in each state follows how much the values of that state change.

    Tokic & Palm, "Value-difference based exploration: adaptive control between epsilon-greedy and softmax", 2011:
    with probability epsilon(s) a softmax at T = 1 of values scaled to [-1, 1], otherwise a largest value.

    Parameters
    ----------
    sensitivity : float
        In (0, inf], as for :class:`VDBE`.
    temperature : float, callable of the step, or Thermostat
        Temperature of the softmax, in [0, inf]; the paper's by default.
    initial_epsilon : float
        In [0, 1], as for :class:`VDBE`.
    weight : float, optional
        In [0, 1], as for :class:`VDBE`.

    Examples
    --------
    >>> VDBESoftmax(1.0)([[0.0, 1.0], [0.0, 100.0]], epsilons=[0.0, 1.0]).probs.round(4)
    array([[0.    , 1.    ],
           [0.1192, 0.8808]])
    """

    temperature: RowTemperature = _NORMALISED

    @property
    def reads(self) -> frozenset[str]:  # type: ignore[override]
        """The policy reads epsilons, and what its thermostat reads."""
        return super().reads | read_by_thermostat(self.temperature)

    def __call__(
        self,
        values: Values,
        *,
        step: Step = None,
        visits: Input = None,
        where: Mask = None,
        variances: Input = None,
        epsilons: Input = None,
    ) -> Categorical:
        """Return the distribution of each row of ``values``; ``epsilons`` is one rate a row, or the initial one."""
        temperature = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        return gibbs_or_greedy(values, self._rates(epsilons), temperature, where)

    known = property(known_temperatures)

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law; None with a thermostat that has none."""
        law = temperature_law(self.temperature)
        if law is None:
            return None
        return mixture(
            *(gibbs_weight, greedy_weight),
            passes=law.passes,
            numbers=law.numbers,
            inputs=law.inputs,
            epsilon="epsilons",
        )
