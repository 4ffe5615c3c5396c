"""What the learners that keep a table of action values have in common: the arrays, the act, the counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Discrete
from numpy.typing import ArrayLike, NDArray

from agents.decision import Decision
from agents.places import Place, make_table, put, taken
from boltzmann import Distribution, Policy, _checks
from boltzmann.notation import Expression

__all__ = ["PolicyAgent", "TabularAgent"]

_SIDE_BY_SIDE = 64
"""From so many replicates on, rows are copied with the actions first, as NumPy reduces fastest."""

LARGEST = float(np.finfo(np.float64).max)


class TabularAgent(Expression):
    """A table of action values for every replicate, and a distribution made from the rows of it.

    A learner is a dataclass over this class; it says how ``update`` changes the values. Parameters are its fields,
    and its ``repr``. What ``reset`` makes is no part of its ``repr`` or equality.

    Attributes
    ----------
    values : array of shape (R, S, K)
        Action values, or preferences, made by ``reset``.
    visits : array of int, shape (R, S, K)
        How often each action was taken in each state.
    allowed : array of bool, shape (R, S, K), or None
        What the masks seen so far have allowed; None until there is one.
    step : int
        How many updates there have been, which is the step that schedules read.
    """

    values: NDArray[np.float64]
    visits: NDArray[np.int64]
    allowed: NDArray[np.bool_] | None
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
            For spaces that are not ``Discrete`` from 0, of a single environment, and for what is no Generator.
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, got {rng!r}")
        states = _count("observation_space", observation_space)
        actions = _count("action_space", action_space)
        self._rng = rng
        if num_envs < 1:
            raise ValueError(f"num_envs must be at least 1, got {num_envs}")
        self._rows = np.arange(num_envs)
        self.values = make_table(num_envs, states, actions, np.float64)
        self.values[:] = self._initial_value()
        self.visits = make_table(num_envs, states, actions, np.int64)
        self._pairs = np.arange(actions)[:, np.newaxis] + self._rows * (states * actions)
        self.allowed = None
        self.step = 0

    def act(self, observations: ArrayLike, where: ArrayLike | None = None) -> Decision:
        """Draw one action a replicate; nothing is learnt by it.

        Parameters
        ----------
        observations : array of int, shape (R,)
            The states.
        where : array of bool, shape (R, K), optional
            The allowed actions.

        Raises
        ------
        ValueError
            For observations that are not R states of the table; the row is named.
        """
        states = self._checked("observations", observations, self.values.shape[1])
        told = self._told(states)
        distribution = self._distribution(told, where, self.step)
        mask = self._remember(states, where)
        return Decision(distribution.sample(self._rng), distribution, told["values"], mask)

    def _initial_value(self) -> float:
        return 0.0

    def _told(self, states: NDArray[np.int64]) -> dict[str, Any]:
        """Collect what is known of a state of each replicate: a row each."""
        return {"values": self._rows_of(self.values, states), "visits": self._rows_of(self.visits, states)}

    def _rows_of(self, table: NDArray[Any], states: NDArray[np.int64]) -> NDArray[Any]:
        """Copy the row of one state of each replicate, shape (R, K); with many replicates these lie side by side."""
        if len(self._rows) < _SIDE_BY_SIDE:
            return np.asarray(table[self._rows, states])
        if table.shape[1] == 1:
            return table[:, 0].T.copy().T
        return np.asarray(table.reshape(-1).take(self._pairs + states * table.shape[2]).T)

    def _distribution(self, told: dict[str, Any], where: ArrayLike | None, step: int) -> Distribution:
        """Make the distribution of each row from what :meth:`_told` gives."""
        raise NotImplementedError

    def _remember(self, states: NDArray[np.int64], where: ArrayLike | None) -> NDArray[np.bool_] | None:
        """Keep the masks of the states; give them as an array."""
        if where is None:
            return None
        if self.allowed is None:
            self.allowed = np.ones(self.values.shape, dtype=np.bool_)
        self.allowed[self._rows, states] = where
        return np.asarray(where, dtype=np.bool_)

    def _mask(self, states: NDArray[np.int64]) -> NDArray[np.bool_] | None:
        """Give what is allowed in each replicate's state, as far as masks have been seen; None without any."""
        return None if self.allowed is None else self.allowed[self._rows, states]

    def _place(self, observations: ArrayLike, actions: ArrayLike) -> Place:
        _, states, count = self.values.shape
        states_seen = self._checked("observations", observations, states)
        return self._rows, states_seen, self._checked("actions", actions, count)

    def _count_visits(self, place: Place) -> NDArray[np.int64]:
        """Count one more step and visit; give the visits of each place, this one counted."""
        counts = taken(self.visits, place) + 1
        put(self.visits, place, counts)
        self.step += 1
        return counts

    def _checked(self, name: str, value: ArrayLike, count: int) -> NDArray[np.int64]:
        """Check one index in [0, count) a replicate: a negative one would be read from the end of a table."""
        array = np.asarray(value)
        if array.dtype.kind not in "iu" or array.shape != self._rows.shape:
            raise ValueError(
                f"{name} must be integers of shape {self._rows.shape}, got {array.dtype} of shape {array.shape}"
            )
        indices = array.astype(np.int64, copy=False)
        # Read without its sign a negative index is a huge one: one comparison serves both bounds.
        if indices.view(np.uint64).max(initial=0) >= count:
            row = int(np.argmax((indices < 0) | (indices >= count)))
            raise ValueError(f"{name} must be in [0, {count}), got {indices[row]} in row {row}")
        return indices

    def _checked_rewards(self, rewards: ArrayLike) -> NDArray[np.float64]:
        array = np.asarray(rewards, dtype=np.float64)
        if array.shape != self._rows.shape or not np.isfinite(array).all():
            raise ValueError(f"rewards must be finite numbers of shape {self._rows.shape}, got {rewards!r}")
        return array


