"""Value-difference based exploration: a rate of exploration for each state that follows how much its values change.

The rates are an agent's: an array of one epsilon a state, which starts at ``initial_epsilon``, is handed to the policy
as ``epsilons`` and goes on by ``next_epsilons``, a pure function.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.categorical import Categorical
from boltzmann.notation import Expression
from boltzmann.policies._mixture import gibbs_or_greedy, uniform_or_gibbs
from boltzmann.schedules import Schedule, checked_schedule
from boltzmann.thermostats import RangeScaled, Thermostat, temperature_of

_NORMALISED = RangeScaled(0.5)
"""T = 1 for values that are brought to [-1, 1]."""


def next_epsilons(
    epsilons: ArrayLike, value_changes: ArrayLike, weights: ArrayLike, sensitivity: float
) -> NDArray[np.float64]:
    """Move rates of exploration towards how much the values change: (1 - w) epsilon + w tanh(|change| / 2 sensitivity).

    Tokic, "Adaptive epsilon-greedy exploration in reinforcement learning based on value differences", 2010, equations
    4 to 6, where the second term is written (1 - exp(-|change| / sensitivity)) / (1 + exp(-|change| / sensitivity)).

    Parameters
    ----------
    epsilons : array
        The rates so far, in [0, 1].
    value_changes : array of the same shape
        What an update has added to the value of the action taken: step size times temporal-difference error.
    weights : array of the same shape, or float
        In [0, 1], of the newest change; commonly one over the number of actions.
    sensitivity : float
        In (0, inf], in the units of the values: a change much larger than it counts as 1.

    Returns
    -------
    array of the same shape
        In [0, 1].

    Raises
    ------
    ValueError, TypeError
        For arguments out of bounds.

    Examples
    --------
    >>> next_epsilons([1.0, 1.0, 0.0], [0.0, 10.0, 0.1], 0.5, 1.0).round(4)
    array([0.5  , 1.   , 0.025])
    """
    rates = _within_unit("epsilons", epsilons)
    weight = _within_unit("weights", weights)
    changes = checks.numeric_array("value_changes", value_changes)
    checks.require_all(np.isfinite(changes), "value_changes", "finite", changes)
    checked = checks.number("sensitivity", sensitivity, least=0, open_below=True)
    try:
        np.broadcast_shapes(rates.shape, changes.shape, weight.shape)
    except ValueError:
        raise ValueError(
            f"epsilons, value_changes and weights must fit together, got shapes {rates.shape}, {changes.shape} and "
            f"{weight.shape}"
        ) from None
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray((1 - weight) * rates + weight * np.tanh(np.abs(changes) / checked / 2))


def _within_unit(name: str, value: ArrayLike) -> NDArray[np.float64]:
    array = checks.numeric_array(name, value).astype(np.float64, copy=False)
    checks.require_all((array >= 0) & (array <= 1), name, "in [0, 1]", array)
    return array


@dataclass(frozen=True, repr=False)
class _ValueDifference(Expression):
    """What the policies with such a rate have in common."""

    sensitivity: float

    # Of a state that nothing is known of yet.
    initial_epsilon: float = field(default=1.0, kw_only=True)
    weight: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        sensitivity = checks.number("sensitivity", self.sensitivity, least=0, open_below=True)
        object.__setattr__(self, "sensitivity", sensitivity)
        epsilon = checks.number("initial_epsilon", self.initial_epsilon, least=0, most=1)
        object.__setattr__(self, "initial_epsilon", epsilon)
        if self.weight is not None:
            object.__setattr__(self, "weight", checks.number("weight", self.weight, least=0, most=1))

    def next_epsilons(
        self, epsilons: ArrayLike, value_changes: ArrayLike, actions_allowed: ArrayLike
    ) -> NDArray[np.float64]:
        """Give the rates after an update of each row; see :func:`next_epsilons`.

        ``actions_allowed`` is the number of actions of each row, whose inverse is the weight where none is given.
        """
        weights: Any = self.weight
        if weights is None:
            counts = checks.numeric_array("actions_allowed", actions_allowed)
            checks.require_all(counts >= 1, "actions_allowed", "at least 1", counts)
            weights = 1 / counts
        return next_epsilons(epsilons, value_changes, weights, self.sensitivity)

    def _rates(self, epsilons: ArrayLike | None) -> Any:
        if epsilons is None:
            return self.initial_epsilon
        return _within_unit("epsilons", libraries.to_numpy("epsilons", epsilons))


@dataclass(frozen=True, repr=False)
class VDBE(_ValueDifference):
    """Epsilon-greedy with a rate for each state that follows how much its values change.

    Tokic, "Adaptive epsilon-greedy exploration in reinforcement learning based on value differences", 2010.

    Parameters
    ----------
    sensitivity : float
        In (0, inf], in the units of the values; the smaller, the more a change makes it explore. At inf no change
        does.
    initial_epsilon : float
        In [0, 1], the rate of a state that nothing is known of.
    weight : float, optional
        In [0, 1], of the newest change; one over the number of allowed actions by default.

    Raises
    ------
    ValueError, TypeError
        For parameters out of bounds; for values as :class:`boltzmann.Gibbs`.

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
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
        epsilons: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``; ``epsilons`` is one rate a row, or the initial one."""
        return uniform_or_gibbs(values, self._rates(epsilons), 0.0, where, told=False)


@dataclass(frozen=True, repr=False)
class VDBESoftmax(_ValueDifference):
    """Max-Boltzmann with a rate for each state that follows how much its values change.

    Tokic & Palm, "Value-difference based exploration: adaptive control between epsilon-greedy and softmax", 2011:
    with probability epsilon(s) a softmax, whose values are brought to [-1, 1] at T = 1, otherwise a largest value.

    Parameters
    ----------
    sensitivity : float
        As for :class:`VDBE`.
    temperature : float, callable of the step, or Thermostat
        Of the softmax, in [0, inf]; the paper's by default.
    initial_epsilon, weight
        As for :class:`VDBE`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of bounds; for values as :class:`boltzmann.Gibbs`.

    Examples
    --------
    >>> VDBESoftmax(1.0)([[0.0, 1.0], [0.0, 100.0]], epsilons=[0.0, 1.0]).probs.round(4)
    array([[0.    , 1.    ],
           [0.1192, 0.8808]])
    """

    temperature: float | Schedule | Thermostat = _NORMALISED

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "temperature", checked_schedule("temperature", self.temperature, thermostats=True))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
        epsilons: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``; ``epsilons`` is one rate a row, or the initial one."""
        heat = temperature_of(self.temperature, values, step=step, visits=visits, where=where)
        return gibbs_or_greedy(values, self._rates(epsilons), heat, where)
