"""One row of a batch of single environments."""

from __future__ import annotations

from typing import Any

import gymnasium
from gymnasium.spaces import Discrete
from gymnasium.wrappers import DiscretizeObservation

from envs.spaces.finite import OutsideSpaceError, numbering_of, refuse_observation
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
        self._numbering = numbering_of(env.observation_space) if unchecked else None

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Reset the environment."""
        try:
            observation, info = self.env.reset(**kwargs)
            return self._checked(observation), info
        except OutsideSpaceError as error:
            raise OutsideSpaceError(f"{error} in row {self._row}") from None

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Take a step."""
        try:
            observation, reward, terminated, truncated, info = self.env.step(action)
            return self._checked(observation), reward, terminated, truncated, info
        except OutsideSpaceError as error:
            raise OutsideSpaceError(f"{error} in row {self._row}") from None

    def _checked(self, observation: Any) -> Any:
        if self._numbering is None:
            return observation
        try:
            self._numbering.number(observation)
        except OutsideSpaceError:
            refuse_observation(self.env, observation)
        return observation
