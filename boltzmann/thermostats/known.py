"""Policies of rows of which a kernel has found the temperature or the weights of the actions already.

Each function makes the attribute ``known`` of a policy, which stands beside its law: compiled loops then do not compute
again, in NumPy, what their kernels have found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from boltzmann.arrays import NUMPY, Input, Mask, Step, Values
from boltzmann.categorical import Categorical
from boltzmann.gibbs import OfEnergies
from boltzmann.laws import Known
from boltzmann.schedules import Temperatures
from boltzmann.thermostats.per_row import Thermostat, temperature_of


@dataclass(frozen=True, repr=False, eq=False)
class _Found(Thermostat):
    """The temperatures that were found in the rows."""

    temperatures: Any

    def __call__(self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None) -> Temperatures:
        found: Temperatures = self.temperatures
        return found


def known_temperatures(policy: Any) -> Known | None:
    """Return a policy with the temperatures found by its thermostat; None without a thermostat."""
    if not isinstance(policy.temperature, Thermostat):
        return None

    def at_temperatures(values: Values, *, temperature: Values, **inputs: Any) -> Any:
        return replace(policy, temperature=_Found(temperature))(values, **inputs)

    return Known(frozenset({"temperature"}), at_temperatures)


def known_weights(policy: Any) -> Known:
    """Return a policy with the weights that its law has found, and its temperature, if it has one."""
    schedule = getattr(policy, "temperature", None)

    def of_weights(
        values: Values, *, weights: Any, temperature: Any = None, step: Step = None, **inputs: Any
    ) -> Categorical:
        if temperature is None and schedule is not None:
            temperature = temperature_of(schedule, values, step=step, visits=None, where=None)
        probs = weights / weights.sum(axis=-1, keepdims=True)
        return Categorical.computed(probs, NUMPY, temperature, _greedy(values))

    found = {"weights", "temperature"} if isinstance(schedule, Thermostat) else {"weights"}
    return Known(frozenset(found), of_weights)


def known_exponentials(policy: Any) -> Known:
    """Return a policy without a temperature whose weights are exponentials: small entropies keep all their digits."""

    def of_weights(values: Values, *, weights: Any, **inputs: Any) -> OfEnergies:
        with np.errstate(divide="ignore"):
            energies = np.log(weights)
        return OfEnergies.made(energies, 1.0, None, _greedy(values), has_temperature=False)

    return Known(frozenset({"weights"}), of_weights)


def _greedy(values: Any) -> Any:
    """Mark the actions of a largest value; masked ones have the value -inf."""
    return values == values.max(axis=-1, keepdims=True)
