"""One step of all replicates, as a learner receives it."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of R replicates.

    Parameters
    ----------
    observations : array of shape (R, ...)
        Observations that the actions were chosen from.
    actions : array of int, shape (R,)
        Actions taken.
    rewards : array of float, shape (R,)
        Rewards of these actions.
    next_observations : array of shape (R, ...)
        Observations after the step. If an episode ended, its last observation, not the first one of the next episode.
    terminated : array of bool, shape (R,)
        Whether the episode reached a terminal state, from which nothing is bootstrapped.
    truncated : array of bool, shape (R,)
        Whether the episode was cut off before; the next observation is bootstrapped from.
    next_where : array of bool, shape (R, K), optional
        The actions that are allowed in the next observations. Learners bootstrap from these alone; rows that terminated
        are not read.

    Examples
    --------
    >>> step = Transition([0], [1], [0.5], [3], terminated=[False], truncated=[False])
    >>> step.rewards
    [0.5]
    """

    observations: ArrayLike
    actions: ArrayLike
    rewards: ArrayLike
    next_observations: ArrayLike
    terminated: ArrayLike
    truncated: ArrayLike
    next_where: ArrayLike | None = None
