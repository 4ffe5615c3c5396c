"""The base class of thermostats, and the reading of a number, a schedule or a thermostat as temperatures of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.arrays import Input, Mask, Values
from boltzmann.bounds import Interval
from boltzmann.laws import StepNumber, TemperatureLaw, own_law
from boltzmann.notation import Expression
from boltzmann.pictures import expression, figure, table
from boltzmann.schedules import Schedule, Temperatures, check_callable, value_at


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

    def __call__(self, values: Values, *, step: int = 0, visits: Input = None, where: Mask = None) -> Temperatures:
        """Return the temperature of each row, shape (...), for values and visits of shape (..., K)."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        values, visits = np.array([0.0, 0.5, 1.0]), np.full(3, 10)
        rows = [
            [f"{scale:g} times", f"{float(self(scale * values, visits=visits)):.4g}"] for scale in (0.01, 1.0, 100.0)
        ]
        note = "for the values 0, 0.5, 1, each action taken 10 times, and their multiples"
        return figure(expression(self), table(["values", "temperature"], rows), note)


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
        return checks.number_in(name, value, self.interval)


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
    temperature: float | Schedule | Thermostat, values: Values, *, step: int, visits: Values | None, where: Mask
) -> Values:
    """Read a number, a schedule or a thermostat; a thermostat's temperatures are in the library of the values.

    A thermostat of ``every_library`` gets the values as they are, and its temperatures have derivatives. Another one
    gets NumPy arrays, and its temperatures are constants.

    Examples
    --------
    >>> from boltzmann import RangeScaled
    >>> float(temperature_of(RangeScaled(0.5), [1.0, 5.0], step=0, visits=None, where=None))
    2.0
    """
    if type(temperature) is float:
        return temperature
    if isinstance(temperature, Thermostat):
        if temperature.every_library and not libraries.is_native(values):
            return temperature(values, step=step, visits=visits, where=where)
        array = libraries.to_numpy("values", values)
        mask = None if where is None else checks.mask_array("where", libraries.to_numpy("where", where))
        read: Values = temperature(array, step=step, visits=libraries.to_numpy("visits", visits), where=mask)
        rows = np.broadcast_shapes(np.shape(array), np.shape(mask) if mask is not None else ())[:-1]
        if np.shape(read) not in ((), rows):
            raise ValueError(f"{temperature!r} must give temperatures of shape {rows}, got {np.shape(read)}")
        temperatures: Values = libraries.returned(read, values, least_bits=32)
        return temperatures
    read = value_at(temperature, step)
    if isinstance(read, float):
        return read
    # Schedules of another library, such as optax, return arrays of that library even if the values are NumPy's.
    return libraries.to_numpy("temperature", read) if libraries.is_native(values) else read
