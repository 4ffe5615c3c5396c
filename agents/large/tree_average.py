"""An average of each arm's rewards and Boltzmann exploration, with the averages in a tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from gymnasium import Space
from numpy.typing import ArrayLike

from agents.inputs import checked_indices, checked_mask, checked_transition
from agents.large.tree_decision import TreeDecision, TreeDistribution
from agents.memory import Indices, Values
from agents.parameters import FINITE, count_of
from boltzmann import Schedule, Transition, checks
from boltzmann.arrays import AS_USUAL
from boltzmann.bounds import OrNone, Real
from boltzmann.large import GibbsTree
from boltzmann.notation import Expression
from boltzmann.schedules import NONNEGATIVE


@dataclass(repr=False)
class TreeAverage(Expression):
    """Boltzmann exploration over the averages of very many arms: O(log K) to act and to learn.

    It is ``SampleAverage(Boltzmann(temperature))``, or ``ConstantStep`` with a ``step_size``, for environments of one
    state that tell no masks. A change of temperature makes the tree anew, in O(K), so a ``Staircase`` suits it better
    than a schedule that changes at every step.

    Parameters
    ----------
    temperature : float or callable of the step
        In [0, inf], in the units of the rewards.
    step_size : float or None
        In (0, 1]. None, the default, is one over the number of visits: the average.
    initial_value : float
        The value of every arm at first, in (-inf, inf). An average forgets it at the first reward.

    Attributes
    ----------
    trees : list of GibbsTree
        The averages of each replicate, made by ``reset``.
    visits : array of int, shape (R, K)
        How often each arm was pulled.
    step : int
        The number of updates so far, which the schedule reads.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> agent = TreeAverage(0.0)
    >>> agent.reset(1, Discrete(1), Discrete(1_000_000), np.random.default_rng(0))
    >>> agent.update(Transition([0], [7], [0.5], [0], [False], [False]))
    >>> decision = agent.act([0])
    >>> decision.actions, decision.greedy, decision.entropy
    (array([7]), array([ True]), array([0.]))
    """

    temperature: Annotated[float | Schedule, NONNEGATIVE] = 1.0
    step_size: Annotated[float | None, OrNone(Real("(0, 1]"))] = field(default=None, kw_only=True)
    initial_value: Annotated[float, FINITE] = field(default=0.0, kw_only=True)

    def reset(
        self, num_envs: int, observation_space: Space[Any], action_space: Space[Any], rng: np.random.Generator
    ) -> None:
        """Forget everything and make a tree for each of ``num_envs`` replicates.

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
        temperature = NONNEGATIVE.read("temperature", self.temperature, 0)
        self._rng, self._rows, self._actions = rng, np.arange(num_envs), actions
        first = np.full(actions, self.initial_value)
        self.trees = [GibbsTree(first, temperature) for _ in range(num_envs)]
        self.visits: Indices = np.zeros((num_envs, actions), dtype=np.int64)
        self.step = self._version = 0
        self._learnt: tuple[list[int], list[float]] | None = None

    @property
    def values(self) -> Values:
        """A copy of the averages, shape (R, 1, K), in O(R K)."""
        self._require_reset("values")
        values = np.stack([np.array(tree.values) for tree in self.trees])[:, np.newaxis]
        if self._learnt is not None:
            actions, learnt = self._learnt
            values[self._rows, 0, actions] = learnt
        return values

    @AS_USUAL
    def act(self, observations: ArrayLike, where: ArrayLike | None = None) -> TreeDecision:
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
        temperature = NONNEGATIVE.read("temperature", self.temperature, self.step)
        self._settle()
        if self.trees[0].temperature != temperature:
            self._version += 1
            for tree in self.trees:
                tree.temperature = temperature
        actions = np.array([int(tree.sample(self._rng)) for tree in self.trees], dtype=np.int64)
        pairs = zip(self.trees, actions.tolist(), strict=True)
        greedy = np.array([tree[action] == tree.maximum for tree, action in pairs])
        version = self._version
        return TreeDecision(actions, TreeDistribution(self.trees, lambda: self._version == version), greedy)

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
        old = np.array([float(tree[action]) for tree, action in zip(self.trees, chosen, strict=True)])
        errors = checked.rewards - old
        changes = errors / counts if self.step_size is None else self.step_size * errors
        # The trees change when the agent acts next, so that the last decision can still be read.
        self._learnt = chosen, (old + changes).tolist()

    def _settle(self) -> None:
        """Write what was learnt last into the trees."""
        if self._learnt is not None:
            self._version += 1
            for tree, action, value in zip(self.trees, *self._learnt, strict=True):
                tree[action] = value
            self._learnt = None

    def _require_reset(self, method: str) -> None:
        if "trees" not in self.__dict__:
            raise RuntimeError(f"reset must be called before {method}")

    def _require_all(self, where: ArrayLike | None, name: str) -> None:
        if where is None:
            return
        mask = checked_mask(name, where, (len(self._rows), self._actions))
        if not mask.all():
            row, action = (int(i) for i in np.argwhere(~mask)[0])
            raise ValueError(f"{name} must allow all actions for a tree of values, got False for {action} in row {row}")
