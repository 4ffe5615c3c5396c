"""Shared by the bandit learners that choose by themselves: the round of each state, and their law."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from agents.inputs import TableTransition
from agents.memory import Indices, Mask, rows_of
from agents.tabular import PolicyInputs, TabularAgent
from boltzmann.laws import LearnerLaw, PolicyLaw, Results


class OwnPolicyLearner(TabularAgent):
    """A learner without a policy as a parameter; ``rounds`` of its inputs count how often it acted in each state.

    Where it learns by the probabilities of its actions, these are the ones that it acted with, under ``_acted_mask``.
    """

    _acted_mask: Mask | None

    def _note_masks(self, transition: TableTransition) -> None:
        self._acted_mask = self._mask(transition.entries[1])

    def _policy_inputs(self, states: Indices) -> PolicyInputs:
        return {"values": rows_of(self.values, states), "rounds": rows_of(self.visits, states).sum(axis=-1)}

    def _law(
        self,
        policy: PolicyLaw,
        learn: Callable[..., Results],
        states: Mapping[str, Any] | None = None,
        **others: Any,
    ) -> LearnerLaw:
        """Return the law of a learner that acts by ``policy`` and counts its rounds."""

        def counted(m: Any, here: Any, reward: Any, future: Any, row: Any) -> Results:
            return {**learn(m, here, reward, future, row), "rounds": row.rounds + 1.0}

        tables = {"values": self.values, "visits": self.visits}
        all_states = {"rounds": self.visits.sum(axis=-1).astype(np.float64), **(states or {})}
        return LearnerLaw(policy, counted, self._rng, tables, self._distribution, all_states, **others)


def rounds_of(inputs: PolicyInputs) -> Indices:
    """Return the round of each replicate's state, shape (R,): how often the learner acted in it."""
    return np.asarray(inputs["rounds"], dtype=np.int64)
