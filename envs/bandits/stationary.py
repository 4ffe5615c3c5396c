"""Bandits whose arms do not change: environments of one state whose episodes never end.

Each ``reset`` draws a new problem, unless its means are given. The only observation is 0. ``info["gap"]`` is the best
mean less the mean of the arm pulled, in the units of the reward. Each bandit has a single and a batched form
(``...Vector``, with ``num_envs`` before the same parameters) of one law.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs import batched
from envs.bandits.arms import count_arms, row_in
from envs.bandits.base import Bandit, BanditVector, Problems
from envs.bandits.paying import BanditLaw, pay_one_or_zero


class GaussianBandit(Bandit):
    """The k-armed testbed of Sutton & Barto ("Reinforcement Learning", 2nd ed., section 2.3).

    Parameters
    ----------
    arms : int, optional
        Number of arms, at least 1 and at most 2^24; by default 10, or as many as ``means``.
    mean : float
        Each reset draws the arms' means from N(mean, spread^2); in (-inf, inf).
    spread : float
        In [0, inf).
    noise : float
        Standard deviation of a reward about its arm's mean, in [0, inf).
    means : sequence of float, optional
        The arms' means, the same after every reset, instead of those drawn by ``mean`` and ``spread``.
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns; see :class:`Bandit`.

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
        *,
        render_mode: str | None = None,
    ) -> None:
        self._means = row_in("means", means)
        super().__init__(count_arms(arms, self._means), render_mode)
        self.mean = batched.number_in("mean", mean, "(-inf, inf)")
        self.spread = batched.number_in("spread", spread, "[0, inf)")
        self.noise = batched.number_in("noise", noise, "[0, inf)")

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw normal means, or repeat the given ones."""
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
    """Each arm pays 1 with its probability, else 0.

    Lai & Robbins, "Asymptotically efficient adaptive allocation rules", 1985, and most of the regret literature since.

    Parameters
    ----------
    arms : int, optional
        Number of arms, at least 1 and at most 2^24; by default 10, or as many as ``means``.
    means : sequence of float, optional
        The probabilities, each in [0, 1]; by default each reset draws them uniformly from [0, 1].
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns; see :class:`Bandit`.

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

    def __init__(
        self, arms: int | None = None, means: Sequence[float] | None = None, *, render_mode: str | None = None
    ) -> None:
        self._means = row_in("means", means, "[0, 1]")
        super().__init__(count_arms(arms, self._means), render_mode)

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw uniform probabilities, or repeat those given."""
        return Problems(rng.random((count, self.arms)) if self._means is None else np.tile(self._means, (count, 1)))

    @property
    def law(self) -> BanditLaw:
        """Pay 1 with the arm's probability, else 0."""
        return BanditLaw(pay_one_or_zero, noise="uniform")


class BernoulliBanditVector(BanditVector):
    """Many independent :class:`BernoulliBandit` problems, stepped at once."""

    single = BernoulliBandit


class UniformBandit(Bandit):
    """Means uniform on [0, 1] and normal noise (Kuleshov & Precup, "Algorithms for multi-armed bandit problems", 2014).

    Parameters
    ----------
    arms : int, optional
        Number of arms, at least 1 and at most 2^24; by default 10, or as many as ``means``.
    noise : float
        Standard deviation of a reward about its arm's mean, in [0, inf); 0.01, 0.1 and 1 in the paper.
    means : sequence of float, optional
        The arms' means, the same after every reset.
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns; see :class:`Bandit`.

    Examples
    --------
    >>> env = UniformBandit(arms=2, noise=0.0)
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> env.means.round(3), round(env.step(1)[1], 3)
    (array([0.637, 0.27 ]), 0.27)
    """

    def __init__(
        self,
        arms: int | None = None,
        noise: float = 0.1,
        means: Sequence[float] | None = None,
        *,
        render_mode: str | None = None,
    ) -> None:
        self._means = row_in("means", means)
        super().__init__(count_arms(arms, self._means), render_mode)
        self.noise = batched.number_in("noise", noise, "[0, inf)")

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw uniform means, or repeat those given."""
        means = rng.random((count, self.arms)) if self._means is None else np.tile(self._means, (count, 1))
        return Problems(means, self.noise)


class UniformBanditVector(BanditVector):
    """Many independent :class:`UniformBandit` problems, stepped at once."""

    single = UniformBandit


class LeverBandit(Bandit):
    """A thousand levers with different means and noises.

    Vermorel & Mohri, "Multi-armed bandit algorithms and empirical evaluation", 2005: rewards are normal,
    with means and standard deviations uniform on (0, 1).

    Parameters
    ----------
    arms : int, optional
        Number of arms, at least 1 and at most 2^24; by default 1000, or as many as ``means`` or ``deviations``.
    means, deviations : sequence of float, optional
        The arms' means and standard deviations (each in [0, inf)), the same after every reset.
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns; see :class:`Bandit`.

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
        *,
        render_mode: str | None = None,
    ) -> None:
        self._means, self._deviations = row_in("means", means), row_in("deviations", deviations, "[0, inf)")
        given = [row for row in (self._means, self._deviations) if row is not None]
        if len({len(row) for row in given}) > 1:
            raise ValueError(f"deviations must be as many as means, {len(given[0])}, got {len(given[1])}")
        super().__init__(count_arms(arms, given[0] if given else None, default=1000), render_mode)

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw means and deviations, or repeat those given."""
        means, deviations = (
            rng.random((count, self.arms)) if row is None else np.tile(row, (count, 1))
            for row in (self._means, self._deviations)
        )
        return Problems(means, deviations)


class LeverBanditVector(BanditVector):
    """Many independent :class:`LeverBandit` problems, stepped at once."""

    single = LeverBandit
