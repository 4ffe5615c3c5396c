"""What the learners of averages have in common: the step towards a reward, and variances where a policy reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gymnasium import Space
from numpy.typing import ArrayLike, NDArray

from agents.bandits.moments import RewardVariances
from agents.memory import Place, rows_of, taken
from agents.parameters import finite
from agents.tabular import PolicyAgent
from boltzmann import Policy


@dataclass(repr=False)
class Average(PolicyAgent):
    """Q <- Q + step size (r - Q), the step size being what the learners differ in."""

    policy: Policy
    initial_value: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.initial_value = finite("initial_value", self.initial_value)

    def reset(
        self,
        num_envs: int,
        observation_space: Space[Any],
        action_space: Space[Any],
        rng: np.random.Generator,
    ) -> None:
        """Forget everything and make the arrays; as :meth:`agents.TabularAgent.reset`."""
        super().reset(num_envs, observation_space, action_space, rng)
        self._variances = RewardVariances(self.values.shape) if "variances" in self._reads else None

    def update(
        self,
        observations: ArrayLike,
        actions: ArrayLike,
        rewards: ArrayLike,
        next_observations: ArrayLike,
        terminated: ArrayLike,
        truncated: ArrayLike,
    ) -> None:
        """Average the rewards in, one a replicate; what comes after them is nothing to a bandit."""
        received = self._checked_rewards(rewards)
        self._check_ends(terminated, truncated)
        place = self._place(observations, actions)
        values = taken(self.values, place)
        changes = self._change_towards(received, values, place)
        counts = self._count_visits(place)
        if self._variances is not None:
            self._variances.add(place, received, counts)
        self._change(place, values, changes)

    def _change_towards(
        self, received: NDArray[np.float64], values: NDArray[np.float64], place: Place
    ) -> NDArray[np.float64]:
        """Give the step from the values towards the rewards; the visits do not count this one yet."""
        raise NotImplementedError

    def _initial_value(self) -> float:
        return self.initial_value

    def _told(self, states: NDArray[np.int64]) -> dict[str, Any]:
        told = super()._told(states)
        if self._variances is not None:
            told["variances"] = self._variances.at((self._rows, states), rows_of(self.visits, states))
        return told
