"""Q-learning that first goes where some action was never taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from agents.control.one_step import QLearning
from agents.inputs import TableTransition
from agents.memory import Indices, Mask, PerRow, largest, read, rows_of, write
from agents.tabular import PolicyInputs
from boltzmann import Categorical, Distribution
from boltzmann.arrays import NUMPY


@dataclass(repr=False)
class FrontierQ(QLearning):
    """Q-learning that heads for the nearest untaken action while there is one in a state that it has met.

    It learns how near each action leads to the frontier, ``F(s, a) <- discount max_b F(s', b)``, F being 1 for an
    untaken action and 0 at a termination: ``discount^d`` where d steps remain. While any action of a state met so far
    is untaken, it takes an action of largest F with probability max F(s, .), ties shared equally, and otherwise one by
    its policy. In a state with untaken actions it takes one of these. A next state with untaken actions is worth at
    least the largest value learnt so far. Once every action of every state met was taken, the learner is
    :class:`QLearning`.

    F has no unit, so the rewards' unit and origin change none of this, and there is no number to tune: it serves where
    rewards are deep or sparse, and with ``StandardError()`` as its policy. It costs steps where actions are many and no
    reward is hidden. The form is our own. Relatives: frontiers (Yamauchi, "A frontier-based approach for autonomous
    exploration", 1997), unknown pairs of the best value (Brafman & Tennenholtz, "R-max", 2002) and a second value
    function for exploration (Thrun, "Efficient exploration in reinforcement learning", 1992). No bound is proved.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    step_size, discount, initial_value
        As for :class:`QLearning`. With a discount of 0 only the untaken actions of the present state come first.

    Attributes
    ----------
    nearness : array of shape (R, S, K)
        F, made by ``reset``.
    frontier : array of int, shape (R,)
        How many actions of the states met so far are untaken.

    Examples
    --------
    >>> from boltzmann import Greedy, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = FrontierQ(Greedy(), discount=0.9)
    >>> agent.reset(1, Discrete(3), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [1.0], [1], terminated=[False], truncated=[False]))
    >>> agent.update(Transition([0], [1], [0.0], [0], terminated=[False], truncated=[False]))
    >>> agent.nearness[0].round(2).tolist(), agent.frontier.tolist()
    ([[0.9, 0.81], [1.0, 1.0], [1.0, 1.0]], [2])
    >>> agent.act([0]).distribution.probs.round(2)
    array([[1., 0.]])
    """

    def _reset_state(self) -> None:
        super()._reset_state()
        self.nearness = np.ones_like(self.values)
        self.frontier = np.zeros(len(self.values), dtype=np.int64)
        self._met = np.zeros(self.values.shape[:2], dtype=np.bool_)
        self._best = np.full(len(self.values), -np.inf)

    def _policy_inputs(self, states: Indices) -> PolicyInputs:
        return {
            **super()._policy_inputs(states),
            "visits": rows_of(self.visits, states),
            "nearness": rows_of(self.nearness, states),
            "frontier": self.frontier.copy(),
        }

    def _distribution(self, inputs: PolicyInputs, where: ArrayLike | None, step: int) -> Distribution:
        others = {name: part for name, part in inputs.items() if name not in ("nearness", "frontier")}
        own = super()._distribution(others, where, step)
        allowed = np.broadcast_to(True if where is None else where, inputs["values"].shape).astype(np.bool_)
        untaken = allowed & (inputs["visits"] == 0)
        waiting = untaken.any(axis=-1)
        nearness = np.where(allowed, inputs["nearness"], 0.0)
        nearest = nearness.max(axis=-1, keepdims=True)
        heading = np.where(waiting, 1.0, np.where(inputs["frontier"] > 0, nearest[..., 0], 0.0))[..., np.newaxis]
        if not heading.any():
            return own
        first = np.where(waiting[..., np.newaxis], untaken, allowed & (nearness == nearest))
        probs = (1.0 - heading) * own.probs + heading * (first / first.sum(axis=-1, keepdims=True))
        values = np.where(allowed, inputs["values"], -np.inf)
        return Categorical.computed(probs, NUMPY, own.temperature, values == values.max(axis=-1, keepdims=True))

    def _learn(self, transition: TableTransition) -> None:
        entries, going_on = transition.entries, ~transition.terminated
        self._meet(entries[1], np.ones(len(self._rows), dtype=np.bool_))
        self._meet(transition.next_states, going_on)
        super()._learn(transition)
        self.frontier -= read(self.visits, entries) == 1
        self._best = np.maximum(self._best, read(self.values, entries))
        # An action that leads back to its own state is as near as the others there.
        write(self.nearness, entries, np.zeros(len(self._rows)))
        states = transition.next_states
        nearest = largest(rows_of(self.nearness, states), self._mask(states))
        write(self.nearness, entries, np.where(going_on, self.discount * nearest, 0.0))

    def _meet(self, states: Indices, marked: Mask) -> None:
        """Count the actions of the marked rows' states, where these are new."""
        new = marked & ~self._met[self._rows, states]
        self._met[self._rows[new], states[new]] = True
        self.frontier += np.where(new, self._untaken(states).sum(axis=-1), 0)

    def _untaken(self, states: Indices) -> Mask:
        untaken: Mask = rows_of(self.visits, states) == 0
        mask = self._mask(states)
        return untaken if mask is None else untaken & mask

    def _bootstrap(self, next_states: Indices) -> PerRow:
        values = super()._bootstrap(next_states)
        return np.where(self._untaken(next_states).any(axis=-1), np.maximum(values, self._best), values)

    @property
    def law(self) -> None:
        """None: the frontier is that of all states, of which no law of an entry knows."""
        return None
