"""Learners for bandits that may have an adversary: Exp3 and Exp3-IX; ``tsallis`` has a third.

They are policy and learner in one, and hold estimates of what each arm would have paid in all: an arm that is pulled
with probability p and pays r is credited with r / p, so that the estimate is right on average. Sums of estimates, and
not products of exponentials, are what is kept, so nothing overflows however long they run. Rewards are mapped from
[lowest_reward, highest_reward] to [0, 1]; one outside is an error. Where there are several observations, each has
estimates and a clock of its own: its round, counted from 0, is how often it was seen before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.parameters import finite, number_or_schedule, scheduled
from agents.tabular import TabularAgent
from boltzmann import Categorical, Distribution, Gibbs, Schedule, checks
from boltzmann.arrays import LARGEST

Floats = NDArray[np.float64]


class Adversarial(TabularAgent):
    """Estimated totals of all arms, of which the pulled one's grows with each round."""

    lowest_reward: float
    highest_reward: float

    def __post_init__(self) -> None:
        self.lowest_reward = finite("lowest_reward", self.lowest_reward)
        self.highest_reward = finite("highest_reward", self.highest_reward)
        # Halved as it is used: two neighbours near 0 have no width then.
        if not self.highest_reward / 2 - self.lowest_reward / 2 > 0:
            raise ValueError(
                f"highest_reward must be above lowest_reward={self.lowest_reward}, got {self.highest_reward}"
            )

    def update(
        self,
        observations: ArrayLike,
        actions: ArrayLike,
        rewards: ArrayLike,
        next_observations: ArrayLike,
        terminated: ArrayLike,
        truncated: ArrayLike,
    ) -> None:
        """Credit the arms that were pulled with their rewards, by how likely they were."""
        received = self._checked_rewards(rewards)
        self._check_ends(terminated, truncated)
        place = self._place(observations, actions)
        inside = (received >= self.lowest_reward) & (received <= self.highest_reward)
        checks.require_all(inside, "rewards", f"in [{self.lowest_reward:g}, {self.highest_reward:g}]", received)
        # Halved, so that the width of the widest range is no infinity.
        width = self.highest_reward / 2 - self.lowest_reward / 2
        gains = (received / 2 - self.lowest_reward / 2) / width
        rows, states, chosen = place
        told = self._told(states)
        probs = self._probs(told, self._mask(states))[rows, chosen]
        if not probs.all():
            row = int(np.argmin(probs))
            raise ValueError(f"actions must have a probability above 0, got {chosen[row]} in row {row}")
        self.values[place] += self._credit(gains, probs, told)
        self._count_visits(place)

    def _probs(self, told: dict[str, Any], where: ArrayLike | None) -> Floats:
        """Give the probabilities of all arms."""
        raise NotImplementedError

    def _distribution(self, told: dict[str, Any], where: ArrayLike | None, step: int) -> Distribution:
        return Categorical(self._probs(told, where))

    def _credit(self, gains: Floats, probs: Floats, told: dict[str, Any]) -> Floats:
        """Estimate what the pulled arms paid, from rewards in [0, 1] and their probabilities."""
        raise NotImplementedError


def rounds_of(told: dict[str, Any]) -> NDArray[np.int64]:
    """Count how often each replicate's state was acted in, shape (R,)."""
    return np.asarray(told["visits"].sum(axis=-1))


