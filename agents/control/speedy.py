"""Tabular control in rounds: speedy Q-learning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gymnasium import Space
from numpy.typing import NDArray

from agents.control.one_step import TemporalDifference, maximum
from agents.memory import Place
from agents.parameters import scheduled
from boltzmann import InverseTime, Schedule, checks

Floats = NDArray[np.float64]


@dataclass(repr=False)
class SpeedyQ(TemporalDifference):
    """Speedy Q-learning: a full step along the difference of two successive backups, a small one along the rest.

    Q(s, a) <- Q + step_size (B - Q) + (1 - step_size) (C - B) with the backups C = r + discount max Q(s', .) by the
    present values and B by those of the round before (Azar, Munos, Ghavamzadeh & Kappen, "Speedy Q-learning", 2011,
    equation 6). That is for sweeps over all pairs at once. Here a round is a number of updates: within one, both
    tables stand still and the backups of a pair that is met again are averaged; at its end the pairs that were met
    learn. (Were the tables to move with each update, a pair met more often than its successor would count the same
    difference again and again, and diverge.)

    Parameters
    ----------
    policy : Policy
        What turns the values into actions.
    step_size : float or callable of the round
        In (0, 1]; a callable gives numbers in [0, 1] for in how many rounds each pair was met before.
        ``InverseTime(1.0, 1.0)``, the default, is the paper's 1 / (k + 1).
    round_length : int or None
        Updates in a round, at least 1; by default as many as there are pairs, S K.
    discount, initial_value
        As for :class:`agents.QLearning`.

    Attributes
    ----------
    previous : array of shape (R, S, K)
        The values of the round before, made by ``reset``.
    rounds : array of int, shape (R, S, K)
        In how many rounds each pair has been met.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Greedy
    >>> agent = SpeedyQ(Greedy(), discount=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(1), np.random.default_rng(0))
    >>> for _ in range(3):  # towards 2
    ...     agent.update([0], [0], [1.0], [0], terminated=[False], truncated=[False])
    ...     print(agent.values[:, 0])
    [[1.]]
    [[1.25]]
    [[1.41666667]]
    """

    step_size: float | Schedule = field(default=InverseTime(1.0, 1.0), kw_only=True)
    round_length: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.round_length is not None:
            self.round_length = checks.whole_number("round_length", self.round_length, least=1)

    def reset(
        self,
        num_envs: int,
        observation_space: Space[Any],
        action_space: Space[Any],
        rng: np.random.Generator,
    ) -> None:
        """Forget everything and make the arrays; as :meth:`agents.TabularAgent.reset`."""
        super().reset(num_envs, observation_space, action_space, rng)
        _, states, actions = self.values.shape
        self._length = self.round_length or states * actions
        self.previous = self.values.copy()
        self.rounds = np.zeros_like(self.visits)
        # Of this round: how often each pair was met, and the sums of its two backups.
        self._met, self._sums = np.zeros_like(self.visits), np.zeros((2, *self.values.shape))

    def _bootstrap(self, reached: NDArray[np.int64]) -> Floats:
        place, mask = (self._rows, reached), self._mask(reached)
        return np.stack([maximum(table[place], where=mask) for table in (self.values, self.previous)])

    def _step_sizes(self, place: Place) -> float | Floats:
        if (self.step + 1) % self._length:
            return 0.0
        return scheduled("step_size", self.step_size, self.rounds, most=1.0)

    def _learn(self, place: Place, targets: Floats, step_sizes: float | Floats) -> None:
        self._met[place] += 1
        self._sums[:, *place] += targets
        if self.step % self._length:
            return
        met, before = self._met > 0, self.values
        present, past = self._sums / np.maximum(self._met, 1)
        learnt = before + step_sizes * (past - before) + (1 - step_sizes) * (present - past)
        self.values, self.previous = np.where(met, learnt, before), before
        self.rounds += met
        self._met[:], self._sums[:] = 0, 0.0
        self._tell_all_changes(met, self.values - before)
