"""Bandits that mislead an agent: environments of one state whose episodes never end.

Each class documents what ``info["gap"]`` is measured against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from envs import batched
from envs.bandits.arms import count_arms, row_in, rows_in
from envs.bandits.base import Bandit, BanditVector, Problems
from envs.bandits.paying import BanditLaw, take_given


class AdversarialBandit(Bandit):
    """Rewards from a given matrix, one row in each round; nothing is drawn.

    Auer, Cesa-Bianchi, Freund & Schapire, "The nonstochastic multiarmed bandit problem", 2002. The gap is the reward
    of the best fixed arm in that round less the reward of the arm pulled. Its sum over the rows is the paper's (weak)
    regret; in a single round it can be negative. The best fixed arm has the largest sum over all rows; the first of
    several wins a tie.

    Parameters
    ----------
    rewards : sequence of rows of float
        The reward of each arm in each round, of shape (rounds, K), each in (-inf, inf). The first row follows the last.
        By default two arms pay in turns, the first one twice as often.
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns; see :class:`Bandit`.

    Examples
    --------
    >>> env = AdversarialBandit(rewards=[[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> [env.step(1)[4]["gap"] for _ in range(4)]
    [-1.0, 1.0, 1.0, -1.0]
    """

    def __init__(
        self,
        rewards: Sequence[Sequence[float]] = ((0.0, 1.0), (1.0, 0.0), (1.0, 0.0)),
        *,
        render_mode: str | None = None,
    ) -> None:
        given = rows_in("rewards", rewards)
        if given is None:
            raise ValueError("rewards must be rows of equal length of numbers, got None")
        self.rewards = given
        self.best_arm = int(given.sum(axis=0).argmax())
        super().__init__(count_arms(None, given), render_mode)

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Begin with the first row."""
        return Problems(np.tile(self.rewards[0], (count, 1)))

    @property
    def law(self) -> BanditLaw:
        """Pay the rewards of the present row, then move to the next row."""
        return BanditLaw(_pay_mean, noise="", moves=take_given, given=self.rewards, against=self.best_arm)


class AdversarialBanditVector(BanditVector):
    """Many identical :class:`AdversarialBandit` problems, stepped at once."""

    single = AdversarialBandit


class ZeroedStartBandit(Bandit):
    """Bernoulli arms; the best one pays nothing in the first rounds.

    Cesa-Bianchi, Gentile, Lugosi & Neu, "Boltzmann exploration done right", 2017: an explorer whose
    temperature falls too early never returns to the best arm. The gap is a difference of the arms' probabilities, also
    in the rounds in which the best arm pays nothing.

    Parameters
    ----------
    arms : int, optional
        Number of arms, at least 1 and at most 2^24; by default 10, or as many as ``means``.
    gap : float
        In [0, 0.5]. The first arm pays with probability 0.5 + gap, the others with 0.5.
    zeroed : int
        Number of first rounds in which the best arm always pays 0, at least 0.
    means : sequence of float, optional
        The probabilities, each in [0, 1], instead of ``gap``; the first of the largest is the best arm.
    render_mode : {None, "ansi", "rgb_array"}
        What ``render`` returns; see :class:`Bandit`.

    Examples
    --------
    >>> env = ZeroedStartBandit(means=[0.5, 1.0], zeroed=2)
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> [env.step(1)[1] for _ in range(4)]
    [0.0, 0.0, 1.0, 1.0]
    >>> env.step(0)[4]
    {'gap': 0.5}
    """

    def __init__(
        self,
        arms: int | None = None,
        gap: float = 0.1,
        zeroed: int = 200,
        means: Sequence[float] | None = None,
        *,
        render_mode: str | None = None,
    ) -> None:
        given = row_in("means", means, "[0, 1]")
        super().__init__(count_arms(arms, given), render_mode)
        self.gap = batched.number_in("gap", gap, "[0, 0.5]")
        self.zeroed = batched.whole_number("zeroed", zeroed, least=0)
        self._means = np.append(0.5 + self.gap, np.full(self.arms - 1, 0.5)) if given is None else given
        self.best_arm = int(self._means.argmax())

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Begin with the first round."""
        return Problems(np.tile(self._means, (count, 1)))

    @property
    def law(self) -> BanditLaw:
        """Pay 1 with the arm's probability, and nothing for the best arm in the zeroed rounds."""
        numbers = {"zeroed": self.zeroed, "best_arm": self.best_arm}
        return BanditLaw(_pay_later, noise="uniform", numbers=numbers)


class ZeroedStartBanditVector(BanditVector):
    """Many independent :class:`ZeroedStartBandit` problems, stepped at once."""

    single = ZeroedStartBandit


def _pay_mean(m: Any, arm: Any, row: Any) -> tuple[Any, Any]:
    return arm.mean, row.best - arm.mean


def _pay_later(m: Any, arm: Any, row: Any) -> tuple[Any, Any]:
    pays = (arm.noise < arm.mean) & ((row.round >= row.zeroed) | (arm.index != row.best_arm))
    return m.where(pays, 1.0, 0.0), row.best - arm.mean
