"""What a policy is and what it gives."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Distribution(Protocol):
    """What a policy returns: one distribution over actions a row."""

    @property
    def probs(self) -> NDArray[np.floating[Any]]:
        """Probabilities, shape (..., K)."""
        ...

    @property
    def entropy(self) -> Any:
        """Entropy in nats, shape (...)."""
        ...

    def log_prob(self, actions: ArrayLike) -> Any:
        """Log-probability of given actions."""
        ...

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> NDArray[np.int64]:
        """Draw actions, shape ``shape + (...)``."""
        ...


class Policy(Protocol):
    """Values to a distribution over actions."""

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Distribution:
        """Give the distribution for each row of ``values``; nothing is remembered."""
        ...
