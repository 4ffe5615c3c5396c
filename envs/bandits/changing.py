"""Bandits whose means change with the rounds: environments of one state whose episodes never end.

As in ``envs.bandits``, but the gap is measured against the arm that is best in that round. What was pulled before has
no part in the changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from envs import batched
from envs.bandits.base import Bandit, BanditVector, Floats, Problems, count_arms, require_row, require_rows


class DriftingBandit(Bandit):
    """Means that take independent random walks (Sutton & Barto, "Reinforcement Learning", 2nd ed., exercise 2.5).

    The gap is measured against the arm that is best in that round.

    Parameters
    ----------
    arms : int, optional
        How many, at least 1; 10 by default, or as many as ``means``.
    drift : float
        Standard deviation of a mean's change in a step, at least 0.
    noise : float
        Standard deviation of a reward about its arm's mean, at least 0.
    means : sequence of float, optional
        Where the means start; all at 0 by default, as in the exercise.

    Raises
    ------
    ValueError
        For parameters out of their bounds, and for an action that is no arm.

    Examples
    --------
    >>> env = DriftingBandit(means=[1.0, 0.0], noise=0.0)
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> env.step(1)[4], env.means.round(4)
    ({'gap': 1.0}, array([0.9987, 0.0064]))
    """

    def __init__(
        self,
        arms: int | None = None,
        drift: float = 0.01,
        noise: float = 1.0,
        means: Sequence[float] | None = None,
    ) -> None:
        given = require_row("means", means)
        super().__init__(count_arms(arms, given))
        self._start = np.zeros(self.arms) if given is None else given
        self.drift = batched.require_finite("drift", drift, least=0)
        self.noise = batched.require_finite("noise", noise, least=0)

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Put all walks at their start."""
        return Problems(np.tile(self._start, (count, 1)), self.noise)

    def pay(self, rng: np.random.Generator, problems: Problems, arms: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Pay a normal about the arm's mean, then take a step of every walk."""
        paid = super().pay(rng, problems, arms)
        problems.move(problems.means + self.drift * rng.standard_normal(problems.means.shape))
        return paid


class DriftingBanditVector(BanditVector):
    """Many independent :class:`DriftingBandit` problems, stepped at once."""

    single = DriftingBandit


class AbruptBandit(Bandit):
    """Means that are all drawn anew at change points, and stay as they are between them.

    Garivier & Moulines, "On upper-confidence bound policies for switching bandit problems", 2011. The gap is
    measured against the arm that is best in that round.

    Parameters
    ----------
    arms : int, optional
        How many, at least 1; 10 by default, or as many as ``means`` has columns.
    period : int, optional
        A change comes after so many rounds, again and again; at least 1. It is 1000 where ``changes`` is not given.
    changes : sequence of int, optional
        After how many rounds there is a change, increasing, each at least 1; instead of ``period``.
    mean, spread, noise : float
        Means are drawn from N(mean, spread^2), rewards have the standard deviation ``noise`` about them.
    means : sequence of rows of float, optional
        The means between changes, a row each instead of those drawn; after the last row comes the first again.

    Raises
    ------
    ValueError
        For parameters out of their bounds, for both ``period`` and ``changes``, and for an action that is no arm.

    Examples
    --------
    >>> env = AbruptBandit(means=[[1.0, 0.0], [0.0, 1.0]], changes=[2], noise=0.0)
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> [env.step(0)[1] for _ in range(4)]
    [1.0, 1.0, 0.0, 0.0]
    """

    def __init__(
        self,
        arms: int | None = None,
        period: int | None = None,
        mean: float = 0.0,
        spread: float = 1.0,
        noise: float = 1.0,
        changes: Sequence[int] | None = None,
        means: Sequence[Sequence[float]] | None = None,
    ) -> None:
        self._means = require_rows("means", means)
        super().__init__(count_arms(arms, self._means))
        if period is not None and changes is not None:
            raise ValueError(f"period must not be given where changes are, got period={period}, changes={changes}")
        self.period = 1000 if period is None else batched.require_whole("period", period, least=1)
        self.mean = batched.require_finite("mean", mean)
        self.spread = batched.require_finite("spread", spread, least=0)
        self.noise = batched.require_finite("noise", noise, least=0)
        self.changes = None if changes is None else _increasing("changes", changes)

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw the means before the first change."""
        return Problems(self._segment(rng, count, 0), self.noise)

    def pay(self, rng: np.random.Generator, problems: Problems, arms: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Pay a normal about the arm's mean, then change the means where it is time."""
        paid = super().pay(rng, problems, arms)
        round_ = problems.step + 1
        if self.changes is None:
            number = round_ // self.period if round_ % self.period == 0 else 0
        else:
            number = self.changes.index(round_) + 1 if round_ in self.changes else 0
        if number:
            problems.move(self._segment(rng, len(problems.rows), number))
        return paid

    def _segment(self, rng: np.random.Generator, count: int, number: int) -> Floats:
        if self._means is None:
            return rng.normal(self.mean, self.spread, (count, self.arms))
        return np.tile(self._means[number % len(self._means)], (count, 1))


class AbruptBanditVector(BanditVector):
    """Many independent :class:`AbruptBandit` problems, stepped at once; they change in the same rounds."""

    single = AbruptBandit


def _increasing(name: str, value: Sequence[int]) -> list[int]:
    if not isinstance(value, list | tuple | np.ndarray):
        raise ValueError(f"{name} must be a list of rounds, got {value!r}")
    rounds = [batched.require_whole(f"{name}[{place}]", entry, least=1) for place, entry in enumerate(value)]
    if any(later <= earlier for earlier, later in pairwise(rounds)):
        raise ValueError(f"{name} must be increasing, got {list(value)}")
    return rounds
