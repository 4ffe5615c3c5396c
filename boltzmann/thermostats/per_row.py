"""The base class of thermostats, and the reading of a number, a schedule or a thermostat as temperatures of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from boltzmann import checks
from boltzmann._numerics import (
    LawOnArrays,
    any_traced,
    beside,
    finite_rows_traced,
    libraries,
    numbers_of_actions,
    visit_counts,
)
from boltzmann.arrays import NUMPY, QUIET, Input, Mask, Step, Values, varies
from boltzmann.bounds import Interval
from boltzmann.calibration import finite_rows
from boltzmann.laws import StepNumber, TemperatureLaw, own_law
from boltzmann.notation import Expression
from boltzmann.pictures import expression, figure, table
from boltzmann.schedules import Schedule, Temperatures, at_step, check_callable, numbers_of, value_at

VALUES_ALONE = frozenset({"values"})
"""What a thermostat reads that needs no visits."""


class Thermostat(Expression):
    """Base class of thermostats, which return a temperature for each row of values.

    A new thermostat is a frozen dataclass that subclasses it, and declares in ``reads`` which inputs it reads, "values"
    among them.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"values", "visits"})
    every_library: ClassVar[bool] = False
    """Whether it takes arrays of every library, traced ones too, and answers in the library of the values."""

    @property
    def law(self) -> TemperatureLaw | None:
        """How compiled loops find the temperature; None runs in lockstep."""
        return None

    def __call__(self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None) -> Temperatures:
        """Return the temperature of each row, shape (...), for values and visits of shape (..., K): that of the law."""
        law = self.law
        if law is None:
            raise NotImplementedError(f"{type(self).__name__} states neither __call__ nor a law")
        return _by_law(self, law, values, step, visits, where)

    def _repr_html_(self) -> str:
        values, visits = np.array([0.0, 0.5, 1.0]), np.full(3, 10)
        rows = [
            [f"{scale:g} times", f"{float(self(scale * values, step=0, visits=visits)):.4g}"]
            for scale in (0.01, 1.0, 100.0)
        ]
        note = "for the values 0, 0.5, 1, each action taken 10 times, and their multiples"
        return figure(expression(self), table(["values", "temperature"], rows), note)


def _by_law(
    thermostat: Thermostat, law: TemperatureLaw, values: Any, step: Any, visits: Any, where: Mask
) -> Temperatures:
    """Run the law of a thermostat on arrays: NumPy's, or those of the library that traces one of the inputs."""
    if "visits" in law.inputs and visits is None:
        raise ValueError(f"visits must be given: {type(thermostat).__name__} reads how often each action was taken")
    numbers = numbers_of(law.numbers, step)
    if not any_traced(values, step, visits, where) and not any(map(varies, numbers.values())):
        return _of_known_rows(law, values, numbers, visits, where)
    xp, rows, bad = finite_rows_traced(beside(values, step, visits, where, *numbers.values()), where)
    inputs = {}
    if "visits" in law.inputs:
        inputs["visits"], odd = numbers_of_actions(xp, "visits", visits, rows, checks.MOST_VISITS)
        bad = bad | odd
    found = LawOnArrays(law, xp, rows, numbers, inputs).of_rows("temperature")
    temperatures: Any = xp.where(bad[..., 0], xp.nan, found)
    return temperatures  # type: ignore[no-any-return]


@QUIET
def _of_known_rows(
    law: TemperatureLaw, values: Values, numbers: dict[str, Any], visits: Any, where: Mask
) -> Temperatures:
    rows, inputs = finite_rows(values, where), {}
    if "visits" in law.inputs:
        inputs["visits"] = visit_counts(visits, rows.shape, rows > -np.inf)
    found: Temperatures = LawOnArrays(law, NUMPY, rows, numbers, inputs).of_rows("temperature")[()]
    return found


