"""A bandit with as many arms as a catalogue has items, described by features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs import batched
from envs.bandits.arms import count_arms, row_in
from envs.bandits.base import Bandit, BanditVector, Problems
from envs.batched import Floats

_STREAM = 0x9E3779B9
"""Keeps the features' random numbers apart from those of a reset with the same seed."""


class CatalogueBandit(Bandit):
    """A catalogue of many items: their features do not change, and each reset draws a visitor with tastes of its own.

    The mean of item k is spread (sqrt(explained) x_k t + sqrt(1 - explained) e_k). Its features x_k are a point on the
    unit sphere and the same in all problems. The tastes t and the rest e_k, which features do not explain, are standard
    normal and drawn for each problem. So the means are N(0, spread^2), as in the testbed, and similar items have
    similar means. A step takes no longer with more arms.

    Parameters
    ----------
    arms : int, optional
        Number of items, at least 1 and at most 2^24; by default 100 000, or as many as ``means``.
    features : int
        Number of features of an item, at least 1.
    explained : float
        The share of the variance of the means that features explain, in [0, 1]; at 1 the means are linear in them.
    spread : float
        Standard deviation of the means, in [0, inf).
    noise : float
        Standard deviation of a reward about its item's mean, in [0, inf).
    catalogue : int
        At least 0; it fixes the features.
    means : sequence of float, optional
        The items' means, the same after every reset, instead of drawn ones.
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns; see :class:`Bandit`.

    Attributes
    ----------
    item_features : array of shape (K, d)
        The features of the items, read-only; each row has length 1.

    Examples
    --------
    >>> env = CatalogueBandit(arms=1000, features=3, noise=0.0)
    >>> env.item_features.shape, env.action_space
    ((1000, 3), Discrete(1000))
    >>> observation, info = env.reset(seed=0)
    >>> bool(env.step(7)[1] == env.means[7])
    True
    """

    def __init__(
        self,
        arms: int | None = None,
        features: int = 8,
        explained: float = 0.8,
        spread: float = 1.0,
        noise: float = 1.0,
        catalogue: int = 0,
        means: Sequence[float] | None = None,
        *,
        render_mode: str | None = None,
    ) -> None:
        self._means = row_in("means", means)
        super().__init__(count_arms(arms, self._means, default=100_000), render_mode)
        self.features = batched.whole_number("features", features, least=1)
        batched.require_entries("arms x features", (self.arms, self.features))
        self.explained = batched.number_in("explained", explained, "[0, 1]")
        self.spread = batched.number_in("spread", spread, "[0, inf)")
        self.noise = batched.number_in("noise", noise, "[0, inf)")
        self.catalogue = batched.whole_number("catalogue", catalogue, least=0)
        drawn = np.random.default_rng((self.catalogue, _STREAM)).standard_normal((self.arms, self.features))
        self.item_features: Floats = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        self.item_features.flags.writeable = False

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw tastes and what features do not explain, or repeat the given means."""
        if self._means is not None:
            return Problems(np.tile(self._means, (count, 1)), self.noise)
        means = rng.standard_normal((count, self.arms))
        means *= self.spread * np.sqrt(1 - self.explained)
        tastes = rng.standard_normal((count, self.features)) * (self.spread * np.sqrt(self.explained))
        means += tastes @ self.item_features.T
        return Problems(means, self.noise)


class CatalogueBanditVector(BanditVector):
    """Many independent :class:`CatalogueBandit` problems of one catalogue, stepped at once.

    Examples
    --------
    >>> env = CatalogueBanditVector(2, arms=1000)
    >>> observations, info = env.reset(seed=[1, 2])
    >>> env.means.shape, env.item_features.shape
    ((2, 1000), (1000, 8))
    """

    single = CatalogueBandit

    @property
    def item_features(self) -> Floats:
        """The features of the items, shape (K, d), read-only."""
        features: Floats = self._bandit.item_features  # type: ignore[attr-defined]
        return features
