"""What the learners that keep a table of action values have in common: the arrays, the act, the counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import Space
from numpy.typing import ArrayLike, NDArray

from agents.decision import Decision
from agents.memory import Place, make_table, put, rows_of, side_by_side, taken
from agents.parameters import count_of, require_made
from boltzmann import Distribution, Policy, checks
from boltzmann.notation import Expression
from boltzmann.policies import inputs_read_by


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
        states = count_of("observation_space", observation_space)
        actions = count_of("action_space", action_space)
        self._rng = rng
        num_envs = checks.whole_number("num_envs", num_envs, least=1)
        self._rows = np.arange(num_envs)
        self.values = make_table(num_envs, states, actions, np.float64)
        self.values[:] = self._initial_value()
        self.visits = make_table(num_envs, states, actions, np.int64)
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
        self._require_reset("act")
        states = self._checked("observations", observations, self.values.shape[1])
        told = self._told(states)
        distribution = self._distribution(told, where, self.step)
        mask = self._remember(states, where)
        return Decision(distribution.sample(self._rng), distribution, told["values"], mask)

    def _require_reset(self, name: str) -> None:
        if "values" not in self.__dict__:
            raise RuntimeError(f"reset must be called before {name}")

    def _initial_value(self) -> float:
        return 0.0

    def _told(self, states: NDArray[np.int64]) -> dict[str, Any]:
        """Collect what is known of a state of each replicate: a row each."""
        return {"values": rows_of(self.values, states), "visits": rows_of(self.visits, states)}

    def _distribution(self, told: dict[str, Any], where: ArrayLike | None, step: int) -> Distribution:
        """Make the distribution of each row from what :meth:`_told` gives."""
        raise NotImplementedError

    def _remember(self, states: NDArray[np.int64], where: ArrayLike | None) -> NDArray[np.bool_] | None:
        """Keep the masks of the states, and give them as an array; without one all actions are allowed there."""
        if where is None:
            if self.allowed is not None:
                self.allowed[self._rows, states] = True
            return None
        if self.allowed is None:
            self.allowed = np.ones(self.values.shape, dtype=np.bool_)
        self.allowed[self._rows, states] = where
        return np.asarray(where, dtype=np.bool_)

    def _mask(self, states: NDArray[np.int64]) -> NDArray[np.bool_] | None:
        """Give what is allowed in each replicate's state, as far as masks have been seen; None without any."""
        return None if self.allowed is None else rows_of(self.allowed, states)

    def _place(self, observations: ArrayLike, actions: ArrayLike) -> Place:
        num_envs, states, count = self.values.shape
        met = self._checked("observations", observations, states)
        return Place(self._rows, met, self._checked("actions", actions, count), (num_envs, states, count))

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
            raise ValueError(f"{name} must be in [0, {count}), got {array[row]} in row {row}")
        return indices

    def _checked_rewards(self, rewards: ArrayLike) -> NDArray[np.float64]:
        # With its rewards every update begins.
        self._require_reset("update")
        given = np.asarray(rewards)
        if given.dtype.kind not in "biuf" or given.shape != self._rows.shape:
            raise ValueError(
                f"rewards must be numbers of shape {self._rows.shape}, got {given.dtype} of shape {given.shape}"
            )
        array = given.astype(np.float64, copy=False)
        if not np.isfinite(array).all():
            row = int(np.argmin(np.isfinite(array)))
            raise ValueError(f"rewards must be finite, got {array[row]} in row {row}")
        return array

    def _check_ends(self, terminated: ArrayLike, truncated: ArrayLike) -> None:
        """Check one truth value a replicate of each."""
        for name, flags in (("terminated", terminated), ("truncated", truncated)):
            array = np.asarray(flags)
            if array.dtype != np.bool_ or array.shape != self._rows.shape:
                raise ValueError(
                    f"{name} must be booleans of shape {self._rows.shape}, got {array.dtype} of shape {array.shape}"
                )


class PolicyAgent(TabularAgent):
    """A tabular learner whose distribution is that of a policy, its first field.

    A policy that reads epsilons explores by how much the values change: the learner holds one rate for each state,
    ``epsilons``, hands the rates of the states to each act, and updates them with the policy's ``next_epsilons``.

    Attributes
    ----------
    epsilons : array of shape (R, S), or None
        Exploration rates of the states, made by ``reset`` where the policy asks for them.
    """

    policy: Policy
    epsilons: NDArray[np.float64] | None

    def __post_init__(self) -> None:
        require_made("policy", self.policy, "Boltzmann(0.1)")

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
        self._reads = inputs_read_by(self.policy)
        if "epsilons" in self._reads:
            self.epsilons = np.full(self.values.shape[:2], self.policy.initial_epsilon)  # type: ignore[attr-defined]

    def _arrays(self) -> dict[str, Any]:
        """Give what every compiled form has: the arrays, which are written to, the policy and its randomness."""
        return {
            "values": self.values,
            "visits": self.visits,
            "policy": self.policy,
            "rng": self._rng,
            "side_by_side": side_by_side(self.values),
        }

    def _told(self, states: NDArray[np.int64]) -> dict[str, Any]:
        told = {"values": rows_of(self.values, states)}
        if "visits" in self._reads:
            told["visits"] = rows_of(self.visits, states)
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

    def _tell_all_changes(self, met: NDArray[np.bool_], changes: NDArray[np.float64]) -> None:
        """Let the policy hear of changes of many places, arrays of shape (R, S, K), one action after the other."""
        if self.epsilons is None:
            return
        counts = np.full(met.shape[:2], met.shape[2]) if self.allowed is None else self.allowed.sum(axis=-1)
        for action in range(met.shape[2]):
            moved = self.policy.next_epsilons(self.epsilons, changes[..., action], counts)  # type: ignore[attr-defined]
            self.epsilons = np.where(met[..., action], moved, self.epsilons)

    def _tell_changes(self, place: Place, changes: NDArray[np.float64]) -> None:
        if self.epsilons is None:
            return
        rows, states, _ = place
        mask = self._mask(states)
        actions_allowed = np.full(len(rows), self.values.shape[2]) if mask is None else mask.sum(axis=-1)
        known = self.epsilons[rows, states]
        self.epsilons[rows, states] = self.policy.next_epsilons(known, changes, actions_allowed)  # type: ignore[attr-defined]
