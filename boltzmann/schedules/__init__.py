"""Temperature as a pure function of the step.

A schedule is a frozen dataclass and a callable: ``schedule(step)`` gives the temperature at that step, for one
integer or an array of them. The first step is 0. Reading a schedule changes nothing, so it may be read twice, out
of order or for a plot. Any other callable of the step serves wherever a schedule does, optax's schedules among them.
Temperatures are in the units of the action values; both ends, 0 and inf, are legal.
"""

from boltzmann.schedules.combinators import Clip, Scale, Warmup
from boltzmann.schedules.decays import (
    ExponentialDecay,
    InverseSqrt,
    InverseTime,
    Logarithmic,
    LogOverTime,
    SqrtLogOverTime,
)
from boltzmann.schedules.ramps import Constant, Cosine, Exponential, Linear, Polynomial
from boltzmann.schedules.sequences import Cyclic, Join, Piecewise
from boltzmann.schedules.steps import Schedule, checked_schedule, value_at
from boltzmann.schedules.steps import Scheduled as Scheduled

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
    "Warmup",
    "checked_schedule",
    "value_at",
]
