"""Policies of rows of which a kernel has found the temperature or the weights of the actions already.

Each function makes the attribute ``known`` of a policy, which stands beside its law: compiled loops then do not compute
again, in NumPy, what their kernels have found.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from boltzmann._numerics import answer
from boltzmann.arrays import NUMPY, Bools, Input, Mask, Step, Values
from boltzmann.categorical import Categorical
from boltzmann.laws import Known
from boltzmann.schedules import Temperatures
from boltzmann.thermostats import Thermostat, temperature_of


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
        # A subclass may take other arguments than the fields.
        made = copy.copy(policy)
        object.__setattr__(made, "temperature", _Found(temperature))
        return made(values, **inputs)

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
    """Return a policy without a temperature whose weights are exponentials, the largest of each row 1."""

    def of_weights(values: Values, *, weights: Any, **inputs: Any) -> Categorical:
        probs = weights / weights.sum(axis=-1, keepdims=True)
        made = _OfExponentials.computed(probs, NUMPY, None, _greedy(values))
        made.__dict__["_weights"] = weights
        return made

    return Known(frozenset({"weights"}), of_weights)


class _OfExponentials(Categorical):
    """The distribution in proportion to weights whose largest is 1: small entropies keep all their digits."""

    _weights: Any

    @answer
    def entropy(self) -> Any:
        """-sum_a p(a) log p(a) in nats, shape (...)."""
        weights = self._weights
        logs = np.log(weights, out=np.zeros_like(weights), where=weights > 0)
        others = np.where(weights < 1.0, weights, 0.0).sum(axis=-1) + ((weights == 1.0).sum(axis=-1) - 1.0)
        # No term is negative, so nothing cancels.
        return np.log1p(others) - (weights * logs).sum(axis=-1) / (1.0 + others)


def _greedy(values: Any) -> Bools:
    """Mark the actions of a largest value; masked ones have the value -inf."""
    greedy: Bools = values == values.max(axis=-1, keepdims=True)
    return greedy
