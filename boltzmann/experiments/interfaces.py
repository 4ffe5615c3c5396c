"""What an experiment asks of agents and environments, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from boltzmann.policies import Distribution


class Decision(Protocol):
    """What acted: one action a replicate, and the distribution of R rows that it was drawn from.

    One that has ``greedy`` too, shape (R,), whether each action had a largest value, has it recorded.
    """

    @property
    def actions(self) -> NDArray[Any]:
        """Actions, shape (R,)."""
        ...

    @property
    def distribution(self) -> Distribution:
        """The distribution of each row."""
        ...


class Agent(Protocol):
    """A learner: a dataclass of parameters that makes its arrays in ``reset``; all replicates advance in one call."""

    def reset(self, num_envs: int, observation_space: Any, action_space: Any, rng: np.random.Generator) -> None:
        """Forget everything and prepare for ``num_envs`` replicates of an environment with these single spaces."""
        ...

    def act(self, observations: Any, where: NDArray[np.bool_] | None = None) -> Decision:
        """Choose one action a replicate among those allowed."""
        ...

    def update(
        self,
        observations: Any,
        actions: NDArray[Any],
        rewards: NDArray[Any],
        next_observations: Any,
        terminated: NDArray[np.bool_],
        truncated: NDArray[np.bool_],
    ) -> None:
        """Learn from one transition a replicate; ``next_observations`` are those before any autoreset."""
        ...


Make = Callable[..., Any]
"""``make(id, num_envs, *, discount, **kwargs)`` gives a ``gymnasium.vector.VectorEnv`` that resets in the same step,
as ``envs.make`` does; ``discount`` is that of the task's agents, None where they have none or different ones."""
