"""Reinforcement comparison: preferences follow the excess of rewards over a reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from agents.bandits.preferences import PreferenceLearner
from agents.inputs import TableTransition
from agents.parameters import FINITE
from boltzmann.bounds import Real
from boltzmann.laws import LearnerLaw, Results


@dataclass(repr=False)
class ReinforcementComparison(PreferenceLearner):
    """Reinforcement comparison: an action is reinforced by the excess of its reward over a reference reward.

    H(a) <- H(a) + step_size (r - reference), then reference <- reference + reference_step_size (r - reference);
    pi = softmax H (Sutton & Barto, "Reinforcement Learning", 1st ed., equations 2.8 to 2.10). Only the chosen action's
    preference moves.

    Parameters
    ----------
    step_size : float
        In (0, inf), per unit of reward; beta in the book.
    reference_step_size : float
        In (0, 1]; alpha in the book.
    initial_reference : float
        The reference before the first reward, in (-inf, inf).

    Examples
    --------
    >>> import numpy as np
    >>> from boltzmann import Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = ReinforcementComparison(step_size=0.5, initial_reference=1.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [3.0], [0], [False], [False]))
    >>> agent.values[:, 0], agent.references
    (array([[1., 0.]]), array([[1.2]]))
    """

    step_size: Annotated[float, Real("(0, inf)")] = field(default=0.1, kw_only=True)
    reference_step_size: Annotated[float, Real("(0, 1]")] = field(default=0.1, kw_only=True)
    initial_reference: Annotated[float, FINITE] = field(default=0.0, kw_only=True)

    def _reset_state(self) -> None:
        super()._reset_state()
        self.references[:] = self.initial_reference

    def _learn(self, transition: TableTransition) -> None:
        """Compare the rewards with their references, then move the references."""
        rows, states, _ = transition.entries
        self._count_visits(transition.entries)
        excess = transition.rewards - self.references[rows, states]
        self.values[transition.entries] += self.step_size * excess
        self.references[rows, states] += self.reference_step_size * excess

    @property
    def law(self) -> LearnerLaw:
        """The learner as a law."""
        constants = {"step_size": self.step_size, "reference_step_size": self.reference_step_size}
        return self._law(self._softmax, _compared, {"references": self.references}, constants=constants)


def _compared(m: Any, here: Any, reward: Any, future: Any, row: Any) -> Results:
    """Compare a reward with its reference, then move the reference; a law."""
    excess = reward - row.references
    references = row.references + row.reference_step_size * excess
    return {"values": here.values + row.step_size * excess, "references": references}
