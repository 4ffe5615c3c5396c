"""Temperature from what is known: the values, how often they were visited, and the step.

A thermostat is a frozen dataclass and a callable: ``thermostat(values, step=..., visits=..., where=...)`` returns one
temperature a row of values, shape (...). It remembers nothing. A number or a schedule may replace a thermostat
everywhere. A new thermostat is a subclass of :class:`Thermostat`; this base class distinguishes it from a schedule.

The temperatures of all thermostats except :class:`LossBudget` scale with the values, so rewards in other units change
no choice. If no temperature meets the target (ties, or a target out of reach), the result is the nearest end, exactly
0 or inf.

The thermostats of ``targets`` take arrays of every library, traced ones too, and their temperatures have derivatives.
The others compute with NumPy, and their temperatures are constants of a derivative.
"""

from boltzmann.thermostats.per_row import RowTemperature as RowTemperature
from boltzmann.thermostats.per_row import TemperaturePolicy as TemperaturePolicy
from boltzmann.thermostats.per_row import Thermostat
from boltzmann.thermostats.per_row import read_by_thermostat as read_by_thermostat
from boltzmann.thermostats.per_row import temperature_law as temperature_law
from boltzmann.thermostats.per_row import temperature_of as temperature_of
from boltzmann.thermostats.root_laws import mellowmax_law as mellowmax_law
from boltzmann.thermostats.scaled import GLIE, RangeScaled, StdScaled
from boltzmann.thermostats.targets import AT_LEAST_ONE as AT_LEAST_ONE
from boltzmann.thermostats.targets import EffectiveActionsTarget, EntropyTarget, GreedyProbabilityTarget, LossBudget

# Other folders read the names with `as`; `__all__` holds the names for users alone.
__all__ = [
    "GLIE",
    "EffectiveActionsTarget",
    "EntropyTarget",
    "GreedyProbabilityTarget",
    "LossBudget",
    "RangeScaled",
    "StdScaled",
    "Thermostat",
]
