"""Bandits whose arms stay as they are: environments of one state whose episodes never end.

Each ``reset`` draws a new problem, unless its means are given. The only observation is 0. ``info["gap"]`` says how much
the action just taken gives away, in the units of the reward: the best mean less the mean of the arm pulled. Each bandit
comes single and batched (``...Vector``, ``num_envs`` before the same parameters), by one law. Others are in
``envs.bandits.changing`` and ``envs.bandits.adversarial``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs import batched
from envs.bandits.base import Bandit, BanditVector, Problems, count_arms, require_row


class GaussianBandit(Bandit):
    """The k-armed testbed of Sutton & Barto ("Reinforcement Learning", 2nd ed., section 2.3).

    Parameters
    ----------
    arms : int, optional
        How many, at least 1; 10 by default, or as many as ``means``.
    mean, spread : float
        The arms' means are drawn from N(mean, spread^2) at each reset.
    noise : float
        Standard deviation of a reward about its arm's mean, at least 0.
    means : sequence of float, optional
        The arms' means, the same after every reset; then ``mean`` and ``spread`` have no part.

    Raises
    ------
    ValueError
        For parameters out of their bounds, and for an action that is no arm.

    Examples
    --------
    >>> env = GaussianBandit(arms=3, noise=0.0)
    >>> observation, info = env.reset(seed=0)
    >>> int(observation), env.means.round(3)
    (0, array([ 0.126, -0.132,  0.64 ]))
    >>> observation, reward, terminated, truncated, info = env.step(0)
    >>> round(reward, 3), round(info["gap"], 3), terminated, truncated
    (0.126, 0.515, False, False)
    """

    def __init__(
        self,
        arms: int | None = None,
        mean: float = 0.0,
        spread: float = 1.0,
        noise: float = 1.0,
        means: Sequence[float] | None = None,
    ) -> None:
        self._means = require_row("means", means)
        super().__init__(count_arms(arms, self._means))
        self.mean = batched.require_finite("mean", mean)
        self.spread = batched.require_finite("spread", spread, least=0)
        self.noise = batched.require_finite("noise", noise, least=0)

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw normal means, or repeat those given."""
        shape = (count, self.arms)
        means = rng.normal(self.mean, self.spread, shape) if self._means is None else np.tile(self._means, (count, 1))
        return Problems(means, self.noise)


class GaussianBanditVector(BanditVector):
    """Many independent :class:`GaussianBandit` problems, stepped at once.

    Examples
    --------
    >>> env = GaussianBanditVector(2, arms=3)
    >>> observations, info = env.reset(seed=[1, 2])
    >>> observations, env.means.shape
    (array([0, 0]), (2, 3))
    >>> _, rewards, _, _, info = env.step(env.means.argmax(axis=1))
    >>> info["gap"]
    array([0., 0.])
    """

    single = GaussianBandit


class BernoulliBandit(Bandit):
    """Arms that pay 1 with their own probability and 0 otherwise.

    Lai & Robbins, "Asymptotically efficient adaptive allocation rules", 1985, and most of the regret literature since.

    Parameters
    ----------
    arms : int, optional
        How many, at least 1; 10 by default, or as many as ``means``.
    means : sequence of float, optional
        The probabilities, each in [0, 1]; drawn uniformly from [0, 1] at each reset by default.

    Raises
    ------
    ValueError
        For parameters out of their bounds, and for an action that is no arm.

    Examples
    --------
    >>> env = BernoulliBandit(means=[1.0, 0.25])
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> [env.step(arm)[1] for arm in (0, 0, 0)]
    [1.0, 1.0, 1.0]
    >>> env.step(1)[4]
    {'gap': 0.75}
    """

    def __init__(self, arms: int | None = None, means: Sequence[float] | None = None) -> None:
        self._means = require_row("means", means, 0, 1)
        super().__init__(count_arms(arms, self._means))

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw uniform probabilities, or repeat those given."""
        return Problems(rng.random((count, self.arms)) if self._means is None else np.tile(self._means, (count, 1)))

    pay = Bandit.pay_zeros_and_ones


class BernoulliBanditVector(BanditVector):
    """Many independent :class:`BernoulliBandit` problems, stepped at once."""

    single = BernoulliBandit


class UniformBandit(Bandit):
    """Means uniform on [0, 1] and normal noise (Kuleshov & Precup, "Algorithms for multi-armed bandit problems", 2014).

    Parameters
    ----------
    arms : int, optional
        How many, at least 1; 10 by default, or as many as ``means``.
    noise : float
        Standard deviation of a reward about its arm's mean, at least 0; the paper has .01, .1 and 1.
    means : sequence of float, optional
        The arms' means, the same after every reset.

    Raises
    ------
    ValueError
        For parameters out of their bounds, and for an action that is no arm.

    Examples
    --------
    >>> env = UniformBandit(arms=2, noise=0.0)
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> env.means.round(3), round(env.step(1)[1], 3)
    (array([0.637, 0.27 ]), 0.27)
    """

    def __init__(self, arms: int | None = None, noise: float = 0.1, means: Sequence[float] | None = None) -> None:
        self._means = require_row("means", means)
        super().__init__(count_arms(arms, self._means))
        self.noise = batched.require_finite("noise", noise, least=0)

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw uniform means, or repeat those given."""
        means = rng.random((count, self.arms)) if self._means is None else np.tile(self._means, (count, 1))
        return Problems(means, self.noise)


class UniformBanditVector(BanditVector):
    """Many independent :class:`UniformBandit` problems, stepped at once."""

    single = UniformBandit


class LeverBandit(Bandit):
    """A thousand levers, each with its own noise.

    Vermorel & Mohri, "Multi-armed bandit algorithms and empirical evaluation", 2005: rewards are normal,
    their means and standard deviations uniform on (0, 1).

    Parameters
    ----------
    arms : int, optional
        How many, at least 1; 1000 by default, or as many as ``means`` or ``deviations``.
    means, deviations : sequence of float, optional
        The arms' means and standard deviations (at least 0), the same after every reset.

    Raises
    ------
    ValueError
        For parameters out of their bounds, and for an action that is no arm.

    Examples
    --------
    >>> env = LeverBandit(means=[0.5, 0.25], deviations=[0.0, 0.0])
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> env.step(1)[1], env.step(1)[4]
    (0.25, {'gap': 0.25})
    """

    def __init__(
        self,
        arms: int | None = None,
        means: Sequence[float] | None = None,
        deviations: Sequence[float] | None = None,
    ) -> None:
        self._means, self._deviations = require_row("means", means), require_row("deviations", deviations, 0)
        known = [row for row in (self._means, self._deviations) if row is not None]
        if len({len(row) for row in known}) > 1:
            raise ValueError(f"deviations must be as many as means, {len(known[0])}, got {len(known[1])}")
        super().__init__(count_arms(arms, known[0] if known else None, usual=1000))

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw means and deviations, or repeat those given."""
        means, deviations = (
            rng.random((count, self.arms)) if given is None else np.tile(given, (count, 1))
            for given in (self._means, self._deviations)
        )
        return Problems(means, deviations)


class LeverBanditVector(BanditVector):
    """Many independent :class:`LeverBandit` problems, stepped at once."""

    single = LeverBandit
