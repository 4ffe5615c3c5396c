"""A synthetic contextual bandit: rewards that are linear in normal features."""

from __future__ import annotations

import numpy as np
from gymnasium.spaces import Box

from envs import batched
from envs.batched import Floats
from envs.contexts.context_bandit import ContextBandit, ContextBanditVector


class LinearContexts(ContextBandit):
    """Arms whose mean reward is linear in the context: x . w_a, with normal noise.

    Each reset draws the weights of every arm from N(0, 1 / d), and each round features from N(0, 1), so that the mean
    of an arm has variance 1 over contexts (the linear bandit of Abe & Long, "Associative reinforcement learning using
    linear probabilistic concepts", 1999, and of Li et al., "A contextual-bandit approach to personalized news article
    recommendation", 2010, with weights of each arm).

    Parameters
    ----------
    arms : int
        Number of arms, at least 1 and at most 2^24.
    features : int
        The number d of features, at least 1 and at most 2^24.
    noise : float
        Standard deviation of a reward about its mean, in [0, inf).

    Examples
    --------
    >>> env = LinearContexts(arms=2, features=3, noise=0.0)
    >>> context, info = env.reset(seed=0)
    >>> context.shape
    (3,)
    >>> _, reward, terminated, truncated, info = env.step(1)
    >>> terminated, truncated, info["gap"] >= 0
    (False, False, True)
    """

    def __init__(self, arms: int = 10, features: int = 5, noise: float = 0.1) -> None:
        arms = batched.whole_number("arms", arms, 1, batched.MOST_ENTRIES)
        self.features = batched.whole_number("features", features, 1, batched.MOST_ENTRIES)
        batched.require_entries("arms x features", (arms, self.features))
        super().__init__(Box(-np.inf, np.inf, (self.features,), np.float64), arms)
        self.noise = batched.number_in("noise", noise, "[0, inf)")

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw the weights of the arms, shape (count, K, d)."""
        weights = rng.standard_normal((count, self.arms, self.features))
        return np.asarray(weights / np.sqrt(self.features))

    def show(self, rng: np.random.Generator, problems: Floats, count: int) -> tuple[Floats, Floats]:
        """Draw normal features."""
        features = rng.standard_normal((count, self.features))
        return features, np.asarray(np.matmul(problems, features[:, :, np.newaxis])[:, :, 0])

    def pay(self, rng: np.random.Generator, means: Floats) -> Floats:
        """Pay a normal about the mean."""
        return np.asarray(means + self.noise * rng.standard_normal(len(means)))


class LinearContextsVector(ContextBanditVector):
    """Many independent :class:`LinearContexts` problems, stepped at once.

    Examples
    --------
    >>> env = LinearContextsVector(4, arms=2, features=3)
    >>> env.reset(seed=0)[0].shape
    (4, 3)
    """

    single = LinearContexts
