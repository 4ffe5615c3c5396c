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
from agents.memory import Entries, Indices, PerRow, read, rows_of
from agents.parameters import FINITE, rates_at
from agents.policy_agent import PolicyAgent
from agents.return_variances import ReturnVariances, with_variances
from agents.tabular import PolicyInputs
from boltzmann import Policy, Schedule
from boltzmann.bounds import Real
from boltzmann.laws import BackupLaw, LearnerLaw, Results, moved
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

    def _reset_state(self) -> None:
        super()._reset_state()
        self.values[:] = self.initial_value
        reads = "variances" in self._reads
        self._variances = ReturnVariances(self.values, self.discount) if reads else None

    @property
    def _acting(self) -> Policy:
        acting: Policy = getattr(self.policy, "of_returns", self.policy)
        return acting

    def _policy_inputs(self, states: Indices) -> PolicyInputs:
        inputs = super()._policy_inputs(states)
        if self._variances is not None:
            inputs["variances"] = rows_of(self._variances.variances, states)
        return inputs

    def _learn(self, transition: TableTransition) -> None:
        entries = transition.entries
        step_sizes = self._step_sizes(entries)
        bootstrap = self.discount * self._bootstrap(transition.next_states)
        targets = transition.rewards + np.where(transition.terminated, 0.0, bootstrap)
        counts = self._count_visits(entries)
        if self._variances is None:
            self._learn_targets(entries, targets, step_sizes)
            return
        # Targets and greedy actions are those of the values before they change.
        states = transition.next_states
        following = np.where(
            transition.terminated, 0.0, self._variances.of_greedy(self.values, states, self._mask(states))
        )
        errors = self._learn_targets(entries, targets, step_sizes)
        self._variances.learn(entries, errors, following, self._rates_of_variances(counts, step_sizes))

    def _rates_of_variances(self, counts: Indices, step_sizes: float | PerRow) -> PerRow:
        """Return the step sizes of the variances, from the visits with this one."""
        return np.asarray(np.maximum(1.0 / counts, step_sizes))

    def _bootstrap(self, next_states: Indices) -> PerRow:
        """Return the value of each next state, shape (R,); shape (2, R) for learners with two tables."""
        raise NotImplementedError

    def _learn_targets(self, entries: Entries, targets: PerRow, step_sizes: float | PerRow) -> PerRow:
        """Move the values of the entries towards their targets, and return the errors."""
        values = read(self.values, entries)
        errors = np.asarray(targets - values)
        self._add(entries, values, step_sizes * errors)
        return errors

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
            others["rate"] = self.step_size
        else:
            others["constants"]["step_size"] = self.step_size
        law = self._law(learn, **others)
        if law is None or self._variances is None:
            return law
        return with_variances(law, self._variances, by_visits=law.rounds is not None)

    def _step_sizes(self, entries: Entries) -> float | PerRow:
        if not callable(self.step_size):
            return self.step_size
        return rates_at("step_size", self.step_size, read(self.visits, entries), "[0, 1]")
