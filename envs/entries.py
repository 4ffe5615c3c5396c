"""One entry for each environment of this package: its class, its fast form, its table, its time limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium
from gymnasium.vector import VectorEnv


@dataclass(frozen=True)
class Entry:
    """An environment as it is registered with Gymnasium.

    Attributes
    ----------
    single : type
        The environment's class; the id is made from its name.
    vector : type, optional
        The class of its batched form; an environment with a table needs none.
    table : callable, optional
        The pure function from the environment's parameters to its table.
    time_limit : int, optional
        Episodes are truncated after this number of steps; never by default.
    changing : bool
        Whether what the arms pay changes with the rounds, so that old rewards mislead.
    """

    single: type[gymnasium.Env[Any, Any]]
    vector: type[VectorEnv[Any, Any, Any]] | None = None
    table: Callable[..., Any] | None = None
    time_limit: int | None = None
    changing: bool = False

    @property
    def id(self) -> str:
        """The id, such as ``boltzmann/Chain-v0``."""
        return f"boltzmann/{self.single.__name__}-v0"

    def register(self) -> None:
        """Register the environment with Gymnasium."""
        gymnasium.register(
            id=self.id,
            entry_point=_path(self.single),
            vector_entry_point=None if self.vector is None else _path(self.vector),
            max_episode_steps=self.time_limit,
        )


def _path(kind: type) -> str:
    return f"{kind.__module__}:{kind.__name__}"
