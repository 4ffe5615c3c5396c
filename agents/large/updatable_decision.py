"""The decision of an agent whose values lie in distributions that can be updated, which are read when asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from agents.memory import Indices, Mask, PerRow, Values
from boltzmann import Gibbs, checks
from boltzmann.large import GibbsBuckets, GibbsTree

Updatable = GibbsTree | GibbsBuckets


class UpdatableRows:
    """R Gibbs distributions that can be updated.

    A quantity is computed when it is read first. It can be read until the agent acts again: they change then.

    Parameters
    ----------
    distributions : sequence of GibbsTree or GibbsBuckets
        One for each row.
    is_current : callable
        ``is_current()`` returns whether they are still what the agent acted by.
    """

    def __init__(self, distributions: Sequence[Updatable], is_current: Callable[[], bool]) -> None:
        self._distributions, self._is_current = distributions, is_current
        self.temperature: PerRow = np.array([each.temperature for each in distributions])

    @cached_property
    def entropy(self) -> PerRow:
        """Entropy in nats, shape (R,)."""
        return np.array([each.entropy for each in self._read()], dtype=np.float64)

    @cached_property
    def probs(self) -> Values:
        """Probabilities, shape (R, K), in O(R K)."""
        return np.stack([np.asarray(Gibbs(each.values, each.temperature).probs) for each in self._read()])

    @cached_property
    def greedy_probability(self) -> PerRow:
        """The probability of the largest values, shape (R,), in O(R K)."""
        return np.array([float(Gibbs(each.values, each.temperature).greedy_probability) for each in self._read()])

    @property
    def exploration_probability(self) -> PerRow:
        """The probability of all other values, shape (R,), in O(R K)."""
        return np.array([float(Gibbs(each.values, each.temperature).exploration_probability) for each in self._read()])

    def log_prob(self, actions: ArrayLike) -> PerRow:
        """Return the log-probability of one action of each row, shape (R,)."""
        chosen = np.asarray(actions)
        if chosen.shape != (len(self._distributions),):
            raise ValueError(f"actions must have shape ({len(self._distributions)},), got {chosen.shape}")
        pairs = zip(self._read(), chosen.tolist(), strict=True)
        return np.array([float(each.log_prob(action)) for each, action in pairs])

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions of every row, shape ``shape + (R,)``."""
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        return np.stack([np.asarray(each.sample(rng, shape)) for each in self._read()], axis=-1)

    def _read(self) -> Sequence[Updatable]:
        if not self._is_current():
            raise RuntimeError("such a distribution must be read before its agent acts again, which changes them")
        return self._distributions


@dataclass(frozen=True, eq=False)
class UpdatableDecision:
    """The actions of all replicates, the distribution that they were drawn from, and which were greedy.

    Attributes
    ----------
    actions : array of int, shape (R,)
        One action for each replicate.
    distribution : UpdatableRows
        The distribution of each row.
    greedy : array of bool, shape (R,)
        Whether each action has a largest value.
    """

    actions: Indices
    distribution: UpdatableRows
    greedy: Mask

    @property
    def log_prob(self) -> PerRow:
        """Log-probability of the actions, shape (R,)."""
        return self.distribution.log_prob(self.actions)

    @property
    def entropy(self) -> PerRow:
        """Entropy of the distribution in nats, shape (R,)."""
        return self.distribution.entropy

    @property
    def temperature(self) -> PerRow:
        """Temperature of the distribution, shape (R,)."""
        return self.distribution.temperature
