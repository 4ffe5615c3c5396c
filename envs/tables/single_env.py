"""Any table as a single Gymnasium environment; the exploration problems of this package are subclasses."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete
from numpy.typing import NDArray

from envs import batched
from envs.tables.pictures import Scene, ring
from envs.tables.table import Table, cumulative, observation_space


class TableEnv(gymnasium.Env[Any, np.int64]):
    """One copy of a table; :class:`envs.TabularVectorEnv` steps many copies in batches.

    A subclass makes its table from its parameters. Once the subclass is registered, ``envs.make`` returns its batched
    form.

    Parameters
    ----------
    table : Table
        The model. If it has boards, they are observed; else the states, or what ``table.observations`` says.
    scene : Nodes or Cells, optional
        The picture of its states; a ring by default.
    render_mode : {None, "rgb_array"}
        With ``"rgb_array"``, ``render`` returns a picture.

    Raises
    ------
    ValueError
        For an unknown render mode, options of a reset, or an action outside the action space.

    Examples
    --------
    >>> from envs import river_swim
    >>> env = TableEnv(river_swim(large=100.0))
    >>> env.reset(seed=0)
    (np.int64(2), {})
    >>> [env.step(0)[:2] for _ in range(3)]  # down the river to the small reward on the bank
    [(np.int64(1), 0.0), (np.int64(0), 0.0), (np.int64(0), 5.0)]
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 4}  # noqa: RUF012

    def __init__(self, table: Table, scene: Scene | None = None, *, render_mode: str | None = None) -> None:
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode must be None or 'rgb_array', got {render_mode!r}")
        self.table = table
        self.scene = scene
        self.render_mode = render_mode
        self.observation_space = observation_space(table, boards=table.boards is not None)
        self.action_space = Discrete(table.probs.shape[1])
        self._cumulative = cumulative(table.probs)
        self._cumulative_initial = cumulative(table.initial)
        self._state: int | None = None
        self._caption = ""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Draw the first state of an episode."""
        super().reset(seed=seed)
        batched.refuse_options(options)
        self._state = int(np.searchsorted(self._cumulative_initial, self.np_random.random(), side="right"))
        self._caption = "start"
        return self._observation(), self._info()

    def step(self, action: np.int64 | int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take an action."""
        if self._state is None:
            raise RuntimeError("reset must be called before step")
        (index,) = batched.action_indices(np.asarray([action]), 1, self.table.probs.shape[1])
        pair = self._state, int(index)
        outcome = (*pair, int(np.searchsorted(self._cumulative[pair], self.np_random.random(), side="right")))
        reward = float(self.table.rewards[outcome])
        if self.table.noise is not None:
            reward += float(self.table.noise[pair] * self.np_random.standard_normal())
        self._state = int(self.table.next_states[outcome])
        self._caption = f"action {index}, reward {reward:.4g}"
        return self._observation(), reward, bool(self.table.terminated[outcome]), False, self._info()

    def render(self) -> NDArray[np.uint8] | None:
        """Draw the present state, as an array of shape (height, width, 3); None without a render mode."""
        if self.render_mode is None:
            return None
        if self._state is None:
            raise RuntimeError("reset must be called before render")
        if self.scene is None:
            self.scene = ring(self.table.probs.shape[0])
        return self.scene.draw(self.table, self._state, f"state {self._state}   ({self._caption})")

    def _observation(self) -> Any:
        state = np.int64(self._state or 0)
        if self.table.boards is not None:
            return self.table.boards[state].copy()
        return state if self.table.observations is None else np.int64(self.table.observations[state])

    def _info(self) -> dict[str, Any]:
        return {} if self.table.action_mask is None else {"action_mask": self.table.action_mask[self._state].copy()}
