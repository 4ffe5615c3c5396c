"""Bandits whose means change with the rounds: environments of one state whose episodes never end.

The gap is measured against the arm that is best in that round. Earlier pulls have no influence on the changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from envs import batched
from envs.bandits.arms import count_arms, row_in, rows_in
from envs.bandits.base import Bandit, BanditVector, Problems
from envs.bandits.paying import BanditLaw, pay_normal, take_given
from envs.batched import Indices

_DEFAULT_PERIOD, _NEVER = 1000, 2**62


class DriftingBandit(Bandit):
    """Means that take independent random walks (Sutton & Barto, "Reinforcement Learning", 2nd ed., exercise 2.5).

    The gap is measured against the arm that is best in that round.

    Parameters
    ----------
    arms : int, optional
        Number of arms, at least 1 and at most 2^24; by default 10, or as many as ``means``.
    drift : float
        Standard deviation of a mean's change in a step, in [0, inf).
    noise : float
        Standard deviation of a reward about its arm's mean, in [0, inf).
    means : sequence of float, optional
        The means at the start; all 0 by default, as in the exercise.
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns; see :class:`Bandit`.

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
        *,
        render_mode: str | None = None,
    ) -> None:
        given = row_in("means", means)
        super().__init__(count_arms(arms, given), render_mode)
        self._start = np.zeros(self.arms) if given is None else given
        self.drift = batched.number_in("drift", drift, "[0, inf)")
        self.noise = batched.number_in("noise", noise, "[0, inf)")

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Put all walks at their start."""
        return Problems(np.tile(self._start, (count, 1)), self.noise)

    @property
    def law(self) -> BanditLaw:
        """Pay a normal about the arm's mean, then move every mean by a normal step."""
        return BanditLaw(pay_normal, moves=_drifted, moving="normal", numbers={"drift": self.drift})


class DriftingBanditVector(BanditVector):
    """Many independent :class:`DriftingBandit` problems, stepped at once."""

    single = DriftingBandit


class AbruptBandit(Bandit):
    """All means are drawn anew at change points, and do not change between them.

    Garivier & Moulines, "On upper-confidence bound policies for switching bandit problems", 2011. The gap is
    measured against the arm that is best in that round.

    Parameters
    ----------
    arms : int, optional
        Number of arms, at least 1 and at most 2^24; by default 10, or as many as ``means`` has columns.
    period : int, optional
        Number of rounds between changes, at least 1; 1000 where ``changes`` is not given.
    changes : sequence of int, optional
        The rounds after which the means change, increasing, each at least 1; instead of ``period``.
    mean : float
        Means are drawn from N(mean, spread^2); in (-inf, inf).
    spread : float
        In [0, inf).
    noise : float
        Standard deviation of a reward about its arm's mean, in [0, inf).
    means : sequence of rows of float, optional
        The means between changes, one row for each stretch, instead of drawn ones. The first row follows the last.
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns; see :class:`Bandit`.

    Raises
    ------
    ValueError
        Where both ``period`` and ``changes`` are given.

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
        *,
        render_mode: str | None = None,
    ) -> None:
        self._means = rows_in("means", means)
        super().__init__(count_arms(arms, self._means), render_mode)
        if period is not None and changes is not None:
            raise ValueError(f"period must not be given where changes are, got period={period}, changes={changes}")
        self.period = _DEFAULT_PERIOD if period is None else batched.whole_number("period", period, least=1)
        self.mean = batched.number_in("mean", mean, "(-inf, inf)")
        self.spread = batched.number_in("spread", spread, "[0, inf)")
        self.noise = batched.number_in("noise", noise, "[0, inf)")
        self.changes = None if changes is None else _increasing("changes", changes)

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Draw the means before the first change."""
        if self._means is None:
            return Problems(rng.normal(self.mean, self.spread, (count, self.arms)), self.noise)
        return Problems(np.tile(self._means[0], (count, 1)), self.noise)

    @property
    def law(self) -> BanditLaw:
        """Pay a normal about the arm's mean, then draw new means if the round ends at a change point."""
        if self._means is not None:
            return BanditLaw(pay_normal, moves=take_given, segments=self._segments, given=self._means)
        numbers = {"mean": self.mean, "spread": self.spread}
        return BanditLaw(pay_normal, moves=_redrawn, moving="normal", segments=self._segments, numbers=numbers)

    def _segments(self, rounds: Indices) -> Indices:
        """Return the stretch that begins after some numbers of rounds, 0 where none does."""
        if self.changes is None:
            return np.where(rounds % self.period == 0, rounds // self.period, 0)
        changes = np.append(self.changes, _NEVER)
        index = np.searchsorted(changes, rounds)
        return np.where(changes[index] == rounds, index + 1, 0)


class AbruptBanditVector(BanditVector):
    """Many independent :class:`AbruptBandit` problems, stepped at once; their means change in the same rounds."""

    single = AbruptBandit


def _increasing(name: str, value: Sequence[int]) -> list[int]:
    if not isinstance(value, list | tuple | np.ndarray):
        raise ValueError(f"{name} must be a list of rounds, got {batched.shown(value)}")
    rounds = [batched.whole_number(f"{name}[{index}]", entry, least=1) for index, entry in enumerate(value)]
    if any(later <= earlier for earlier, later in pairwise(rounds)):
        raise ValueError(f"{name} must be increasing, got {batched.shown(list(value))}")
    return rounds


def _drifted(m: Any, arm: Any, row: Any) -> Any:
    return arm.mean + row.drift * arm.noise


def _redrawn(m: Any, arm: Any, row: Any) -> Any:
    return row.mean + row.spread * arm.noise
