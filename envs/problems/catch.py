"""Catch: a ball falls, and a paddle has to be under it."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs import batched
from envs.problems._outcomes import Outcome, stacked, starting_in
from envs.tables import Boards, Table, TableEnv


def catch(rows: int = 10, columns: int = 5, reward: float = 1.0) -> Table:
    """Make Catch: a ball falls one row a step, and actions 0, 1, 2 move the paddle left, not at all, or right.

    The ball starts in the upper row, in a column drawn evenly, and the paddle in the middle of the lowest row. The
    episode ends when the ball gets there, after rows - 1 steps. It pays ``reward`` if the paddle is under the ball, and
    minus that otherwise. If columns // 2 < rows, the paddle can reach every column in time, and the optimal return is
    ``reward``. Actions that do not look at the ball return (2 / columns - 1) times the reward on average, -0.6 by
    default.

    Osband et al., "Behaviour suite for reinforcement learning", 2019, "Catch"; Mnih, Heess, Graves & Kavukcuoglu,
    "Recurrent models of visual attention", 2014, section 4.2.

    Parameters
    ----------
    rows : int
        Height of the board, at least 2; rows^2 columns^3 is at most 2^24.
    columns : int
        Width of the board, at least 2.
    reward : float
        Reward of a ball that is caught, in (-inf, inf).

    Returns
    -------
    Table
        With S = rows x columns x columns, numbered by row and column of the ball and column of the paddle, and K = 3.
        Its boards, of shape (rows, columns), are 1 where the ball and the paddle are and 0 elsewhere.

    Examples
    --------
    >>> table = catch(rows=3, columns=3)
    >>> table.boards[table.initial.argmax()].astype(int)
    array([[1, 0, 0],
           [0, 0, 0],
           [0, 1, 0]])
    >>> last = np.ravel_multi_index((1, 0, 1), (3, 3, 3))  # the ball is one row above, on the left of the paddle
    >>> table.rewards[last, :, 0]
    array([ 1., -1., -1.])
    """
    rows = batched.whole_number("rows", rows, least=2)
    columns = batched.whole_number("columns", columns, least=2)
    reward = batched.number_in("reward", reward, "(-inf, inf)")
    batched.require_entries("rows^2 x columns^3", (rows, rows, columns, columns, columns))
    shape = (rows, columns, columns)
    row, ball, paddle = (index.reshape(-1, 1) for index in np.indices(shape))
    moved = np.clip(paddle + np.arange(-1, 2), 0, columns - 1)
    # Nobody acts once the ball is down. There every action stays, pays nothing, and ends the episode.
    down = row == rows - 1
    reached = np.where(down, np.arange(down.size).reshape(-1, 1), ((row + 1) * columns + ball) * columns + moved)
    ends = row >= rows - 2
    paid = np.where(ends & ~down, np.where(moved == ball, reward, -reward), 0.0)
    boards = np.zeros((down.size, rows, columns), dtype=np.float32)
    states = np.arange(down.size)
    boards[states, row.ravel(), ball.ravel()] = boards[states, rows - 1, paddle.ravel()] = 1.0
    starts = np.arange(columns) * columns + columns // 2
    return stacked(
        (down.size, 3), Outcome(1.0, reached, paid, ends), initial=starting_in(down.size, *starts), boards=boards
    )


class Catch(TableEnv):
    """Catch as a Gymnasium environment, which observes boards; parameters and dynamics are those of :func:`catch`.

    Examples
    --------
    >>> env = Catch(rows=4)
    >>> env.reset(seed=0)[0].astype(int)
    array([[0, 0, 0, 1, 0],
           [0, 0, 0, 0, 0],
           [0, 0, 0, 0, 0],
           [0, 0, 1, 0, 0]])
    >>> [env.step(action)[1:4] for action in (1, 2, 1)]
    [(0.0, False, False), (0.0, False, False), (1.0, True, False)]
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = catch(**parameters)
        super().__init__(table, Boards(), render_mode=render_mode)
