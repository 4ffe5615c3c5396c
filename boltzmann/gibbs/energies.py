"""Gibbs distributions of other numbers than the values, whose greedy actions are still those of the values."""

from __future__ import annotations

from typing import Any

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.arrays import Array, Mask, Namespace, Values
from boltzmann.gibbs.distribution import Gibbs


class OfEnergies(Gibbs):
    """The Gibbs distribution of energies that a policy makes from the values."""

    _greedy: Array
    _has_temperature: bool

    @classmethod
    def made(cls, energies: Any, temperature: float, where: Mask, greedy: Any, *, has_temperature: bool) -> OfEnergies:
        """Make the distribution; ``greedy`` marks the actions of a largest value, shape (..., K)."""
        made = cls(energies, temperature, where=where)
        made.__dict__.update(_greedy=greedy, _has_temperature=has_temperature)
        return made

    @property
    def temperature(self) -> Array:
        """Temperature of each row, shape (...); NaN where the policy has none."""
        temperature = super().temperature
        rows: Array = temperature if self._has_temperature else temperature * self._scores.answer_xp.nan
        return rows

    @property
    def greedy_probability(self) -> Array:
        """Mass on the actions of a largest value, shape (...)."""
        xp: Namespace = self._scores.answer_xp
        return xp.sum(xp.where(self._greedy, self.probs, 0.0 * self.probs), axis=-1)

    @property
    def exploration_probability(self) -> Array:
        """Mass off the actions of a largest value, shape (...)."""
        xp: Namespace = self._scores.answer_xp
        return xp.sum(xp.where(self._greedy, 0.0 * self.probs, self.probs), axis=-1)


@libraries.quietly
def greedy_marks(xp: Any, values: Values, where: Mask) -> Any:
    """Mark the allowed actions of a largest value, shape (..., K); none in a row with a NaN."""
    floats = libraries.to_float(xp, "values", values)
    if where is None:
        return floats == xp.max(floats, axis=-1, keepdims=True)
    mask = xp.asarray(checks.mask_array("where", where) if libraries.is_native(floats) else where)
    mask = mask if mask.dtype == xp.bool else mask != 0
    allowed = xp.where(mask, floats, -xp.inf)
    return mask & (allowed == xp.max(allowed, axis=-1, keepdims=True))
