"""Temperature from what is known: the values, how often they were visited, and the step.

A thermostat is a frozen dataclass and a callable: ``thermostat(values, step=..., visits=..., where=...)`` gives one
temperature a row of values, shape (...). It remembers nothing. Numbers and schedules serve wherever a thermostat does;
a thermostat of one's own is a subclass of :class:`Thermostat`, which is how it is told from a schedule.

All of them but :class:`LossBudget` scale with the values: rewards in other units change no choice. Where no temperature
does what is asked (ties, or a target out of range) the nearest end is given, 0 or inf exactly.
"""

from boltzmann.thermostats.per_row import Tempered, Thermostat, read_by_thermostat, temperature_of
from boltzmann.thermostats.scaled import GLIE, RangeScaled, StdScaled
from boltzmann.thermostats.targets import EffectiveActionsTarget, EntropyTarget, GreedyProbabilityTarget, LossBudget

__all__ = [
    "GLIE",
    "EffectiveActionsTarget",
    "EntropyTarget",
    "GreedyProbabilityTarget",
    "LossBudget",
    "RangeScaled",
    "StdScaled",
    "Tempered",
    "Thermostat",
    "read_by_thermostat",
    "temperature_of",
]
