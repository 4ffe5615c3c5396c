"""Observations of one environment as the row numbers of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete
from gymnasium.utils import RecordConstructorArgs

from envs import batched
from envs.spaces.boxes import cut_box
from envs.spaces.finite import OutsideSpaceError, is_table_index, numbering_of, refuse_observation, require_int64


def number_observations(
    env: gymnasium.Env[Any, Any], bins: int | Sequence[int] | None = None, bounds: Sequence[Any] | None = None
) -> gymnasium.Env[Any, Any]:
    """Wrap an environment with finite or box observations so that they are ``Discrete`` from 0.

    :class:`NumberObservation` numbers finite spaces: ``Discrete`` with another start, ``MultiDiscrete``,
    ``MultiBinary``, and ``Tuple``, ``Dict`` and ``OneOf`` of these and of boxes of integers. A ``Box`` alone goes
    through :class:`BoundObservation` and Gymnasium's ``DiscretizeObservation``, which cuts each of its numbers into
    bins of equal width.

    Parameters
    ----------
    env : gymnasium.Env
        A single environment.
    bins : int or sequence of int, optional
        For a box: the number of bins of each of its n numbers, in [1, 1000000]. By default at most 20 each, and few
        enough for 10 000 states.
    bounds : sequence of (low, high), optional
        For a box: a pair for each of its n numbers; None stands for the bounds of the space.

    Raises
    ------
    ValueError
        If bins or bounds do not fit the space, a box has too many numbers for the default, or the bins of a number are
        too narrow to be told apart. For a space that cannot be numbered ahead; :class:`HashObservation` numbers it as
        its observations are met.

    Examples
    --------
    >>> number_observations(gymnasium.make("MountainCar-v0")).observation_space
    Discrete(400)
    >>> number_observations(gymnasium.make("CartPole-v1"), bins=(1, 1, 6, 12)).observation_space
    Discrete(72)
    >>> number_observations(gymnasium.make("Blackjack-v1")).observation_space
    Discrete(704)
    """
    space = env.observation_space
    if isinstance(space, Box):
        return cut_box(env, bins, bounds)
    for name, value in (("bins", bins), ("bounds", bounds)):
        if value is not None:
            raise ValueError(f"{name} must be left out where observations are not a box, got {value!r} for {space}")
    return env if is_table_index(space) else NumberObservation(env)


class NumberObservation(gymnasium.ObservationWrapper[np.int64, Any, Any], RecordConstructorArgs):
    """Number the observations of a finite space 0, 1, ...; the last part of the space varies fastest.

    Parameters
    ----------
    env : gymnasium.Env
        Its observations are ``Discrete``, ``MultiDiscrete``, ``MultiBinary``, a ``Box`` of integers with bounds, or
        ``Tuple``, ``Dict`` or ``OneOf`` of these.

    Raises
    ------
    ValueError
        For a space that is not finite, or has more observations than an int64 can number; for an observation outside
        its space.

    Examples
    --------
    >>> env = NumberObservation(gymnasium.make("Blackjack-v1"))
    >>> int(env.observation((18, 10, 0))), (18 * 11 + 10) * 2 + 0
    (416, 416)
    >>> env.observation((18, 10, 2))
    Traceback (most recent call last):
        ...
    envs.spaces.finite.OutsideSpaceError: observations of Blackjack-v1 must be in Tuple(Discrete(32), Discrete(11), \
Discrete(2)), got (18, 10, 2)
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        RecordConstructorArgs.__init__(self)
        gymnasium.ObservationWrapper.__init__(self, env)
        space = env.observation_space
        numbering = numbering_of(space)
        if numbering is None:
            raise ValueError(
                f"observations must be of a finite space or a box, got {batched.shown(space)} of "
                f"{batched.name_of(env)}: observe='hash' numbers them as they are met, observe='raw' leaves them "
                "unchanged for agents without a table"
            )
        self._number, self.number_all = numbering.number, numbering.number_all
        self.observation_space = Discrete(
            require_int64(
                numbering.size, f"observations of {batched.shown(space)}", ": observe='hash' numbers those that occur"
            )
        )

    def observation(self, observation: Any) -> np.int64:
        """Return the number of an observation."""
        try:
            return np.int64(self._number(observation))
        except OutsideSpaceError:
            refuse_observation(self.env, observation)
