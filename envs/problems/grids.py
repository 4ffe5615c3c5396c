"""A grid with walls, and one goal that pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs import batched
from envs.problems._outcomes import Outcome, stacked, starting_in
from envs.tables import Cells, Table, TableEnv

WALLS = (
    "S...#...#.",
    ".###......",
    "..........",
    "..........",
    "..#.......",
    "..........",
    "..#...#.##",
    "#..###..#.",
    "#.###...#.",
    "..#......G",
)
"""The default layout, a stand-in for that of Pan et al.

Their walls are in a figure that was not available. A search chose these walls so that, at discount 0.9, Boltzmann value
iteration ends at the published distances from the optimal values: 0.6353 at beta = 1, 0.3274 at 10 and 0.02461 at 100.
Many layouts have these distances, so the layout does not tell where the walls of the paper are.
"""

_MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))


def grid_world(layout: Sequence[str] = WALLS, goal_reward: float = 1.0) -> Table:
    """Make a grid of cells with walls; entering the goal pays and ends the episode.

    Actions 0, 1, 2, 3 move up, right, down, left; a move into a wall or off the grid stays. States number the cells
    row by row, including the walls, which are never entered. Nothing is random.

    Pan, Cai, Meng, Chen & Huang, "Reinforcement learning with dynamic Boltzmann softmax updates", 2020: a 10 x 10
    grid with start and goal in opposite corners, a goal worth 1, and a limit of 300 steps. The default walls are a
    stand-in: see :data:`envs.problems.grids.WALLS`.

    Parameters
    ----------
    layout : sequence of str
        Rows of equal length: ``S`` the start, ``G`` the goal, one of each; ``#`` a wall; ``.`` a free cell.
    goal_reward : float
        Reward of the goal, in (-inf, inf).

    Returns
    -------
    Table
        With S = rows x columns, K = 4.

    Raises
    ------
    ValueError
        For a layout that is not such a grid; the row is named.

    Examples
    --------
    >>> table = grid_world(["S#G", "..."])
    >>> table.next_states[[0, 4], :, 0]  # up, right, down, left
    array([[0, 0, 3, 0],
           [4, 5, 4, 3]])
    >>> table.rewards[5, :, 0]
    array([1., 0., 0., 0.])
    """
    cells = _cells(layout)
    goal_reward = batched.number_in("goal_reward", goal_reward, "(-inf, inf)")
    rows, columns = cells.shape
    goal = cells == "G"
    free = np.pad(cells != "#", 1, constant_values=False)
    here = np.arange(rows * columns).reshape(rows, columns)
    targets = np.stack(
        [
            np.where(
                free[1 + down : 1 + down + rows, 1 + right : 1 + right + columns], here + down * columns + right, here
            )
            for down, right in _MOVES
        ],
        axis=-1,
    ).reshape(-1, 4)
    # No agent acts in the goal or in a wall. There every action stays, pays nothing, and ends the episode.
    unused = (goal | (cells == "#")).reshape(-1, 1)
    targets = np.where(unused, here.reshape(-1, 1), targets)
    arrives = goal.ravel()[targets]
    return stacked(
        targets.shape,
        Outcome(1.0, targets, np.where(arrives & ~unused, goal_reward, 0.0), arrives | unused),
        initial=starting_in(rows * columns, int(np.argmax(cells == "S"))),
    )


def _cells(layout: Sequence[str]) -> NDArray[np.str_]:
    """Check a layout; return its characters, of shape (rows, columns)."""
    if not isinstance(layout, str | list | tuple) or not all(isinstance(line, str) for line in layout):
        raise ValueError(f"layout must be a list of rows, each a str, got {batched.shown(layout)}")
    rows = [layout] if isinstance(layout, str) else list(layout)
    if not rows or not rows[0]:
        raise ValueError(f"layout must have cells, got {batched.shown(layout)}")
    for number, line in enumerate(rows):
        if len(line) != len(rows[0]) or set(line) - set("SG#."):
            raise ValueError(
                f"layout must be rows of {len(rows[0])} of the characters S G # ., got {batched.shown(line)} in row "
                f"{number}"
            )
    for kind in "SG":
        count = "".join(rows).count(kind)
        if count != 1:
            raise ValueError(f"layout must have exactly one {kind}, got {count}")
    return np.array([list(line) for line in rows])


class GridWorld(TableEnv):
    """A grid with walls as a Gymnasium environment; parameters and dynamics are those of :func:`grid_world`.

    Examples
    --------
    >>> env = GridWorld(layout=["S.G"])
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> env.step(1), env.step(1)
    ((np.int64(1), 0.0, False, False, {}), (np.int64(2), 1.0, True, False, {}))
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = grid_world(**parameters)
        super().__init__(table, Cells(tuple(parameters.get("layout", WALLS))), render_mode=render_mode)
