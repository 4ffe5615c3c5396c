"""What an agent hands back when it acts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agents.memory import largest, multiples
from boltzmann import Distribution


@dataclass(frozen=True, eq=False)
class Decision:
    """The actions of all replicates, and what they were drawn from; the rest is computed when it is asked for.

    Attributes
    ----------
    actions : array of int, shape (R,)
        One action a replicate.
    distribution : Distribution
        Of R rows: what acted.
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

    actions: NDArray[np.int64]
    distribution: Distribution
    values: NDArray[np.float64]
    where: NDArray[np.bool_] | None = None

    @cached_property
    def log_prob(self) -> NDArray[np.float64]:
        """Log-probability of the actions, shape (R,)."""
        return np.asarray(self.distribution.log_prob(self.actions))

    @cached_property
    def entropy(self) -> NDArray[np.float64]:
        """Entropy of the distribution in nats, shape (R,)."""
        return np.asarray(self.distribution.entropy)

    @cached_property
    def temperature(self) -> NDArray[np.float64]:
        """The temperature that was used, shape (R,); NaN where the distribution has none."""
        used = np.asarray(getattr(self.distribution, "temperature", np.nan), dtype=np.float64)
        return np.broadcast_to(used, self.actions.shape)

    @cached_property
    def greedy(self) -> NDArray[np.bool_]:
        """Whether each action has a largest value among those allowed, shape (R,); chance may choose it too."""
        chosen = self.values[multiples(len(self.actions)), self.actions]
        return np.asarray(chosen == largest(self.values, self.where))
