"""An average of each arm's rewards and Boltzmann exploration, in a distribution that can be updated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np
from gymnasium import Space
from numpy.typing import ArrayLike

from agents.inputs import checked_indices, checked_mask, checked_transition
from agents.large.updatable_decision import Updatable, UpdatableDecision, UpdatableRows
from agents.memory import Indices, Values
from agents.parameters import FINITE, count_of
from boltzmann import Transition, checks
from boltzmann.arrays import AS_USUAL
from boltzmann.bounds import OrNone, Real
from boltzmann.large import GibbsBuckets, GibbsTree, temperature_for
from boltzmann.notation import Expression
from boltzmann.thermostats import RowTemperature


@dataclass(repr=False)
class UpdatableAverage(Expression):
    """The learner of ``TreeAverage`` and ``BucketAverage``, which differ in the structure that holds the averages."""

    temperature: RowTemperature = 1.0
    step_size: Annotated[float | None, OrNone(Real("(0, 1]"))] = field(default=None, kw_only=True)
    initial_value: Annotated[float, FINITE] = field(default=0.0, kw_only=True)

    structure: ClassVar[type[GibbsTree] | type[GibbsBuckets]]
    """Makes the distribution of an array of values."""

    def reset(
        self, num_envs: int, observation_space: Space[Any], action_space: Space[Any], rng: np.random.Generator
    ) -> None:
        """Forget everything and make a distribution for each of ``num_envs`` replicates.

        Raises
        ------
        TypeError, ValueError
            For spaces that are not ``Discrete`` from 0, more than one observation, and an ``rng`` that is not a
            Generator.
        """
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        states, actions = count_of("observation_space", observation_space), count_of("action_space", action_space)
        if states != 1:
            raise ValueError(f"observation_space must be Discrete(1), a bandit's, got {observation_space}")
        num_envs = checks.whole_number("num_envs", num_envs, least=1)
        self._rng, self._rows, self._actions = rng, np.arange(num_envs), actions
        first = np.full(actions, self.initial_value)
        self.distributions: list[Updatable] = [type(self).structure(first) for _ in range(num_envs)]
        self.visits: Indices = np.zeros((num_envs, actions), dtype=np.int64)
        self.step = self._version = 0
        self._learnt: tuple[list[int], list[float]] | None = None

    @property
    def values(self) -> Values:
        """A copy of the averages, shape (R, 1, K), in O(R K)."""
        self._require_reset("values")
        values = np.stack([np.array(each.values) for each in self.distributions])[:, np.newaxis]
        if self._learnt is not None:
            actions, learnt = self._learnt
            values[self._rows, 0, actions] = learnt
        return values

    @AS_USUAL
    def act(self, observations: ArrayLike, where: ArrayLike | None = None) -> UpdatableDecision:
        """Draw one action for each replicate; nothing is learnt.

        Parameters
        ----------
        observations : array of int, shape (R,)
            All 0.
        where : array of bool that broadcasts to (R, K), optional
            A mask, which has to allow all actions.

        Raises
        ------
        ValueError, TypeError
            For observations that do not fit, and for a mask that forbids an action.
        """
        self._require_reset("act")
        checked_indices("observations", observations, self._rows.shape, 1)
        self._require_all(where, "where")
        self._settle()
        for row, each in enumerate(self.distributions):
            temperature = temperature_for(each, self.temperature, step=self.step, visits=self.visits[row])
            if each.temperature != temperature:
                self._version += 1
                each.temperature = temperature
        actions = np.array([int(each.sample(self._rng)) for each in self.distributions], dtype=np.int64)
        pairs = zip(self.distributions, actions.tolist(), strict=True)
        greedy = np.array([each[action] == each.maximum for each, action in pairs])
        version = self._version
        rows = UpdatableRows(self.distributions, lambda: self._version == version)
        return UpdatableDecision(actions, rows, greedy)

    @AS_USUAL
    def update(self, transition: Transition) -> None:
        """Learn from one step of all replicates.

        Raises
        ------
        ValueError
            For a transition that does not fit; the row is named, and nothing has changed.
        """
        self._require_reset("update")
        checked = checked_transition(transition, self._rows, (len(self._rows), 1, self._actions))
        self._require_all(transition.next_where, "next_where")
        self._settle()
        _, _, actions = checked.entries
        self.visits[self._rows, actions] += 1
        self.step += 1
        counts = self.visits[self._rows, actions]
        chosen = actions.tolist()
        old = np.array([float(each[action]) for each, action in zip(self.distributions, chosen, strict=True)])
        errors = checked.rewards - old
        changes = errors / counts if self.step_size is None else self.step_size * errors
        # The distributions change when the agent acts next, so that the last decision can still be read.
        self._learnt = chosen, (old + changes).tolist()

    def _settle(self) -> None:
        """Write what was learnt last into the distributions."""
        if self._learnt is not None:
            self._version += 1
            for each, action, value in zip(self.distributions, *self._learnt, strict=True):
                each[action] = value
            self._learnt = None

    def _require_reset(self, method: str) -> None:
        if "distributions" not in self.__dict__:
            raise RuntimeError(f"reset must be called before {method}")

    def _require_all(self, where: ArrayLike | None, name: str) -> None:
        if where is None:
            return
        mask = checked_mask(name, where, (len(self._rows), self._actions))
        if not mask.all():
            row, action = (int(i) for i in np.argwhere(~mask)[0])
            raise ValueError(
                f"{name} must allow all actions for averages of all arms, got False for {action} in row {row}"
            )
