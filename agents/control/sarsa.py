"""Sarsa: learning from the action that is taken next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.decision import Decision
from agents.inputs import TableTransition
from agents.memory import Indices, Mask, PerRow
from agents.tabular import PolicyInputs
from agents.temporal_difference import TemporalDifference
from boltzmann.arrays import AS_USUAL
from boltzmann.laws import LearnerLaw


@dataclass(repr=False)
class Sarsa(TemporalDifference):
    """Sarsa: bootstraps from Q(s', a'), where a' is the action that is taken next.

    Rummery & Niranjan, "On-line Q-learning using connectionist systems", 1994; Sutton & Barto, "Reinforcement
    Learning", 2nd ed., section 6.4. As in the book, a' is drawn when s' is reached, from the values and visits before
    the update and the temperature of the next step. The next ``act`` takes it, and its ``Decision`` holds the
    distribution that it was drawn from. If the episode is truncated in s', a' is still drawn, because the transition
    bootstraps, but the next episode's first action is drawn anew. An action is also drawn anew if the mask of ``act``
    differs from the mask known when a' was drawn.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Examples
    --------
    >>> from boltzmann import Uniform, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = Sarsa(Uniform(), step_size=1.0, discount=1.0)
    >>> agent.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [10.0, 20.0]
    >>> agent.update(Transition([0], [0], [0.0], [1], terminated=[False], truncated=[False]))
    >>> agent.values[:, 0, 0], agent.act([1]).actions
    (array([20.]), array([1]))
    """

    def _reset_state(self) -> None:
        super()._reset_state()
        self._upcoming: _UpcomingActions | None = None

    @AS_USUAL
    def act(self, observations: ArrayLike, where: ArrayLike | None = None) -> Decision:
        """Take the actions that were drawn when the states were reached, and draw the others.

        Parameters and errors are those of :meth:`agents.TabularAgent.act`.
        """
        states, mask = self._checked_states(observations), self._checked_mask("where", where)
        upcoming = self._upcoming
        valid = None if upcoming is None else upcoming.valid(states, mask)
        if upcoming is None or valid is None or not valid.any():
            return super().act(states, mask)
        inputs = upcoming.merged(valid, self._policy_inputs(states))
        distribution = self._distribution(inputs, mask, self.step)
        self._store_mask(states, mask)
        # All replicates draw, so that no replicate's stream depends on when the others' episodes end.
        drawn = distribution.sample(self._rng)
        return Decision(np.where(valid, upcoming.actions, drawn), distribution, inputs["values"], mask)

    def _learn(self, transition: TableTransition) -> None:
        super()._learn(transition)
        assert self._upcoming is not None
        self._upcoming.episode_continues = ~np.logical_or(transition.terminated, transition.truncated)

    def _bootstrap(self, next_states: Indices) -> PerRow:
        inputs, mask = self._policy_inputs(next_states), self._mask(next_states)
        # The act that takes the actions happens at the next step.
        actions = self._distribution(inputs, mask, self.step + 1).sample(self._rng)
        self._upcoming = _UpcomingActions(next_states, actions, inputs, mask)
        return np.asarray(inputs["values"][self._rows, actions])

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._law_of("next action")


class _UpcomingActions:
    """The actions drawn for the states that were reached, with the policy's inputs and the masks of the draw."""

    def __init__(self, states: Indices, actions: Indices, inputs: PolicyInputs, mask: Mask | None) -> None:
        self.states, self.actions, self.inputs, self.mask = states, actions, inputs, mask
        self.episode_continues: NDArray[np.bool_] = np.zeros(len(states), dtype=np.bool_)

    def valid(self, states: Indices, where: Mask | None) -> NDArray[np.bool_]:
        """Return for which rows the draw may be taken: the same state and mask within one episode."""
        valid: NDArray[np.bool_] = self.episode_continues & (self.states == states)
        if where is None and self.mask is None:
            return valid
        drawn_with, acts_with = (np.True_ if mask is None else mask for mask in (self.mask, where))
        same_mask = np.broadcast_to(drawn_with == acts_with, self.inputs["values"].shape).all(axis=-1)
        return np.asarray(valid & same_mask)

    def merged(self, valid: NDArray[np.bool_], inputs: PolicyInputs) -> PolicyInputs:
        """Return the inputs of the draw in the valid rows, and the present inputs in the others."""
        if valid.all():
            return self.inputs
        return {
            name: np.where(valid if present.ndim == 1 else valid[:, np.newaxis], self.inputs[name], present)
            for name, present in inputs.items()
        }