class PolicyAgent(TabularAgent):
    """A tabular learner whose distribution is that of a policy, its first field.

    A policy that explores by the learner's own changes (it has ``initial_epsilon`` and ``next_epsilons``) keeps one
    number a state here: ``epsilons``, shape (R, S), handed to it at each act and moved on with each update.

    Attributes
    ----------
    epsilons : array of shape (R, S), or None
        Exploration rates of the states, made by ``reset`` where the policy asks for them.
    """

    policy: Policy
    epsilons: NDArray[np.float64] | None

    def __post_init__(self) -> None:
        if not callable(self.policy):
            raise TypeError(f"policy must be a policy, such as Boltzmann(0.1), got {self.policy!r}")

    def reset(
        self,
        num_envs: int,
        observation_space: Space[Any],
        action_space: Space[Any],
        rng: np.random.Generator,
    ) -> None:
        """Forget everything and make the arrays; as :meth:`TabularAgent.reset`."""
        super().reset(num_envs, observation_space, action_space, rng)
        self.epsilons = None
        if hasattr(self.policy, "next_epsilons"):
            self.epsilons = np.full(self.values.shape[:2], self.policy.initial_epsilon)  # type: ignore[attr-defined]

    def _arrays(self) -> dict[str, Any]:
        """Give what every compiled form has: the arrays, which are written to, the policy and its randomness."""
        return {"values": self.values, "visits": self.visits, "policy": self.policy, "rng": self._rng}

    def _told(self, states: NDArray[np.int64]) -> dict[str, Any]:
        told = {"values": self._rows_of(self.values, states)}
        if getattr(self.policy, "reads_visits", True):
            told["visits"] = self._rows_of(self.visits, states)
        if self.epsilons is not None:
            told["epsilons"] = self.epsilons[self._rows, states]
        return told

    def _distribution(self, told: dict[str, Any], where: ArrayLike | None, step: int) -> Distribution:
        values, *rest = told
        return self.policy(told[values], step=step, where=where, **{name: told[name] for name in rest})

    def _change(self, place: Place, values: NDArray[np.float64], changes: NDArray[np.float64]) -> None:
        """Put ``values + changes`` where ``values`` stand, and let the policy hear of the changes."""
        put(self.values, place, values + changes)
        self._tell_changes(place, changes)

    def _tell_changes(self, place: Place, changes: NDArray[np.float64]) -> None:
        if self.epsilons is None:
            return
        rows, states, _ = place
        mask = self._mask(states)
        actions_allowed = np.full(len(rows), self.values.shape[2]) if mask is None else mask.sum(axis=-1)
        known = self.epsilons[rows, states]
        self.epsilons[rows, states] = self.policy.next_epsilons(known, changes, actions_allowed)  # type: ignore[attr-defined]


def _count(name: str, space: Space[Any]) -> int:
    if not isinstance(space, Discrete):
        raise TypeError(f"{name} must be Discrete for a table of values, got {space}")
    if space.start != 0:
        raise ValueError(f"{name} must start at 0, got {space}")
    return int(space.n)


def finite(name: str, value: object) -> float:
    """Return ``value`` as a finite float, or raise."""
    return _checks.number(name, value, least=-LARGEST, most=LARGEST)
