"""Shared by the learners of control, which bootstrap from the values of the next state: parameters and the step.

The step is Q(s, a) <- Q(s, a) + step_size (r + discount backup(Q(s', .)) - Q(s, a)); the learners differ in the backup,
which is over the actions that the masks seen so far allow in s'. A transition that terminates does not bootstrap; one
that is truncated does.

A step size is a number in (0, 1], or a callable of the earlier visits of the state and action, an array with 0 at
first: ``InverseTime(1.0, 1.0)`` is 1/n. Schedules of temperatures read ``step``, the number of updates so far, as the
policy's schedule does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np

from agents.inputs import TableTransition
from agents.memory import Entries, Indices, PerRow, read
from agents.parameters import FINITE, rates_at
from agents.policy_agent import PolicyAgent
from boltzmann import Schedule
from boltzmann.bounds import Real
from boltzmann.checks import shown
from boltzmann.laws import BackupLaw, LearnerLaw, Results, moved
from boltzmann.policies import inputs_read_by
from boltzmann.schedules import Scheduled


@dataclass(repr=False)
class TemporalDifference(PolicyAgent):
    """A learner that moves Q(s, a) towards r + discount times the value of s', which a subclass returns.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.
    """

    step_size: Annotated[float | Schedule, Scheduled("(0, 1]")] = field(default=0.1, kw_only=True)
    discount: Annotated[float, Real("[0, 1]")] = field(default=0.99, kw_only=True)
    initial_value: Annotated[float, FINITE] = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if "variances" in inputs_read_by(self.policy):
            raise ValueError(
                f"policy must not read variances of rewards, got {shown(self.policy)}: try an average "
                "such as SampleAverage"
            )

    def _reset_state(self) -> None:
        super()._reset_state()
        self.values[:] = self.initial_value

    def _learn(self, transition: TableTransition) -> None:
        entries = transition.entries
        step_sizes = self._step_sizes(entries)
        bootstrap = self.discount * self._bootstrap(transition.next_states)
        targets = transition.rewards + np.where(transition.terminated, 0.0, bootstrap)
        self._count_visits(entries)
        self._learn_targets(entries, targets, step_sizes)

    def _bootstrap(self, next_states: Indices) -> PerRow:
        """Return the value of each next state, shape (R,); shape (2, R) for learners with two tables."""
        raise NotImplementedError

    def _learn_targets(self, entries: Entries, targets: PerRow, step_sizes: float | PerRow) -> None:
        """Move the values of the entries towards their targets."""
        values = read(self.values, entries)
        self._add(entries, values, step_sizes * (targets - values))

    def _law_of(
        self,
        backup: BackupLaw | Literal["next action"] | None,
        learn: Callable[..., Results] = moved,
        **others: Any,
    ) -> LearnerLaw | None:
        """Return the law of a learner that bootstraps from a backup; None if this has no law."""
        if backup is None:
            return None
        others = {"constants": {"discount": self.discount}, "backup": backup, **others}
        if callable(self.step_size):
            return self._law(learn, rate=self.step_size, **others)
        others["constants"]["step_size"] = self.step_size
        return self._law(learn, **others)

    def _step_sizes(self, entries: Entries) -> float | PerRow:
        if not callable(self.step_size):
            return self.step_size
        return rates_at("step_size", self.step_size, read(self.visits, entries), "[0, 1]")
