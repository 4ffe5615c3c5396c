"""Reinforcement comparison: preferences that follow what an action brought beyond a reference."""

from __future__ import annotations

from dataclasses import dataclass, field

from numpy.typing import ArrayLike

from agents.bandits.preferences import Preferences
from agents.parameters import finite
from boltzmann import checks
from boltzmann.arrays import LARGEST


@dataclass(repr=False)
class ReinforcementComparison(Preferences):
    """Reinforcement comparison: an action is reinforced by what it brought beyond a reference reward.

    H(a) <- H(a) + step_size (r - reference), then reference <- reference + reference_step_size (r - reference);
    pi = softmax H (Sutton & Barto, "Reinforcement Learning", 1st ed., equations 2.8 to 2.10). Only the chosen action's
    preference moves.

    Parameters
    ----------
    step_size : float
        Above 0, per unit of reward; beta in the book.
    reference_step_size : float
        In (0, 1]; alpha in the book.
    initial_reference : float
        The reference before the first reward; finite.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> agent = ReinforcementComparison(step_size=0.5, initial_reference=1.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update([0], [0], [3.0], [0], [False], [False])
    >>> agent.values[:, 0], agent.references
    (array([[1., 0.]]), array([[1.2]]))
    """

    step_size: float = field(default=0.1, kw_only=True)
    reference_step_size: float = field(default=0.1, kw_only=True)
    initial_reference: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        self.step_size = checks.number("step_size", self.step_size, least=0, most=LARGEST, open_below=True)
        self.reference_step_size = checks.number(
            "reference_step_size", self.reference_step_size, least=0, most=1, open_below=True
        )
        self.initial_reference = finite("initial_reference", self.initial_reference)

    def _initial_reference(self) -> float:
        return self.initial_reference

    def update(
        self,
        observations: ArrayLike,
        actions: ArrayLike,
        rewards: ArrayLike,
        next_observations: ArrayLike,
        terminated: ArrayLike,
        truncated: ArrayLike,
    ) -> None:
        """Compare the rewards with their references, then move these."""
        received = self._checked_rewards(rewards)
        self._check_ends(terminated, truncated)
        place = self._place(observations, actions)
        self._count_visits(place)
        excess = received - self.references[place[:2]]
        self.values[place] += self.step_size * excess
        self.references[place[:2]] += self.reference_step_size * excess
