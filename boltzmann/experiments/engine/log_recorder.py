"""The record of a block for questions about other policies: every decision, its distribution and what it earned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.arrays import QUIET
from boltzmann.experiments.engine.recorder import Recorder
from boltzmann.experiments.interfaces import Decision

LOGGED: dict[str, tuple[str, str]] = {
    "actions": ("int64", ""),
    "log_prob": ("float64", ""),
    "rewards": ("float64", ""),
    "temperature": ("float64", ""),
    "episodes": ("int64", ""),
    "values": ("float64", "K"),
    "log_probs": ("float64", "K"),
    "where": ("bool", "K"),
    "observations": ("float64", "d"),
}
"""The arrays of a log with a row for each replicate and step: their kind, and how many numbers a row has."""


def log_row_bytes(observation_space: Any, action_space: Any) -> int:
    """Return the bytes of one row of a log, one step of one replicate; both spaces are those of a single environment.

    Examples
    --------
    >>> from gymnasium.spaces import Box, Discrete
    >>> log_row_bytes(Discrete(16), Discrete(4)), log_row_bytes(Box(0, 1, (5,)), Discrete(4))
    (116, 148)
    """
    widths = {"": 1, "K": int(getattr(action_space, "n", 1)), "d": int(np.prod(observation_space.shape or 1))}
    return sum(np.dtype(kind).itemsize * widths[width] for kind, width in LOGGED.values())


class LogRecorder(Recorder):
    """A recorder that also keeps each decision, in lockstep.

    Rows are ordered by step, then by replicate. Decisions must have ``values``, as those of all agents of this project
    do. Observations are kept as numbers in a row, so that only boxes and numbered spaces can be logged.

    Attributes
    ----------
    log : dict of arrays
        The columns of a log, by the names of ``LOGGED``; empty before the first step. ``episodes`` numbers the
        episodes; where an environment has a single state, or declares ``one_step``, each row is an episode.
    """

    def __init__(self, ends: NDArray[np.int64], num_envs: int) -> None:
        super().__init__(ends, num_envs)
        self.log: dict[str, NDArray[Any]] = {}
        self._steps = int(ends[-1])
        self._one_step = False
        self._observations: NDArray[Any] = np.zeros(num_envs)
        self._episodes = np.arange(num_envs)

    def begin(self, env: Any) -> None:
        """Learn whether an action of the environment changes what is observed next."""
        single_state = getattr(env.single_observation_space, "n", None) == 1
        self._one_step = single_state or bool(getattr(env.unwrapped, "one_step", False))

    def see(self, observations: NDArray[Any]) -> None:
        """Keep the observations of the next decision."""
        if observations.dtype.kind not in "biuf":
            raise TypeError(f"observations must be numbers to be logged, got {observations.dtype}")
        self._observations = observations

    def add(
        self,
        step: int,
        decision: Decision,
        rewards: NDArray[Any],
        terminated: NDArray[np.bool_],
        truncated: NDArray[np.bool_],
        gaps: NDArray[np.float64],
    ) -> None:
        """Add one step, counted from 1, of all replicates."""
        super().add(step, decision, rewards, terminated, truncated, gaps)
        columns, count = decision_columns(decision), len(self._episodes)
        if not self.log:
            self._make(columns["values"].shape[-1])
        observations = self._observations.reshape(count, -1)
        more = {"rewards": rewards, "episodes": self._episodes, "observations": observations}
        for name, value in {**columns, **more}.items():
            self.log[name][(step - 1) * count : step * count] = value
        ended = np.ones(count, dtype=np.bool_) if self._one_step else np.logical_or(terminated, truncated)
        # Rows of other replicates, or of later steps, have other numbers.
        self._episodes = np.where(ended, step * count + np.arange(count), self._episodes)

    def _make(self, action_count: int) -> None:
        count = len(self._episodes)
        widths = {"": (), "K": (action_count,), "d": (self._observations.size // count,)}
        self.log = {
            name: np.zeros((self._steps * count, *widths[width]), kind) for name, (kind, width) in LOGGED.items()
        }


@QUIET
def decision_columns(decision: Any) -> dict[str, NDArray[Any]]:
    """Return what a log keeps of a decision of R rows: all of ``LOGGED`` that it knows.

    Raises
    ------
    TypeError
        For a decision without actions, distribution or values.
    """
    missing = [name for name in ("actions", "distribution", "values") if not hasattr(decision, name)]
    if missing:
        raise TypeError(f"a decision must have {' and '.join(missing)} to be logged, got {checks.shown(decision)}")
    distribution, actions = decision.distribution, np.asarray(decision.actions)
    values = np.array(decision.values, dtype=np.float64)
    logs = getattr(distribution, "log_probs", None)
    where, temperature = getattr(decision, "where", None), getattr(distribution, "temperature", np.nan)
    return {
        "actions": actions,
        "log_prob": np.asarray(distribution.log_prob(actions), dtype=np.float64),
        "temperature": np.array(np.broadcast_to(temperature, actions.shape), dtype=np.float64),
        "values": values,
        "log_probs": np.broadcast_to(np.log(distribution.probs) if logs is None else logs, values.shape),
        "where": np.broadcast_to(True if where is None else where, values.shape),
    }
