"""One step of all replicates, as a learner is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Transition:
    """What happened in one step of R replicates.

    Parameters
    ----------
    observations : array of shape (R, ...)
        What the agent saw when it acted.
    actions : array of int, shape (R,)
        What it did.
    rewards : array of float, shape (R,)
        What it was paid for it.
    next_observations : array of shape (R, ...)
        What the step led to. Where an episode ended this is its last observation, not the first of the next episode.
    terminated : array of bool, shape (R,)
        Whether the episode ended for good: nothing is bootstrapped.
    truncated : array of bool, shape (R,)
        Whether the episode was cut off: the next observation is bootstrapped from.

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
