"""Thermostats in units of the spread of the values: range, standard deviation, and range by visits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.arrays import QUIET, Floats, Input, Mask, Values
from boltzmann.calibration import finite_rows
from boltzmann.laws import Functions, Named, Number, Pass, Results, StepNumber, TemperatureLaw
from boltzmann.schedules import NONNEGATIVE, Schedule, Temperatures
from boltzmann.thermostats.per_row import Thermostat


def _half_range(rows: Floats) -> Floats:
    """Return (max - min) / 2 of each row; the range itself may overflow."""
    halves = rows / 2
    return np.asarray(halves.max(axis=-1) - np.min(halves, axis=-1, where=halves > -np.inf, initial=np.inf))


def _times(units: Floats, scale: float | Floats) -> Temperatures:
    """Return scale times the unit of each row; an infinite scale is inf even for equal values, where inf * 0 is NaN."""
    temperatures: Temperatures = np.where(np.isinf(scale), np.inf, units * scale)[()]
    return temperatures


def _least(m: Functions, action: Named, row: Named) -> Results:
    """Seek the least allowed value: the largest of the negative halves, as the range itself may overflow."""
    return {"least": m.where(action.q > -np.inf, -(action.q / 2), -np.inf)}


def _in_units(m: Functions, unit: Number, scale: Number | float) -> Results:
    """Return the temperature 2 scale units; inf at scale inf also for equal values."""
    return {"temperature": m.where(scale == np.inf, np.inf, unit * (2 * scale))}


@dataclass(frozen=True, repr=False)
class RangeScaled(Thermostat):
    """A temperature in units of the row's range: ``T = scale (max Q - min Q)`` over the allowed actions.

    Parameters
    ----------
    scale : float or callable of the step
        In [0, inf], without a unit: 0 is greedy, inf uniform.

    Examples
    --------
    >>> RangeScaled(0.1)([[0.0, 1.0, 3.0], [0.0, 100.0, 300.0], [2.0, 2.0, 2.0]])
    array([ 0.3, 30. ,  0. ])
    """

    scale: Annotated[float | Schedule, NONNEGATIVE]

    @QUIET
    def __call__(self, values: Values, *, step: int = 0, visits: Input = None, where: Mask = None) -> Temperatures:
        """Return the temperature of each row of values."""
        return _times(_half_range(finite_rows(values, where)), 2 * NONNEGATIVE.read("scale", self.scale, step))

    @property
    def law(self) -> TemperatureLaw:
        """The thermostat as a law."""
        least = Pass(_least, lambda m, row: _in_units(m, row.top / 2 + row.least, row.scale), largest=("least",))
        return TemperatureLaw((least,), {"scale": StepNumber(self.scale)})


@dataclass(frozen=True, repr=False)
class StdScaled(Thermostat):
    """A temperature in units of the row's standard deviation (with 1/K) over the allowed actions.

    Parameters
    ----------
    scale : float or callable of the step
        In [0, inf], without a unit: 0 is greedy, inf uniform.

    Examples
    --------
    >>> StdScaled(0.5)([[0.0, 2.0], [0.0, 200.0], [2.0, 2.0]])
    array([ 0.5, 50. ,  0. ])
    """

    scale: Annotated[float | Schedule, NONNEGATIVE]

    @QUIET
    def __call__(self, values: Values, *, step: int = 0, visits: Input = None, where: Mask = None) -> Temperatures:
        """Return the temperature of each row of values."""
        rows = finite_rows(values, where)
        allowed = rows > -np.inf
        # Differences from the maximum round least. They are divided by the range because its square may overflow.
        below = np.where(allowed, rows / 2 - rows.max(axis=-1, keepdims=True) / 2, 0.0)
        unit = np.max(np.abs(below), axis=-1, keepdims=True)
        parts = below / np.where(unit > 0, unit, 1.0)
        deviations = np.std(parts, axis=-1, where=allowed) * unit[..., 0]
        return _times(deviations, 2 * NONNEGATIVE.read("scale", self.scale, step))

    @property
    def law(self) -> TemperatureLaw:
        """The thermostat as a law."""

        def part(m: Functions, action: Named, row: Named) -> Number:
            return m.where(action.q > -np.inf, (action.q / 2 - row.top / 2) / row.unit, 0.0)

        def adds(m: Functions, action: Named, row: Named) -> Results:
            return {"sum": part(m, action, row), "count": m.where(action.q > -np.inf, 1.0, 0.0)}

        def squares(m: Functions, action: Named, row: Named) -> Results:
            deviation = part(m, action, row) - row.mean
            return {"squares": m.where(action.q > -np.inf, deviation * deviation, 0.0)}

        def unit(m: Functions, row: Named) -> Results:
            range_ = row.top / 2 + row.least
            return {"range": range_, "unit": m.where(range_ > 0, range_, 1.0)}

        passes = (
            Pass(_least, unit, largest=("least",)),
            Pass(adds, lambda m, row: {"mean": row.sum / row.count}),
            Pass(squares, lambda m, row: _in_units(m, m.sqrt(row.squares / row.count) * row.range, row.scale)),
        )
        return TemperatureLaw(passes, {"scale": StepNumber(self.scale)})


@dataclass(frozen=True, repr=False)
class GLIE(Thermostat):
    """Greedy in the limit with infinite exploration: ``1 / T(s) = log n(s) / C(s)``, n(s) being the visits of state s.

    ``C(s) = max_a |Q(s, best) - Q(s, a)|`` over the allowed actions, so the least probable action is 1 / n times as
    probable as the best one. Every action is taken infinitely often, and the policy becomes greedy (Singh, Jaakkola,
    Littman & Szepesvari, "Convergence results for single-step on-policy reinforcement-learning algorithms", 2000,
    appendix B). GLIE needs ``visits``, whose sum over the actions is n(s); up to n = 1 the policy is uniform.

    Raises
    ------
    ValueError
        In a call without visits, or with values that are not finite.

    Examples
    --------
    >>> 1 / GLIE()([[0.0, 1.0, 3.0]], visits=[[3, 3, 4]])
    array([0.76752836])
    >>> float(GLIE()([0.0, 1.0, 3.0], visits=[0, 0, 1]))
    inf
    """

    @QUIET
    def __call__(self, values: Values, *, step: int = 0, visits: Input = None, where: Mask = None) -> Temperatures:
        """Return the temperature of each row of values."""
        rows = finite_rows(values, where)
        if visits is None:
            raise ValueError("visits must be given: GLIE computes the temperature from the visits of a state")
        mask = np.True_ if where is None else checks.mask_array("where", libraries.to_numpy("where", where))
        allowed = np.broadcast_to(mask, rows.shape)
        counts = checks.visit_counts(libraries.to_numpy("visits", visits), rows.shape, allowed)
        growth = np.log(np.maximum(counts.sum(axis=-1), 1.0))
        return np.where(growth > 0, 2 * (_half_range(rows) / np.where(growth > 0, growth, 1.0)), np.inf)[()]

    @staticmethod
    def _visits(m: Functions, action: Named, row: Named) -> Results:
        return {**_least(m, action, row), "total": m.where(action.q > -np.inf, action.visits, 0.0)}

    @staticmethod
    def _temperature(m: Functions, row: Named) -> Results:
        growth = m.log(m.maximum(row.total, 1.0))
        cooled = 2 * ((row.top / 2 + row.least) / m.where(growth > 0, growth, 1.0))
        return {"temperature": m.where(growth > 0, cooled, np.inf)}

    @property
    def law(self) -> TemperatureLaw:
        """The thermostat as a law."""
        return TemperatureLaw(
            (Pass(self._visits, self._temperature, largest=("least",)),), inputs=frozenset({"visits"})
        )
