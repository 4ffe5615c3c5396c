"""The interfaces of agents and environments that an experiment uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from boltzmann.policies import Distribution
from boltzmann.transition import Transition


class Decision(Protocol):
    """One action for each of R replicates, and the distribution of R rows that the actions were drawn from.

    A decision may also have ``greedy``, shape (R,): whether each action had a largest value. It is then recorded.
    """

    @property
    def actions(self) -> NDArray[Any]:
        """Actions, shape (R,)."""

    @property
    def distribution(self) -> Distribution:
        """The distribution of each row."""


class Agent(Protocol):
    """A learner: a dataclass of parameters that makes its arrays in ``reset``; all replicates advance in one call."""

    def reset(self, num_envs: int, observation_space: Any, action_space: Any, rng: np.random.Generator) -> None:
        """Forget everything and prepare for ``num_envs`` replicates of an environment with these single spaces."""

    def act(self, observations: Any, where: NDArray[np.bool_] | None = None) -> Decision:
        """Choose one allowed action for each replicate."""

    def update(self, transition: Transition) -> None:
        """Learn from one step of all replicates."""


Make = Callable[..., Any]
"""``make(id, num_envs, *, discount, **kwargs)`` returns a ``gymnasium.vector.VectorEnv``, as ``envs.make`` does.

It resets in the same step. ``discount`` is that of the task's agents, or None if they have none or different ones.
"""
