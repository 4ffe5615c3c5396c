"""The temperature of a distribution that can be updated: a number, a schedule, or a thermostat."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from boltzmann.arrays import Input
from boltzmann.large.buckets.gibbs_buckets import GibbsBuckets
from boltzmann.large.updatable import GibbsTree
from boltzmann.schedules import NONNEGATIVE, UNIT_INTERVAL, Schedule
from boltzmann.thermostats import AT_LEAST_ONE, EffectiveActionsTarget, EntropyTarget, Thermostat, temperature_of


def temperature_for(
    distribution: GibbsTree | GibbsBuckets,
    temperature: float | Schedule | Thermostat,
    *,
    step: int | None = None,
    visits: Input = None,
) -> float:
    """Return what a number, a schedule or a thermostat says for a distribution, which is not changed.

    Parameters
    ----------
    distribution : GibbsTree or GibbsBuckets
        Its values and their number are read. ``EntropyTarget`` and ``EffectiveActionsTarget`` ask buckets for the
        temperature, which takes microseconds; with a tree, and for other thermostats, it is O(K).
    temperature : float, callable of the step, or Thermostat
        Temperatures in [0, inf].
    step : int
        The number of steps so far, at least 0; a temperature that changes with the step needs it.
    visits : array of shape (K,), optional
        For thermostats that read how often each action was taken.

    Raises
    ------
    ValueError, TypeError
        For temperatures outside [0, inf], and what the thermostat refuses.

    Examples
    --------
    >>> from boltzmann import EntropyTarget, Linear
    >>> buckets = GibbsBuckets([0.0, 1.0, 3.0])
    >>> round(temperature_for(buckets, EntropyTarget(0.5)), 4)
    1.0361
    >>> temperature_for(buckets, Linear(1.0, 0.0, 10), step=5)
    0.5
    >>> temperature_for(buckets, EntropyTarget(0.0)), temperature_for(buckets, EntropyTarget(1.0))
    (0.0, inf)
    """
    if not isinstance(temperature, Thermostat):
        return float(NONNEGATIVE.read("temperature", temperature, step))
    if isinstance(distribution, GibbsBuckets) and isinstance(temperature, EntropyTarget):
        fraction = float(UNIT_INTERVAL.read("fraction", temperature.fraction, step))
        entropy = fraction * math.log(distribution.allowed) if fraction < 1.0 else math.inf
        return _with_entropy(distribution, entropy)
    if isinstance(distribution, GibbsBuckets) and isinstance(temperature, EffectiveActionsTarget):
        return _with_entropy(distribution, math.log(AT_LEAST_ONE.read("actions", temperature.actions, step)))
    values = distribution.values
    where: Any = values > -np.inf
    found = temperature_of(temperature, values, step=step, visits=visits, where=None if where.all() else where)
    return float(np.asarray(found))


def _with_entropy(buckets: GibbsBuckets, entropy: float) -> float:
    return math.inf if entropy == math.inf else float(buckets.temperature_for_entropy(entropy).temperature)
