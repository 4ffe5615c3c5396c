"""Thermostats in units of the spread of the values: range, standard deviation, and range by visits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from boltzmann.laws import Functions, Named, Number, Pass, Results, StepNumber, TemperatureLaw
from boltzmann.schedules import NONNEGATIVE, Schedule
from boltzmann.thermostats.per_row import VALUES_ALONE, Thermostat


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

    reads: ClassVar[frozenset[str]] = VALUES_ALONE

    scale: Annotated[float | Schedule, NONNEGATIVE]

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

    reads: ClassVar[frozenset[str]] = VALUES_ALONE

    scale: Annotated[float | Schedule, NONNEGATIVE]

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
