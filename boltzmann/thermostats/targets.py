"""Thermostats that hold what a temperature means: an entropy, a probability, a loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from boltzmann.calibration import (
    finite_rows,
    temperature_for_entropy,
    temperature_for_expected_loss,
    temperature_for_greedy_probability,
)
from boltzmann.schedules import Schedule, checked_schedule
from boltzmann.thermostats.per_row import Thermostat, number_at


@dataclass(frozen=True, repr=False)
class EntropyTarget(Thermostat):
    """The temperature at which the entropy is a fraction of what it is at most: ``H = fraction log K``.

    K counts the actions that are allowed.

    Parameters
    ----------
    fraction : float or callable of the step
        In [0, 1]: 0 is greedy, 1 is uniform. Where ties alone have more entropy, T = 0.

    Raises
    ------
    ValueError, TypeError
        For a fraction out of bounds, at once or when read; when called, for values as :class:`boltzmann.Gibbs`, and
        for infinite ones.

    Examples
    --------
    >>> heat = EntropyTarget(0.5)([[0.0, 1.0, 3.0], [0.0, 100.0, 300.0], [2.0, 2.0, 2.0]])
    >>> heat.round(4)
    array([  1.0361, 103.6112,   0.    ])
    >>> [float(EntropyTarget(end)([0.0, 1.0, 3.0])) for end in (0.0, 1.0)]
    [0.0, inf]
    """

    fraction: float | Schedule

    def __post_init__(self) -> None:
        object.__setattr__(self, "fraction", checked_schedule("fraction", self.fraction, most=1))

    def __call__(
        self, values: ArrayLike, *, step: int = 0, visits: ArrayLike | None = None, where: ArrayLike | None = None
    ) -> Any:
        """Give the temperature of each row of values."""
        fraction = number_at("fraction", self.fraction, step, 0, 1)
        possible = np.count_nonzero(finite_rows(values, where) > -np.inf, axis=-1)
        return temperature_for_entropy(values, fraction * np.log(possible), where=where).temperature[()]


@dataclass(frozen=True, repr=False)
class EffectiveActionsTarget(Thermostat):
    """The temperature at which so many actions are in play: ``exp(H) = actions``.

    Parameters
    ----------
    actions : float or callable of the step
        At least 1, which is greedy; from the number of allowed actions on it is uniform.

    Raises
    ------
    ValueError, TypeError
        For a number out of bounds, at once or when read; when called, for values as :class:`EntropyTarget`.

    Examples
    --------
    >>> EffectiveActionsTarget(2.0)([[0.0, 1.0, 3.0], [0.0, 100.0, 300.0]]).round(4)
    array([  1.287 , 128.7015])
    >>> [float(EffectiveActionsTarget(end)([0.0, 1.0, 3.0])) for end in (1.0, 3.0)]
    [0.0, inf]
    """

    actions: float | Schedule

    def __post_init__(self) -> None:
        object.__setattr__(self, "actions", checked_schedule("actions", self.actions, least=1))

    def __call__(
        self, values: ArrayLike, *, step: int = 0, visits: ArrayLike | None = None, where: ArrayLike | None = None
    ) -> Any:
        """Give the temperature of each row of values."""
        actions = number_at("actions", self.actions, step, 1, np.inf)
        return temperature_for_entropy(values, effective_actions=actions, where=where).temperature[()]


@dataclass(frozen=True, repr=False)
class GreedyProbabilityTarget(Thermostat):
    """The temperature at which the largest values together are drawn with a given probability.

    Parameters
    ----------
    probability : float or callable of the step
        In [0, 1]: 1 is greedy; up to the maximisers' share of the allowed actions it is uniform.

    Raises
    ------
    ValueError, TypeError
        For a probability out of bounds, at once or when read; when called, for values as :class:`EntropyTarget`.

    Examples
    --------
    >>> GreedyProbabilityTarget(0.9)([[0.0, 1.0], [0.0, 100.0]]).round(4)
    array([ 0.4551, 45.512 ])
    >>> [float(GreedyProbabilityTarget(end)([0.0, 1.0])) for end in (1.0, 0.5)]
    [0.0, inf]
    """

    probability: float | Schedule

    def __post_init__(self) -> None:
        object.__setattr__(self, "probability", checked_schedule("probability", self.probability, most=1))

    def __call__(
        self, values: ArrayLike, *, step: int = 0, visits: ArrayLike | None = None, where: ArrayLike | None = None
    ) -> Any:
        """Give the temperature of each row of values."""
        probability = number_at("probability", self.probability, step, 0, 1)
        return temperature_for_greedy_probability(values, probability, where=where).temperature[()]


@dataclass(frozen=True, repr=False)
class LossBudget(Thermostat):
    """The temperature at which a draw gives away a given value on average: ``max Q - E[Q] = loss``.

    Parameters
    ----------
    loss : float or callable of the step
        In [0, inf], in the units of the values: 0 is greedy; from max Q - mean Q on it is uniform.

    Raises
    ------
    ValueError, TypeError
        For a loss out of bounds, at once or when read; when called, for values as :class:`EntropyTarget`.

    Examples
    --------
    >>> LossBudget(0.1)([[0.0, 1.0], [0.0, 100.0]]).round(4)
    array([ 0.4551, 14.4786])
    >>> [float(LossBudget(end)([0.0, 1.0])) for end in (0.0, 0.5)]
    [0.0, inf]
    """

    loss: float | Schedule

    def __post_init__(self) -> None:
        object.__setattr__(self, "loss", checked_schedule("loss", self.loss))

    def __call__(
        self, values: ArrayLike, *, step: int = 0, visits: ArrayLike | None = None, where: ArrayLike | None = None
    ) -> Any:
        """Give the temperature of each row of values."""
        loss = number_at("loss", self.loss, step, 0, np.inf)
        return temperature_for_expected_loss(values, loss, where=where).temperature[()]
