"""Shared by all schedules: reading a step of any library, and reading a number, a schedule or a callable at it.

A schedule states its formula once, as a law of numbers: a function of a namespace ``m`` and of steps as floats, which
are one Python float, NumPy's array or another library's, traced or not.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann._numerics import OF_NUMPY, OF_SINGLE, Maths, libraries, maths_of
from boltzmann.arrays import QUIET, Array, Floats, varies
from boltzmann.bounds import Interval
from boltzmann.laws import StepNumber
from boltzmann.notation import Expression
from boltzmann.pictures import expression, figure
from boltzmann.schedules.drawn import curve_of

Schedule = Callable[[Any], Any]
"""Any callable that maps a step, or an array of steps, to a temperature of the same shape."""

LAST_STEP = 2**62
"""The largest step, a quarter of the range of 64-bit integers without a sign."""

Temperatures = np.float64 | Floats
"""One temperature, or an array of them in the shape of the steps."""


class StepFormula(Expression):
    """Base class of the schedules, which state their formula in ``_at``."""

    changes: ClassVar[bool] = True
    """Whether the temperature depends on the step, which then has to be given."""

    def __call__(self, step: ArrayLike | Array) -> Any:
        """Return the temperature at ``step``, integers of any shape; the result has that shape.

        Arrays of another library, traced ones too, are answered in that library, in its default float; NaN where a
        traced step is negative or beyond 2^62.
        """
        if type(step) is int and 0 <= step <= LAST_STEP:
            return np.float64(self._at(OF_SINGLE, float(step)))
        if libraries.is_native(step):
            return self._of_numpy(checked_steps(step))
        return self._of_another(step)

    @QUIET
    def _of_numpy(self, steps: Floats) -> Temperatures:
        result: Temperatures = np.asarray(self._at(OF_NUMPY, steps))[()]
        return result

    def _of_another(self, step: Any) -> Any:
        xp = libraries.namespace(step)
        if not xp.isdtype(step.dtype, "integral"):
            raise TypeError(f"step must be an integer or an array of integers, got {step.dtype}")
        if not libraries.is_traced(step):
            checked_steps(libraries.to_numpy("step", step))
        wrong = step < 0
        if xp.iinfo(step.dtype).max > LAST_STEP:  # type: ignore[attr-defined]
            wrong = wrong | (step > LAST_STEP)
        steps = xp.astype(step, libraries.widest_float(xp))
        with libraries.quiet(xp):
            found = self._at(maths_of(xp, steps.dtype, libraries.device(steps)), steps)
        return xp.where(wrong, xp.nan, found)

    def _repr_html_(self) -> str:
        return figure(expression(self), curve_of(of_arrays(self)))

    def _at(self, m: Maths, t: Array) -> Any:
        """Return the temperature at steps t, floats of at least 0."""
        raise NotImplementedError


def checked_steps(step: ArrayLike) -> Floats:
    """Return steps as floats, or raise if one of them is not an integer of at least 0."""
    if type(step) is int and 0 <= step <= LAST_STEP:
        return np.asarray(float(step))
    steps = checks.plain_array("step", step)
    if steps.size == 0:
        return np.zeros(steps.shape)
    if steps.dtype.kind not in "iu":
        raise TypeError(f"step must be an integer or an array of integers, got {checks.shown(step)}")
    if steps.min() < 0:
        raise ValueError(f"step must be at least 0, got {steps.min()}")
    if steps.max() > LAST_STEP:
        raise ValueError(f"step must be at most 2^62, got {steps.max()}")
    return steps.astype(np.float64)


def value_at(schedule: float | Schedule, step: ArrayLike | None) -> Any:
    """Read a number or a schedule at a step, or at each of an array of steps; a number is the same at every step.

    None is for calls without a step, which numbers and ``Constant`` do without.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> value_at(0.5, 10)
    0.5
    >>> float(value_at(Linear(1.0, 0.0, 4), 1))
    0.75
    """
    if not callable(schedule):
        return schedule
    if step is None:
        if getattr(schedule, "changes", True):
            raise ValueError(f"step must be given: {checks.shown(schedule)} changes with the step, write step=...")
        step = 0
    if isinstance(step, np.ndarray) and step.ndim and not takes_arrays(schedule):
        different, places = np.unique(step, return_inverse=True)
        return np.array([schedule(int(each)) for each in different])[places]
    return schedule(step)


def takes_arrays(schedule: Any) -> bool:
    """Return whether a schedule and all its parts are the library's, which take arrays; a user's may not."""
    if isinstance(schedule, list | tuple):
        return all(takes_arrays(part) for part in schedule)
    if not callable(schedule):
        return True
    if not isinstance(schedule, StepFormula) or type(schedule).__call__ is not StepFormula.__call__:
        return False
    fields: Any = dataclasses.fields(schedule)  # type: ignore[arg-type]
    return all(takes_arrays(getattr(schedule, field.name)) for field in fields)


def at_step(step: int | None) -> dict[str, int]:
    """Return the step as a keyword; nothing without a step, as classes of users may have a default of their own."""
    return {} if step is None else {"step": step}


def of_arrays(schedule: Schedule) -> Schedule:
    """Return a schedule that takes arrays of steps."""
    return schedule if takes_arrays(schedule) else partial(value_at, schedule)


class Scheduled(Interval):
    """The bound of a number in an interval, or of a schedule, whose numbers are checked when they are read.

    Examples
    --------
    >>> Scheduled("[0, 1]").check("epsilon", 2)
    Traceback (most recent call last):
        ...
    ValueError: epsilon must be in [0, 1], got 2.0
    >>> Scheduled("[0, 1]").read("epsilon", lambda step: step / 10, 5)
    0.5
    """

    def check(self, name: str, value: object) -> float | Schedule:
        """Return a number as a float and a callable as it is, or raise."""
        if not callable(value):
            return checks.number_in(name, value, self.interval, f": write {name} as a schedule, lambda step: T")
        check_callable(name, value, "a number or a callable of the step")
        if "values" in getattr(value, "reads", ()):
            raise TypeError(
                f"{name} must be a number or a callable of the step, got the thermostat {checks.shown(value)}"
            )
        return value

    def read(self, name: str, value: float | Schedule, step: Any) -> Any:
        """Return the number at ``step``, or at each of an array of steps; raise if a schedule leaves the interval.

        Numbers that are traced or have a derivative are of their library, NaN where traced ones leave the interval.
        """
        read = value_at(value, step)
        if type(read) is np.float64:
            return checks.number_in(name, float(read), self.interval)
        if not libraries.is_native(read) and (read.ndim or varies(read)):
            return bounded(name, libraries.to_float(libraries.namespace(read), name, read), self.interval)
        if not isinstance(step, np.ndarray) or step.ndim == 0 or np.shape(read) == ():
            return checks.number_in(name, read, self.interval)
        return checks.numbers_in(name, read, self.interval)


def numbers_of(numbers: Mapping[str, StepNumber], step: Any) -> dict[str, Any]:
    """Read the numbers of a law at a step."""
    return {name: Scheduled(number.interval).read(name, number.source, step) for name, number in numbers.items()}


NONNEGATIVE = Scheduled("[0, inf]")
UNIT_INTERVAL = Scheduled("[0, 1]")


def check_callable(name: str, schedule: Callable[..., object], expected: str) -> None:
    """Raise a TypeError for a class, and for a policy or another callable of values."""
    if isinstance(schedule, type):
        raise TypeError(f"{name} must be {expected}, got the class {schedule.__name__}: give it its parameters")
    if "values" not in getattr(schedule, "reads", ()) and _first_argument(schedule) == "values":
        raise TypeError(f"{name} must be {expected}: {checks.shown(schedule)} is called with values")


def _first_argument(schedule: Callable[..., object]) -> str | None:
    """Return the name of the first argument, which differs between policies and schedules, or None without one."""
    try:
        return next(iter(inspect.signature(schedule).parameters), None)
    # Compiled callables may have no signature.
    except (TypeError, ValueError):
        return None


def part_at(name: str, part: float | Schedule, m: Maths, t: Array) -> Any:
    """Read a part of a combined schedule at steps, which are floats of at least 0, and check its temperatures."""
    if not callable(part):
        return 0.0 * t + part
    if isinstance(part, StepFormula) and type(part).__call__ is StepFormula.__call__:
        return part._at(m, t)
    if libraries.is_native(t):
        read = _temperatures_at(name, part, np.asarray(t))
        return float(read) if m is OF_SINGLE else read
    xp = libraries.namespace(t)
    found: Any = libraries.to_float(xp, f"temperature of {name}", part(xp.astype(t, libraries.default_integer(xp))), t)
    if tuple(found.shape) not in ((), tuple(t.shape)):
        raise _not_one_a_step(name, tuple(found.shape), tuple(t.shape))
    return bounded(f"temperature of {name}", found, "[0, inf]")


def _not_one_a_step(name: str, found: tuple[int, ...], steps: tuple[int, ...]) -> ValueError:
    return ValueError(f"{name} must give one temperature a step, got shape {found} for steps {steps}")


def _temperatures_at(name: str, schedule: Schedule, steps: Floats) -> Floats:
    # A plain callable may not accept arrays, so a single step is passed as a Python integer.
    read = value_at(schedule, int(steps) if steps.ndim == 0 else steps.astype(np.int64))
    temperatures = checks.numeric_array(name, read).astype(np.float64)
    if temperatures.shape not in ((), steps.shape):
        raise _not_one_a_step(name, temperatures.shape, steps.shape)
    checks.require_all(temperatures >= 0, f"temperature of {name}", "in [0, inf]", temperatures)
    return np.broadcast_to(temperatures, steps.shape)


def bounded(name: str, numbers: Any, interval: str) -> Any:
    """Return another library's numbers; raise if one is known to be outside an interval, NaN for a traced one."""
    if not libraries.is_traced(numbers):
        checks.numbers_in(name, libraries.to_numpy(name, numbers), interval)
        return numbers
    xp = libraries.namespace(numbers)
    return xp.where(checks.within(numbers, interval), numbers, xp.nan)
