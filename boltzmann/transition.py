"""The record of one step of all replicates, from which a learner learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of R replicates.

    Parameters
    ----------
    observations : array of shape (R, ...)
        The observations that the agent acted on.
    actions : array of int, shape (R,)
        The actions.
    rewards : array of float, shape (R,)
        The rewards of the actions.
    next_observations : array of shape (R, ...)
        The observations that the step led to. At the end of an episode this is its last observation, not the first of
        the next episode.
    terminated : array of bool, shape (R,)
        Whether the episode ended in a terminal state: learners do not bootstrap.
    truncated : array of bool, shape (R,)
        Whether the episode was cut off: learners bootstrap from the next observation.

    Examples
    --------
    >>> step = Transition([0], [1], [0.5], [3], terminated=[False], truncated=[False])
    >>> step.rewards
    [0.5]
    """

    observations: Any
    actions: Any
    rewards: Any
    next_observations: Any
    terminated: Any
    truncated: Any