@dataclass(repr=False)
class Exp3(Adversarial):
    """Exp3: exponential weights of the estimated totals, mixed with some uniform exploration.

    p(a) = (1 - gamma) exp(gamma G(a) / K) / Z + gamma / K, and G(a) <- G(a) + r / p(a) for the pulled arm (Auer,
    Cesa-Bianchi, Freund & Schapire, "The nonstochastic multiarmed bandit problem", 2002, figure 1), gamma being
    ``exploration`` and K counting what is allowed. It is a Boltzmann distribution of the estimates at the temperature
    K / gamma, with gamma of its mass spread evenly.

    Parameters
    ----------
    exploration : float
        In (0, 1].
    lowest_reward, highest_reward : float
        What a reward can be; finite. They are mapped to 0 and 1.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds, and for rewards outside theirs.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> agent = Exp3(exploration=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update([0], [0], [1.0], [0], [False], [False])
    >>> agent.values[:, 0]
    array([[2., 0.]])
    >>> agent.act([0]).distribution.probs.round(4)
    array([[0.5612, 0.4388]])
    """

    exploration: float = field(default=0.1, kw_only=True)
    lowest_reward: float = field(default=0.0, kw_only=True)
    highest_reward: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.exploration = checks.number("exploration", self.exploration, least=0, most=1, open_below=True)

    def _probs(self, told: dict[str, Any], where: ArrayLike | None) -> Floats:
        totals = told["values"]
        allowed: Any = np.True_ if where is None else np.asarray(where)
        count = np.count_nonzero(np.broadcast_to(allowed, totals.shape), axis=-1)
        # A row with nothing allowed is refused by Gibbs, after this.
        weights = Gibbs(totals, np.maximum(count, 1) / self.exploration, where=where).probs
        uniform = allowed / count[:, np.newaxis]
        return np.asarray((1 - self.exploration) * weights + self.exploration * uniform)

    def _credit(self, gains: Floats, probs: Floats, told: dict[str, Any]) -> Floats:
        return gains / probs


@dataclass(repr=False)
class Exp3IX(Adversarial):
    """Exp3-IX: exponential weights of estimated losses that are kept small on purpose (implicit exploration).

    p(a) = exp(-eta L(a)) / Z, and L(a) <- L(a) + (1 - r) / (p(a) + eta / 2) for the pulled arm (Neu, "Explore no
    more", 2015, algorithm 1 with gamma = eta / 2). ``values`` holds -L; the temperature is 1 / eta. No uniform
    exploration is mixed in: what is added to p(a) keeps the estimates from exploding.

    Parameters
    ----------
    step_size : float, callable of the round or None
        eta, above 0. A callable is given the round, 0 at first, as an array. By default it is sqrt(ln K / (K t)),
        t = round + 1, which needs no horizon (corollary 1 there).
    lowest_reward, highest_reward : float
        What a reward can be; finite. They are mapped to 0 and 1.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds, and for rewards outside theirs.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> agent = Exp3IX(step_size=1.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update([0], [0], [0.0], [0], [False], [False])
    >>> agent.values[:, 0]
    array([[-1.,  0.]])
    >>> agent.act([0]).distribution.probs.round(4)
    array([[0.2689, 0.7311]])
    """

    step_size: float | Schedule | None = field(default=None, kw_only=True)
    lowest_reward: float = field(default=0.0, kw_only=True)
    highest_reward: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.step_size is not None:
            self.step_size = number_or_schedule("step_size", self.step_size, most=LARGEST)

    def _distribution(self, told: dict[str, Any], where: ArrayLike | None, step: int) -> Distribution:
        step_sizes = self._step_sizes(told)
        with np.errstate(divide="ignore", over="ignore"):
            return Gibbs(told["values"], 1.0 / step_sizes, where=where)

    def _probs(self, told: dict[str, Any], where: ArrayLike | None) -> Floats:
        return np.asarray(self._distribution(told, where, self.step).probs)

    def _step_sizes(self, told: dict[str, Any]) -> Floats:
        rounds = rounds_of(told)
        if self.step_size is None:
            count = told["values"].shape[-1]
            # A single arm has no logarithm to speak of, and nothing to choose.
            return np.asarray(np.sqrt(max(np.log(count), 1e-300) / (count * (rounds + 1.0))))
        return scheduled("step_size", self.step_size, rounds)

    def _credit(self, gains: Floats, probs: Floats, told: dict[str, Any]) -> Floats:
        return (gains - 1) / (probs + self._step_sizes(told) / 2)
