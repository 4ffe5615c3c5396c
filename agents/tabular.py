"""Shared by all learners with a table of action values: the arrays, the act, the update, and the masks."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import Space
from numpy.typing import ArrayLike

from agents.decision import Decision
from agents.inputs import TableTransition, checked_indices, checked_mask, checked_transition
from agents.memory import Entries, Indices, Mask, Values, make_table, read, rows_of, write
from agents.parameters import count_of
from boltzmann import Distribution, Transition, checks
from boltzmann.arrays import AS_USUAL
from boltzmann.notation import Expression

PolicyInputs = dict[str, Any]
"""The arguments of a policy by name, ``values`` first: a row for each replicate."""


class TabularAgent(Expression):
    """A table of action values for every replicate, and distributions of its rows.

    A learner is a dataclass that inherits from this class and implements ``_distribution`` and ``_learn``; it makes
    more arrays in ``_reset_state``, which ``reset`` calls last. Its fields are its parameters, and make up its ``repr``
    and equality; the arrays do not.

    Attributes
    ----------
    values : array of shape (R, S, K)
        Action values, or preferences, made by ``reset``.
    visits : array of int, shape (R, S, K)
        How often each action was taken in each state.
    allowed : array of bool, shape (R, S, K), or None
        The actions that the masks seen so far allow; None until there is a mask.
    step : int
        The number of updates so far, which schedules read.
    """

    values: Values
    visits: Indices
    allowed: Mask | None
    step: int

    def reset(
        self,
        num_envs: int,
        observation_space: Space[Any],
        action_space: Space[Any],
        rng: np.random.Generator,
    ) -> None:
        """Forget everything and make the arrays for ``num_envs`` replicates.

        Raises
        ------
        TypeError, ValueError
            For spaces of a single environment that are not ``Discrete`` from 0, and for an ``rng`` that is not a
            Generator.
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, got {checks.shown(rng)}")
        states = count_of("observation_space", observation_space)
        actions = count_of("action_space", action_space)
        self._rng = rng
        num_envs = checks.whole_number("num_envs", num_envs, least=1)
        self._rows = np.arange(num_envs)
        self.values = make_table(num_envs, states, actions, np.float64)
        self.visits = make_table(num_envs, states, actions, np.int64)
        self.allowed = None
        self.step = 0
        self._reset_state()

    @AS_USUAL
    def act(self, observations: ArrayLike, where: ArrayLike | None = None) -> Decision:
        """Draw one action for each replicate; nothing is learnt.

        Parameters
        ----------
        observations : array of int, shape (R,)
            The states.
        where : array of bool, or of 0 and 1, that broadcasts to (R, K), optional
            The allowed actions.

        Raises
        ------
        ValueError, TypeError
            For observations that are not R states of the table, and for a mask that does not fit; the row is named.
        """
        states, mask = self._checked_states(observations), self._checked_mask("where", where)
        inputs = self._policy_inputs(states)
        distribution = self._distribution(inputs, mask, self.step)
        self._store_mask(states, mask)
        return Decision(distribution.sample(self._rng), distribution, inputs["values"], mask)

    @AS_USUAL
    def update(self, transition: Transition) -> None:
        """Learn from one step of all replicates.

        Raises
        ------
        ValueError
            For a transition that does not fit the table; the row is named, and no array has changed.
        """
        self._require_reset("update")
        checked = checked_transition(transition, self._rows, self.values.shape)
        mask = self._checked_mask("next_where", transition.next_where)
        self._note_masks(checked)
        if mask is not None:
            self._store_next_masks(checked, mask)
        self._learn(checked)

    def _reset_state(self) -> None:
        """Make a learner's own arrays, and set values that do not begin at 0; ``reset`` has made the others."""

    def _note_masks(self, transition: TableTransition) -> None:
        """Note the masks of the act where learning reads them; those of the next states are stored afterwards."""

    def _learn(self, transition: TableTransition) -> None:
        """Change the values, and count the visits."""
        raise NotImplementedError

    def _distribution(self, inputs: PolicyInputs, where: ArrayLike | None, step: int) -> Distribution:
        """Make the distribution of each row of the inputs."""
        raise NotImplementedError

    def _policy_inputs(self, states: Indices) -> PolicyInputs:
        """Copy the inputs of the distribution: the rows of one state of each replicate."""
        return {"values": rows_of(self.values, states), "visits": rows_of(self.visits, states)}

    def _require_reset(self, method: str) -> None:
        if "values" not in self.__dict__:
            raise RuntimeError(f"reset must be called before {method}")

    def _checked_states(self, observations: ArrayLike) -> Indices:
        self._require_reset("act")
        return checked_indices("observations", observations, self._rows.shape, self.values.shape[1])

    def _checked_mask(self, name: str, where: ArrayLike | None) -> Mask | None:
        return None if where is None else checked_mask(name, where, (len(self._rows), self.values.shape[2]))

    def _store_mask(self, states: Indices, mask: Mask | None) -> None:
        """Store the masks of the states; without a mask all actions are allowed."""
        if mask is None and self.allowed is None:
            return
        if self.allowed is None:
            self.allowed = np.ones(self.values.shape, dtype=np.bool_)
        self.allowed[self._rows, states] = True if mask is None else mask

    def _store_next_masks(self, transition: TableTransition, mask: Mask) -> None:
        """Store the masks of the states reached, except of terminal ones, before they are bootstrapped from."""
        rows = np.flatnonzero(~transition.terminated)
        if not len(rows):
            return
        possible = mask[rows].any(axis=-1)
        if not possible.all():
            raise ValueError(f"next_where must allow at least one action, got none in row {rows[np.argmin(possible)]}")
        if self.allowed is None:
            self.allowed = np.ones(self.values.shape, dtype=np.bool_)
        self.allowed[rows, transition.next_states[rows]] = mask[rows]

    def _mask(self, states: Indices) -> Mask | None:
        """Return the stored masks of the states; None if no mask was ever seen."""
        return None if self.allowed is None else rows_of(self.allowed, states)

    def _count_visits(self, entries: Entries) -> Indices:
        """Count one more step and visit, and return the visits of each entry with this one."""
        counts = read(self.visits, entries) + 1
        write(self.visits, entries, counts)
        self.step += 1
        return counts
