"""The decision that an agent returns when it acts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from agents.memory import Indices, Mask, PerRow, Values, at, largest
from boltzmann import Distribution


@dataclass(frozen=True, eq=False)
class Decision:
    """The actions of all replicates and the distribution that they were drawn from.

    The other quantities are computed on first use.

    Attributes
    ----------
    actions : array of int, shape (R,)
        One action for each replicate.
    distribution : Distribution
        The distribution of each row.
    values : array of shape (R, K)
        The values, or preferences, that the distribution was made from.
    where : array of bool that broadcasts to (R, K), or None
        The actions that were allowed.

    Examples
    --------
    >>> from boltzmann import Boltzmann
    >>> values = np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> decision = Decision(np.array([0, 1]), Boltzmann(0.5)(values), values)
    >>> decision.log_prob.round(3), decision.entropy.round(3)
    (array([-2.127, -0.127]), array([0.365, 0.365]))
    >>> decision.temperature, decision.greedy
    (array([0.5, 0.5]), array([False,  True]))
    """

    actions: Indices
    distribution: Distribution
    values: Values
    where: Mask | None = None

    @cached_property
    def log_prob(self) -> PerRow:
        """Log-probability of the actions, shape (R,)."""
        return np.asarray(self.distribution.log_prob(self.actions))

    @cached_property
    def entropy(self) -> PerRow:
        """Entropy of the distribution in nats, shape (R,)."""
        return np.asarray(self.distribution.entropy)

    @cached_property
    def temperature(self) -> PerRow:
        """Temperature of the distribution, shape (R,); NaN for a distribution without one."""
        temperature = np.asarray(getattr(self.distribution, "temperature", np.nan), dtype=np.float64)
        return np.broadcast_to(temperature, self.actions.shape)

    @cached_property
    def greedy(self) -> Mask:
        """Whether each action has a largest value among those allowed, shape (R,), even if it was drawn by chance."""
        return np.asarray(at(self.values, self.actions) == largest(self.values, self.where))
