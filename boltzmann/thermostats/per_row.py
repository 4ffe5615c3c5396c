"""What a thermostat is, and how it, a schedule or a number is read."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.notation import Expression
from boltzmann.schedules import Schedule, value_at


class Thermostat(Expression):
    """A temperature for each row of values; subclass it, as a frozen dataclass, to make one's own.

    A thermostat declares in ``reads`` which inputs it reads, "values" among them.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"values", "visits"})

    def __call__(
        self, values: ArrayLike, *, step: int = 0, visits: ArrayLike | None = None, where: ArrayLike | None = None
    ) -> Any:
        """Give the temperature of each row, shape (...), for values and visits of shape (..., K)."""
        raise NotImplementedError


class Tempered(Expression):
    """Shared by policies with a temperature: they read what their thermostat reads."""

    temperature: Any

    @property
    def reads(self) -> frozenset[str]:
        """The inputs that the policy reads beside values, step and mask."""
        return read_by_thermostat(self.temperature)


def read_by_thermostat(temperature: float | Schedule | Thermostat) -> frozenset[str]:
    """Return which inputs a temperature reads beside values, step and mask; only a thermostat reads any."""
    return temperature.reads - {"values"} if isinstance(temperature, Thermostat) else frozenset()


def temperature_of(
    temperature: float | Schedule | Thermostat, values: Any, *, step: int, visits: Any, where: Any
) -> Any:
    """Read a number, a schedule or a thermostat; the last gives temperatures in the library of the values.

    No derivative goes through a thermostat: its temperatures are constants.

    Examples
    --------
    >>> from boltzmann import RangeScaled
    >>> float(temperature_of(RangeScaled(0.5), [1.0, 5.0], step=0, visits=None, where=None))
    2.0
    """
    if isinstance(temperature, Thermostat):
        seen = (libraries.to_numpy("values", values), libraries.to_numpy("visits", visits))
        mask = libraries.to_numpy("where", where)
        found = temperature(seen[0], step=step, visits=seen[1], where=mask)
        rows = np.broadcast_shapes(np.shape(seen[0]), np.shape(mask) if mask is not None else ())[:-1]
        if np.shape(found) not in ((), rows):
            raise ValueError(f"{temperature!r} must give temperatures of shape {rows}, got {np.shape(found)}")
        return libraries.returned(found, values, least_bits=32)
    found = value_at(temperature, step)
    if isinstance(found, float):
        return found
    # A schedule of another library, such as optax, does not make its own of NumPy's values.
    return libraries.to_numpy("temperature", found) if libraries.is_native(values) else found


def number_at(name: str, target: Any, step: int, least: float, most: float) -> float:
    """Read a thermostat's own number or schedule and check it."""
    return checks.number(name, value_at(target, step), least=least, most=most)
