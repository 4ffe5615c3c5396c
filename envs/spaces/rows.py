"""One row of a batch of single environments."""

from __future__ import annotations

from functools import partial
from typing import Any

import gymnasium
from gymnasium.spaces import Discrete
from gymnasium.wrappers import DiscretizeObservation

from envs.spaces.finite import Numbering, OutsideSpaceError, numbering_of, refuse_observation
from envs.spaces.hashing import HashObservation
from envs.spaces.observations import NumberObservation

_CHECKING = (DiscretizeObservation, HashObservation, NumberObservation)
"""Wrappers whose numbers need no second check."""


class CheckRow(gymnasium.Wrapper[Any, Any, Any, Any]):
    """One row of a batch: it refuses numbers outside a ``Discrete`` space, and errors name the row.

    Parameters
    ----------
    env : gymnasium.Env
        The environment of the row.
    row : int
        The index of the row.
    """

    def __init__(self, env: gymnasium.Env[Any, Any], row: int) -> None:
        gymnasium.Wrapper.__init__(self, env)
        self._row = row
        unchecked = isinstance(env.observation_space, Discrete) and not isinstance(env, _CHECKING)
        numbering = numbering_of(env.observation_space) if unchecked else None
        self._count = 0 if numbering is None else numbering.size
        self._check = None if numbering is None else partial(_require_inside, env, numbering)

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Reset the environment."""
        try:
            result = self.env.reset(**kwargs)
            if self._check is not None:
                self._check(result[0])
        except OutsideSpaceError as error:
            raise OutsideSpaceError(f"{error} in row {self._row}") from None
        return result

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Take a step."""
        try:
            result = self.env.step(action)
            # Most environments return a Python integer, which is compared faster than it is checked.
            if self._check is not None and not (type(result[0]) is int and 0 <= result[0] < self._count):
                self._check(result[0])
        except OutsideSpaceError as error:
            raise OutsideSpaceError(f"{error} in row {self._row}") from None
        return result


def _require_inside(env: gymnasium.Env[Any, Any], numbering: Numbering, observation: Any) -> None:
    try:
        numbering.number(observation)
    except OutsideSpaceError:
        refuse_observation(env, observation)
