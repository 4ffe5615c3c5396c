"""Thermostats that keep a quantity at a target: an entropy, a probability, a loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from boltzmann import calibration
from boltzmann.arrays import Input, Mask, Step, Values
from boltzmann.laws import StepNumber, TemperatureLaw
from boltzmann.schedules import NONNEGATIVE, UNIT_INTERVAL, Schedule, Scheduled, Temperatures
from boltzmann.thermostats.per_row import VALUES_ALONE, Thermostat
from boltzmann.thermostats.root_laws import root_law

AT_LEAST_ONE = Scheduled("[1, inf]")


def _temperatures(result: calibration.Calibration) -> Temperatures:
    """Return the temperature of each row, and a scalar for a single row."""
    temperature: Temperatures = result.temperature
    return temperature[()] if isinstance(temperature, np.ndarray) else temperature


@dataclass(frozen=True, repr=False)
class EntropyTarget(Thermostat):
    """The temperature at which the entropy is a fraction of its maximum: ``H = fraction log K``.

    K counts the allowed actions.

    Parameters
    ----------
    fraction : float or callable of the step
        In [0, 1]: 0 is greedy, 1 is uniform. If the maximisers alone have more entropy, T = 0.

    Raises
    ------
    ValueError
        In a call with values that are not finite.

    Examples
    --------
    >>> temperatures = EntropyTarget(0.5)([[0.0, 1.0, 3.0], [0.0, 100.0, 300.0], [2.0, 2.0, 2.0]])
    >>> temperatures.round(4)
    array([  1.0361, 103.6112,   0.    ])
    >>> [float(EntropyTarget(end)([0.0, 1.0, 3.0])) for end in (0.0, 1.0)]
    [0.0, inf]
    """

    reads: ClassVar[frozenset[str]] = VALUES_ALONE
    every_library: ClassVar[bool] = True

    fraction: Annotated[float | Schedule, UNIT_INTERVAL]

    def __call__(self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None) -> Temperatures:
        """Return the temperature of each row of values."""
        fraction = UNIT_INTERVAL.read("fraction", self.fraction, step)
        return _temperatures(calibration.temperature_for_entropy_fraction(values, fraction, where=where))

    @property
    def law(self) -> TemperatureLaw:
        """The thermostat as a law."""
        return root_law("fraction", StepNumber(self.fraction, "[0, 1]"), lambda m, row: row.wanted)


@dataclass(frozen=True, repr=False)
class EffectiveActionsTarget(Thermostat):
    """The temperature at which the effective number of actions has a given value: ``exp(H) = actions``.

    Parameters
    ----------
    actions : float or callable of the step
        In [1, inf]. 1 is greedy; from the number of allowed actions on, the policy is uniform.

    Examples
    --------
    >>> EffectiveActionsTarget(2.0)([[0.0, 1.0, 3.0], [0.0, 100.0, 300.0]]).round(4)
    array([  1.287 , 128.7015])
    >>> [float(EffectiveActionsTarget(end)([0.0, 1.0, 3.0])) for end in (1.0, 3.0)]
    [0.0, inf]
    """

    reads: ClassVar[frozenset[str]] = VALUES_ALONE
    every_library: ClassVar[bool] = True

    actions: Annotated[float | Schedule, AT_LEAST_ONE]

    def __call__(self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None) -> Temperatures:
        """Return the temperature of each row of values."""
        actions = AT_LEAST_ONE.read("actions", self.actions, step)
        return _temperatures(calibration.temperature_for_entropy(values, effective_actions=actions, where=where))

    @property
    def law(self) -> TemperatureLaw:
        """The thermostat as a law."""
        return root_law("effective_actions", StepNumber(self.actions, "[1, inf]"), lambda m, row: row.wanted)


@dataclass(frozen=True, repr=False)
class GreedyProbabilityTarget(Thermostat):
    """The temperature at which the maximisers together have a given probability.

    Parameters
    ----------
    probability : float or callable of the step
        In [0, 1]. 1 is greedy; up to the maximisers' share of the allowed actions, the policy is uniform.

    Examples
    --------
    >>> GreedyProbabilityTarget(0.9)([[0.0, 1.0], [0.0, 100.0]]).round(4)
    array([ 0.4551, 45.512 ])
    >>> [float(GreedyProbabilityTarget(end)([0.0, 1.0])) for end in (1.0, 0.5)]
    [0.0, inf]
    """

    reads: ClassVar[frozenset[str]] = VALUES_ALONE
    every_library: ClassVar[bool] = True

    probability: Annotated[float | Schedule, UNIT_INTERVAL]

    def __call__(self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None) -> Temperatures:
        """Return the temperature of each row of values."""
        probability = UNIT_INTERVAL.read("probability", self.probability, step)
        return _temperatures(calibration.temperature_for_greedy_probability(values, probability, where=where))

    @property
    def law(self) -> TemperatureLaw:
        """The thermostat as a law."""
        return root_law("probability", StepNumber(self.probability, "[0, 1]"), lambda m, row: row.wanted)


@dataclass(frozen=True, repr=False)
class LossBudget(Thermostat):
    """The temperature at which a draw loses a given value on average: ``max Q - E[Q] = loss``.

    Parameters
    ----------
    loss : float or callable of the step
        In [0, inf], in the units of the values. 0 is greedy; from max Q - mean Q on, the policy is uniform.

    Examples
    --------
    >>> LossBudget(0.1)([[0.0, 1.0], [0.0, 100.0]]).round(4)
    array([ 0.4551, 14.4786])
    >>> [float(LossBudget(end)([0.0, 1.0])) for end in (0.0, 0.5)]
    [0.0, inf]
    """

    reads: ClassVar[frozenset[str]] = VALUES_ALONE
    every_library: ClassVar[bool] = True

    loss: Annotated[float | Schedule, NONNEGATIVE]

    def __call__(self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None) -> Temperatures:
        """Return the temperature of each row of values."""
        loss = NONNEGATIVE.read("loss", self.loss, step)
        return _temperatures(calibration.temperature_for_expected_loss(values, loss, where=where))

    @property
    def law(self) -> TemperatureLaw:
        """The thermostat as a law."""
        return root_law("loss", StepNumber(self.loss), lambda m, row: row.wanted / row.unit / 2.0)
