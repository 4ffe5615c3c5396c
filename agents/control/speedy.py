"""Tabular control in rounds: speedy Q-learning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np

from agents.control.one_step import maximum
from agents.memory import Entries, Indices, PerRow, read
from agents.parameters import rates_at
from agents.temporal_difference import TemporalDifference
from boltzmann import InverseTime, Schedule
from boltzmann.bounds import OrNone, Whole
from boltzmann.laws import BackupLaw, LearnerLaw, Pass, Results, Rounds
from boltzmann.schedules import Scheduled


@dataclass(repr=False)
class SpeedyQ(TemporalDifference):
    """Speedy Q-learning: a full step along the difference of two successive backups, a small one along the rest.

    Q(s, a) <- Q + step_size (B - Q) + (1 - step_size) (C - B), where C = r + discount max Q(s', .) is the backup of
    the present values and B that of the values one round before (Azar, Munos, Ghavamzadeh & Kappen, "Speedy
    Q-learning", 2011, equation 6). The paper sweeps over all pairs of state and action at once. Here a round is a
    number of updates: within a round both tables are constant, and the backups of a pair are averaged over its visits;
    at the end of the round the visited pairs learn. (If the tables changed with each update, a pair visited more often
    than its successor would add the same difference several times, and diverge.)

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    step_size : float or callable of the round
        In (0, 1]. A callable maps the number of earlier rounds with a visit of each pair to numbers in [0, 1].
        ``InverseTime(1.0, 1.0)``, the default, is the paper's 1 / (k + 1).
    round_length : int or None
        Updates in a round, at least 1; the default is the number of pairs, S K.
    discount, initial_value
        As for :class:`agents.QLearning`.

    Attributes
    ----------
    previous : array of shape (R, S, K)
        The values one round before, made by ``reset``.
    rounds : array of int, shape (R, S, K)
        The number of rounds in which each pair was visited.

    Examples
    --------
    >>> from boltzmann import Greedy, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = SpeedyQ(Greedy(), discount=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(1), np.random.default_rng(0))
    >>> for _ in range(3):  # towards 2
    ...     agent.update(Transition([0], [0], [1.0], [0], terminated=[False], truncated=[False]))
    ...     print(agent.values[:, 0])
    [[1.]]
    [[1.25]]
    [[1.41666667]]
    """

    step_size: Annotated[float | Schedule, Scheduled("(0, 1]")] = field(default=InverseTime(1.0, 1.0), kw_only=True)
    round_length: Annotated[int | None, OrNone(Whole(1))] = field(default=None, kw_only=True)

    def _reset_state(self) -> None:
        super()._reset_state()
        _, states, actions = self.values.shape
        self._length = self.round_length or states * actions
        self.previous = self.values.copy()
        self.rounds = np.zeros_like(self.visits)
        # For the present round: the visits of each pair, and the sums of its two backups.
        self._round_visits, self._sums = np.zeros_like(self.visits), np.zeros((2, *self.values.shape))

    def _bootstrap(self, next_states: Indices) -> PerRow:
        rows, mask = (self._rows, next_states), self._mask(next_states)
        return np.stack([maximum(table[rows], where=mask) for table in (self.values, self.previous)])

    def _step_sizes(self, entries: Entries) -> float | PerRow:
        if (self.step + 1) % self._length:
            return 0.0
        return rates_at("step_size", self.step_size, self.rounds, "[0, 1]")

    def _rates_of_variances(self, counts: Indices, step_sizes: float | PerRow) -> PerRow:
        # Step sizes are those of rounds.
        return np.asarray(1.0 / counts)

    def _learn_targets(self, entries: Entries, targets: PerRow, step_sizes: float | PerRow) -> PerRow:
        errors = np.asarray(targets[0] - read(self.values, entries))
        self._round_visits[entries] += 1
        self._sums[:, *entries] += targets
        if self.step % self._length:
            return errors
        visited, before = self._round_visits > 0, self.values
        present, past = self._sums / np.maximum(self._round_visits, 1)
        learnt = before + step_sizes * (past - before) + (1 - step_sizes) * (present - past)
        self.values, self.previous = np.where(visited, learnt, before), before
        self.rounds += visited
        self._round_visits[:], self._sums[:] = 0, 0.0
        self._update_all_epsilons(visited, self.values - before)
        return errors

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        tables = {"previous": self.previous, "rounds": self.rounds, "round_visits": self._round_visits}
        tables |= {"targets": self._sums[0], "targets_before": self._sums[1]}
        backup = BackupLaw(lambda m, row: {"present": row.top, "past": row.past}, (_LARGEST,), inputs=_PREVIOUS)
        rounds = Rounds(self._length, _learn_round)
        return self._law_of(backup, _collect, tables=tables, counts="rounds", rounds=rounds)


_PREVIOUS = frozenset({"previous"})
_LARGEST = Pass(
    lambda m, action, row: {"past": m.where(action.q > -np.inf, action.previous, -np.inf)}, largest=("past",)
)


def _collect(m: Any, here: Any, reward: Any, future: Any, row: Any) -> Results:
    """Add both targets of a pair to the sums of the round; a law."""
    sums = {
        "targets": here.targets + (reward + future.present),
        "targets_before": here.targets_before + (reward + future.past),
    }
    error = reward + future.present - here.values
    return {**sums, "round_visits": here.round_visits + 1, "error": error}


def _learn_round(m: Any, here: Any, row: Any) -> Results:
    """Learn from the mean targets of a round, if it visited the pair; a law."""
    visited, before = here.round_visits > 0, here.values
    count = m.maximum(here.round_visits, 1)
    present, past = here.targets / count, here.targets_before / count
    learnt = before + row.step_size * (past - before) + (1 - row.step_size) * (present - past)
    values = m.where(visited, learnt, before)
    done = {"previous": before, "rounds": here.rounds + m.where(visited, 1, 0), "round_visits": 0}
    return {
        "values": values,
        "targets": 0.0,
        "targets_before": 0.0,
        **done,
        "change": values - before,
        "learns": visited,
    }