@dataclass(frozen=True)
class TemperatureBound(Interval):
    """The bound of a policy's temperature: a number in [0, inf], a schedule or a thermostat.

    Examples
    --------
    >>> TemperatureBound().check("temperature", -1)
    Traceback (most recent call last):
        ...
    ValueError: temperature must be in [0, inf], got -1.0
    """

    interval: str = "[0, inf]"

    def check(self, name: str, value: object) -> float | Schedule | Thermostat:
        """Return a number as a float and a callable as it is, or raise."""
        if callable(value):
            check_callable(name, value, "a number, a callable of the step or a subclass of Thermostat")
            return value
        if isinstance(value, list | tuple) or getattr(value, "ndim", 0) > 0:
            raise TypeError(
                f"{name} must be one number or a callable, got {checks.shown(value)}: Gibbs takes one for each row"
            )
        remedy = ": use Gibbs(values, T), or write it as a schedule, lambda step: T"
        return checks.number_in(name, value, self.interval, remedy)


RowTemperature = Annotated[float | Schedule | Thermostat, TemperatureBound()]


class TemperaturePolicy(Expression):
    """Base class of policies with a temperature, which read the inputs of their thermostat."""

    temperature: RowTemperature

    @property
    def reads(self) -> frozenset[str]:
        """The inputs that the policy reads beside values, step and mask."""
        return read_by_thermostat(self.temperature)


def read_by_thermostat(temperature: float | Schedule | Thermostat) -> frozenset[str]:
    """Return which inputs a temperature reads beside values, step and mask; only a thermostat reads any."""
    return temperature.reads - {"values"} if isinstance(temperature, Thermostat) else frozenset()


def temperature_law(temperature: float | Schedule | Thermostat) -> TemperatureLaw | None:
    """Return the law of a number, a schedule or a thermostat; None for a thermostat without one."""
    if isinstance(temperature, Thermostat):
        law: TemperatureLaw | None = own_law(temperature)
        return law
    return TemperatureLaw(numbers={"temperature": StepNumber(temperature)})


def temperature_of(
    temperature: float | Schedule | Thermostat, values: Values, *, step: Step, visits: Values | None, where: Mask
) -> Values:
    """Read a number, a schedule or a thermostat; a thermostat's temperatures are in the library of the values.

    A thermostat of ``every_library`` gets the values as they are, and its temperatures have derivatives. Another one
    gets NumPy arrays, or its law runs where an input is traced; its temperatures have derivatives by a scheduled number
    alone.

    Examples
    --------
    >>> from boltzmann import RangeScaled
    >>> float(temperature_of(RangeScaled(0.5), [1.0, 5.0], step=0, visits=None, where=None))
    2.0
    """
    if type(temperature) is float:
        return temperature
    if isinstance(temperature, Thermostat):
        is_traced = any_traced(values, step, visits, where)
        if temperature.every_library and (is_traced or not libraries.is_native(values)):
            return temperature(values, **at_step(step), visits=visits, where=where)
        if is_traced and (law := own_law(temperature)) is not None:
            return _by_law(temperature, law, values, step, visits, where)
        array = libraries.to_numpy("values", values)
        mask = None if where is None else checks.mask_array("where", libraries.to_numpy("where", where))
        read: Values = temperature(array, **at_step(step), visits=libraries.to_numpy("visits", visits), where=mask)
        rows = np.broadcast_shapes(np.shape(array), np.shape(mask) if mask is not None else ())[:-1]
        if np.shape(read) not in ((), rows):
            raise ValueError(f"{temperature!r} must give temperatures of shape {rows}, got {np.shape(read)}")
        return libraries.returned(read, values, least_bits=32) if libraries.is_native(read) else read
    read = value_at(temperature, step)
    if isinstance(read, float):
        return read
    if not libraries.is_native(read) and varies(read):
        return read
    # Schedules of another library, such as optax, return arrays of that library even if the values are NumPy's.
    return libraries.to_numpy("temperature", read) if libraries.is_native(values) else read
