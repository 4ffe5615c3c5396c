"""Shared by the learners of averages: the step towards a reward, and variances if the policy reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from agents.bandits.variances import RewardVariances
from agents.inputs import TableTransition
from agents.memory import Entries, Indices, PerRow, read, rows_of
from agents.parameters import FINITE
from agents.policy_agent import PolicyAgent
from agents.tabular import PolicyInputs
from boltzmann.laws import LearnerLaw, Results


@dataclass(repr=False)
class AverageLearner(PolicyAgent):
    """Q <- Q + step size (r - Q); the learners differ in the step size."""

    initial_value: Annotated[float, FINITE] = field(default=0.0, kw_only=True)

    def _reset_state(self) -> None:
        super()._reset_state()
        self.values[:] = self.initial_value
        self._variances = self._new_variances() if "variances" in self._reads else None

    def _new_variances(self) -> RewardVariances:
        return RewardVariances(self.values.shape)

    def _learn(self, transition: TableTransition) -> None:
        entries, rewards = transition.entries, transition.rewards
        values = read(self.values, entries)
        changes = self._changes(rewards, values, entries)
        counts = self._count_visits(entries)
        if self._variances is not None:
            self._variances.add(entries, rewards, counts)
        self._add(entries, values, changes)

    def _changes(self, rewards: PerRow, values: PerRow, entries: Entries) -> PerRow:
        """Return the steps from the values towards the rewards; the visits do not count this step yet."""
        raise NotImplementedError

    def _average_law(self, learn: Callable[..., Results], **others: Any) -> LearnerLaw | None:
        """Return the law of a learner that moves by ``learn``; None if its policy has none."""
        variances = self._variances
        if variances is None:
            return self._law(learn, **others)

        def with_variances(m: Any, here: Any, reward: Any, future: Any, row: Any) -> Results:
            return {**learn(m, here, reward, future, row), **variances.added(m, here, reward, row)}

        return self._law(with_variances, variances.tables, **others)

    def _policy_inputs(self, states: Indices) -> PolicyInputs:
        inputs = super()._policy_inputs(states)
        if self._variances is not None:
            inputs["variances"] = self._variances.at((self._rows, states), rows_of(self.visits, states))
        return inputs
