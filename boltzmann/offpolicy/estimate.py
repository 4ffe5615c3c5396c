"""An estimate of a policy's value, with what the weights say about it."""

from __future__ import annotations

from dataclasses import dataclass

from boltzmann.arrays import QUIET
from boltzmann.offpolicy.weighing import Weighing


@dataclass(frozen=True)
class Estimate:
    """The value of a policy by a log of another one.

    Attributes
    ----------
    value : float
        The estimate, in the units of the rewards; NaN where weights are normalised and none is above 0.
    low, high : float
        Its interval.
    effective_size : float
        (sum w)^2 / sum w^2 of the weights in this log: so many rows of the other policy would be worth as much.
    population_size : float
        What to expect of it before the actions are drawn, n / mean of sum_a p'(a)^2 / p(a); 0 where p' takes an
        action that p never takes.
    mean_weight, largest_weight : float
        Of the weights before they are cut; their expectation is 1.
    left_over : float
        The mean over rows of sum_a (p'(a) - c p(a))+, what weights of at most c cannot stand for, in [0, 1].
    n : int
        Number of rows.
    """

    value: float
    low: float
    high: float
    effective_size: float
    population_size: float
    mean_weight: float
    largest_weight: float
    left_over: float
    n: int

    @property
    def covered(self) -> float:
        """The part of the policy that the log covers, 1 - left_over."""
        return 1.0 - self.left_over


@QUIET
def made_estimate(value: float, low: float, high: float, weighing: Weighing) -> Estimate:
    """Return an estimate with what the weights say about it."""
    weights = weighing.weights
    largest = float(weights.max())
    # In units of the largest weight no square overflows.
    units = weights / largest if largest > 0 else weights
    squares = float((units**2).sum())
    return Estimate(
        value,
        low,
        high,
        effective_size=float(units.sum()) ** 2 / squares if squares > 0 else 0.0,
        population_size=weighing.population_size,
        mean_weight=float(weights.mean()),
        largest_weight=largest,
        left_over=float(weighing.left_over.mean()),
        n=len(weights),
    )
