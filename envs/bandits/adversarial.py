"""Bandits that are out to mislead: environments of one state whose episodes never end.

As in ``envs.bandits``; against what ``info["gap"]`` is measured is said by each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from envs import batched
from envs.bandits.base import Bandit, BanditVector, Floats, Problems, count_arms, require_row, require_rows


class AdversarialBandit(Bandit):
    """Rewards laid down beforehand, a row a round; nothing is drawn.

    Auer, Cesa-Bianchi, Freund & Schapire, "The nonstochastic multiarmed bandit problem", 2002. The gap is what the best
    fixed arm pays in that round less what the arm pulled pays, so that its sum over the rows is the paper's (weak)
    regret; in a single round it can be negative. The best fixed arm is the one with the largest sum over all rows, the
    first of them where they tie.

    Parameters
    ----------
    rewards : sequence of rows of float
        What each arm pays in each round, of shape (rounds, K); after the last row comes the first again. By default
        two arms that take turns, the one twice as often.

    Raises
    ------
    ValueError
        For rewards that are no such matrix, and for an action that is no arm.

    Examples
    --------
    >>> env = AdversarialBandit(rewards=[[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> [env.step(1)[4]["gap"] for _ in range(4)]
    [-1.0, 1.0, 1.0, -1.0]
    """

    def __init__(self, rewards: Sequence[Sequence[float]] = ((0.0, 1.0), (1.0, 0.0), (1.0, 0.0))) -> None:
        given = require_rows("rewards", rewards)
        if given is None:
            raise ValueError("rewards must be rows of equal length of numbers, got None")
        self.rewards = given
        self.best_arm = int(given.sum(axis=0).argmax())
        super().__init__(count_arms(None, given))

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Begin with the first row."""
        return Problems(np.tile(self.rewards[0], (count, 1)))

    def pay(self, rng: np.random.Generator, problems: Problems, arms: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Pay what the row says, and go on to the next."""
        rewards = problems.pulled(arms)
        gaps = problems.means[:, self.best_arm] - rewards
        row = self.rewards[(problems.step + 1) % len(self.rewards)]
        problems.move(np.broadcast_to(row, problems.means.shape))
        return rewards, gaps


class AdversarialBanditVector(BanditVector):
    """Many :class:`AdversarialBandit` problems, all alike, stepped at once."""

    single = AdversarialBandit


class ZeroedStartBandit(Bandit):
    """Bernoulli arms of which the best pays nothing in the first rounds.

    Cesa-Bianchi, Gentile, Lugosi & Neu, "Boltzmann exploration done right", 2017: an explorer that cools too
    early never comes back to the best arm. The gap is that of the arms' means, also in the rounds that pay nothing.

    Parameters
    ----------
    arms : int, optional
        How many, at least 1; 10 by default, or as many as ``means``.
    gap : float
        In [0, 0.5]. The first arm pays with probability 0.5 + gap, the others with 0.5.
    zeroed : int
        In so many first rounds the best arm pays 0, whoever pulls it; at least 0.
    means : sequence of float, optional
        The probabilities, each in [0, 1], instead of ``gap``; the first of the largest is the arm that is zeroed.

    Raises
    ------
    ValueError
        For parameters out of their bounds, and for an action that is no arm.

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
        self, arms: int | None = None, gap: float = 0.1, zeroed: int = 200, means: Sequence[float] | None = None
    ) -> None:
        given = require_row("means", means, 0, 1)
        super().__init__(count_arms(arms, given))
        self.gap = batched.require_finite("gap", gap, least=0)
        if self.gap > 0.5:
            raise ValueError(f"gap must be in [0, 0.5], got {self.gap!r}")
        self.zeroed = batched.require_whole("zeroed", zeroed, least=0)
        self._means = np.append(0.5 + self.gap, np.full(self.arms - 1, 0.5)) if given is None else given
        self.best_arm = int(self._means.argmax())

    def draw(self, rng: np.random.Generator, count: int) -> Problems:
        """Begin with the first round."""
        return Problems(np.tile(self._means, (count, 1)))

    def pay(self, rng: np.random.Generator, problems: Problems, arms: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Pay 1 with the arm's probability, and nothing for the best arm in the zeroed rounds."""
        means = problems.pulled(arms)
        paid = rng.random(len(means)) < means
        if problems.step < self.zeroed:
            paid &= arms != self.best_arm
        return paid.astype(np.float64), problems.best - means


class ZeroedStartBanditVector(BanditVector):
    """Many independent :class:`ZeroedStartBandit` problems, stepped at once."""

    single = ZeroedStartBandit
