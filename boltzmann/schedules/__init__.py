"""Temperature as a pure function of the step.

A schedule is a frozen dataclass and a callable: ``schedule(step)`` returns the temperature at that step, for one
integer or an array of them. The first step is 0. Calling a schedule changes nothing, so steps may be read twice, out
of order or for a plot. Any other callable of the step may replace a schedule, for example one of optax's. Temperatures
are in the units of the action values; both ends, 0 and inf, are legal.
"""

from boltzmann.schedules.combinators import Clip, Scale, Warmup
from boltzmann.schedules.decays import (
    ExponentialDecay,
    InverseSqrt,
    InverseTime,
    Logarithmic,
    LogOverTime,
    SqrtLogOverTime,
    Staircase,
)

# Other folders read these; `as` exports them to type checkers, and `__all__` holds the names for users alone.
from boltzmann.schedules.drawn import curve_of as curve_of
from boltzmann.schedules.drawn import settled_at as settled_at
from boltzmann.schedules.ramps import Constant, Cosine, Exponential, Linear, Polynomial
from boltzmann.schedules.sequences import Cyclic, Join, Piecewise
from boltzmann.schedules.steps import NONNEGATIVE as NONNEGATIVE
from boltzmann.schedules.steps import UNIT_INTERVAL as UNIT_INTERVAL
from boltzmann.schedules.steps import Schedule
from boltzmann.schedules.steps import Scheduled as Scheduled
from boltzmann.schedules.steps import StepFormula as StepFormula
from boltzmann.schedules.steps import Temperatures as Temperatures
from boltzmann.schedules.steps import at_step as at_step
from boltzmann.schedules.steps import check_callable as check_callable
from boltzmann.schedules.steps import numbers_of as numbers_of
from boltzmann.schedules.steps import of_arrays as of_arrays
from boltzmann.schedules.steps import takes_arrays as takes_arrays
from boltzmann.schedules.steps import value_at as value_at

__all__ = [
    "Clip",
    "Constant",
    "Cosine",
    "Cyclic",
    "Exponential",
    "ExponentialDecay",
    "InverseSqrt",
    "InverseTime",
    "Join",
    "Linear",
    "LogOverTime",
    "Logarithmic",
    "Piecewise",
    "Polynomial",
    "Scale",
    "Schedule",
    "SqrtLogOverTime",
    "Staircase",
    "Warmup",
]
