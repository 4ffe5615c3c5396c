"""Shared by the learners that hold a policy: which inputs they collect for it, and the exploration rates of states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.memory import Entries, Indices, PerRow, Values, rows_of, write
from agents.tabular import PolicyInputs, TabularAgent
from boltzmann import Distribution, Policy
from boltzmann.bounds import Instance
from boltzmann.laws import LearnerLaw, PolicyLaw, Results, known_of, own_law
from boltzmann.policies import inputs_read_by

_KNOWN = frozenset({"temperature", "weights"})
"""Inputs of a policy that compiled loops have found for it."""


@dataclass(repr=False)
class PolicyAgent(TabularAgent):
    """A tabular learner whose distribution is that of a policy, its first field.

    A policy that reads epsilons explores by how much the values change: the learner holds one rate for each state,
    hands the rates of the states to each act, and updates them with the policy's ``next_epsilons``.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.

    Attributes
    ----------
    epsilons : array of shape (R, S), or None
        The exploration rates of the states, made by ``reset`` if the policy reads them.
    """

    policy: Annotated[Policy, Instance("a policy", "Boltzmann(0.1)")]

    def _reset_state(self) -> None:
        super()._reset_state()
        self._reads = inputs_read_by(self.policy)
        self.epsilons: Values | None = None
        if "epsilons" in self._reads:
            self.epsilons = np.full(self.values.shape[:2], self.policy.initial_epsilon)  # type: ignore[attr-defined]

    @property
    def _acting(self) -> Policy:
        """The policy that draws, which may be another form of the policy for what this learner tells it."""
        return self.policy

    def _law(
        self, learn: Callable[..., Results], tables: Mapping[str, Any] | None = None, **others: Any
    ) -> LearnerLaw | None:
        """Return the law of a learner, with tables of its own; None if its policy has none and reads epsilons."""
        policy = own_law(self._acting)
        if policy is None:
            if self.epsilons is not None:
                return None
            policy = PolicyLaw(None, inputs=self._reads)
        all_tables = {"values": self.values, "visits": self.visits, **(tables or {})}
        known = known_of(self._acting)
        others["known"] = frozenset() if known is None else known.names
        law = LearnerLaw(policy, learn, self._rng, all_tables, self._distribution, **others)
        return law if self.epsilons is None else self._with_epsilons(law)

    def _with_epsilons(self, law: LearnerLaw) -> LearnerLaw | None:
        """Return a law that also updates the exploration rates; None if the policy has no law of their update."""
        next_epsilon = getattr(self.policy, "law_of_epsilons", None)
        if next_epsilon is None:
            return None

        def updating(learn: Callable[..., Results]) -> Callable[..., Results]:
            def learn_and_update(m: Any, *numbers: Any) -> Results:
                results, row = learn(m, *numbers), numbers[-1]
                if "change" not in results:
                    return results
                epsilon = next_epsilon(m, results["change"], row)
                return {**results, "epsilons": m.where(results.get("learns", True), epsilon, row.epsilons)}

            return learn_and_update

        rounds = None if law.rounds is None else replace(law.rounds, learn=updating(law.rounds.learn))
        states, inputs = {**law.states, "epsilons": self.epsilons}, law.inputs | {"allowed"}
        constants = {**law.constants, **self.policy.constants_of_epsilons}  # type: ignore[attr-defined]
        law = replace(law, constants=constants, states=states, rounds=rounds, inputs=inputs)
        return replace(law, learn=updating(law.learn))

    def _policy_inputs(self, states: Indices) -> PolicyInputs:
        inputs = {"values": rows_of(self.values, states)}
        if "visits" in self._reads:
            inputs["visits"] = rows_of(self.visits, states)
        if self.epsilons is not None:
            inputs["epsilons"] = self.epsilons[self._rows, states]
        return inputs

    def _distribution(self, inputs: PolicyInputs, where: ArrayLike | None, step: int) -> Distribution:
        values, *others = inputs
        policy: Callable[..., Distribution] = self._acting
        if not inputs.keys().isdisjoint(_KNOWN) and (known := known_of(policy)) is not None:
            policy = known.policy
        return policy(inputs[values], step=step, where=where, **{name: inputs[name] for name in others})

    def _add(self, entries: Entries, values: PerRow, changes: PerRow) -> None:
        """Write ``values + changes`` over the values of the entries, and update the exploration rates."""
        write(self.values, entries, values + changes)
        self._update_epsilons(entries, changes)

    def _update_epsilons(self, entries: Entries, changes: PerRow) -> None:
        if self.epsilons is None:
            return
        rows, states, _ = entries
        mask = self._mask(states)
        actions_allowed = np.full(len(rows), self.values.shape[2]) if mask is None else mask.sum(axis=-1)
        self.epsilons[rows, states] = self._next_epsilons(self.epsilons[rows, states], changes, actions_allowed)

    def _update_all_epsilons(self, changed: NDArray[np.bool_], changes: Values) -> None:
        """Update the exploration rates by changes of many entries, shape (R, S, K), one action after the other."""
        if self.epsilons is None:
            return
        _, states, actions = changed.shape
        counts = np.full((len(changed), states), actions) if self.allowed is None else self.allowed.sum(axis=-1)
        for action in range(actions):
            updated = self._next_epsilons(self.epsilons, changes[..., action], counts)
            self.epsilons = np.where(changed[..., action], updated, self.epsilons)

    def _next_epsilons(self, epsilons: Values, changes: Values, actions_allowed: Indices) -> Values:
        return np.asarray(self.policy.next_epsilons(epsilons, changes, actions_allowed))  # type: ignore[attr-defined]
