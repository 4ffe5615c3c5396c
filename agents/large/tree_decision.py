"""The decision of an agent whose values lie in trees, and its distribution, which is read from them when asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from agents.memory import Indices, Mask, PerRow, Values
from boltzmann import Gibbs, checks
from boltzmann.large import GibbsTree


class TreeDistribution:
    """The Gibbs distributions of R trees.

    A quantity is computed when it is read first. It can be read until the agent acts again: the trees change then.

    Parameters
    ----------
    trees : sequence of GibbsTree
        One for each row.
    is_current : callable
        ``is_current()`` returns whether the trees are still those that the agent acted by.
    """

    def __init__(self, trees: Sequence[GibbsTree], is_current: Callable[[], bool]) -> None:
        self._trees, self._is_current = trees, is_current
        self.temperature: PerRow = np.array([tree.temperature for tree in trees])

    @cached_property
    def entropy(self) -> PerRow:
        """Entropy in nats, shape (R,)."""
        return np.array([tree.entropy for tree in self._read()], dtype=np.float64)

    @cached_property
    def probs(self) -> Values:
        """Probabilities, shape (R, K), in O(R K)."""
        return np.stack([np.asarray(Gibbs(tree.values, tree.temperature).probs) for tree in self._read()])

    @cached_property
    def greedy_probability(self) -> PerRow:
        """The probability of the largest values, shape (R,), in O(R K)."""
        return np.array([float(Gibbs(tree.values, tree.temperature).greedy_probability) for tree in self._read()])

    @property
    def exploration_probability(self) -> PerRow:
        """The probability of all other values, shape (R,), in O(R K)."""
        return np.array([float(Gibbs(tree.values, tree.temperature).exploration_probability) for tree in self._read()])

    def log_prob(self, actions: ArrayLike) -> PerRow:
        """Return the log-probability of one action of each row, shape (R,)."""
        chosen = np.asarray(actions)
        if chosen.shape != (len(self._trees),):
            raise ValueError(f"actions must have shape ({len(self._trees)},), got {chosen.shape}")
        pairs = zip(self._read(), chosen.tolist(), strict=True)
        return np.array([float(tree.log_prob(action)) for tree, action in pairs])

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions of every row, shape ``shape + (R,)``."""
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        return np.stack([np.asarray(tree.sample(rng, shape)) for tree in self._read()], axis=-1)

    def _read(self) -> Sequence[GibbsTree]:
        if not self._is_current():
            raise RuntimeError("a distribution over trees must be read before its agent acts again, which changes them")
        return self._trees


@dataclass(frozen=True, eq=False)
class TreeDecision:
    """The actions of all replicates, the distribution that they were drawn from, and which were greedy.

    Attributes
    ----------
    actions : array of int, shape (R,)
        One action for each replicate.
    distribution : TreeDistribution
        The distribution of each row.
    greedy : array of bool, shape (R,)
        Whether each action has a largest value.
    """

    actions: Indices
    distribution: TreeDistribution
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
