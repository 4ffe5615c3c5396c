"""DeepSea: one treasure that only a long sequence of costly steps reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs import batched
from envs.batched import Indices, Mask
from envs.problems._outcomes import Outcome, stacked, starting_in
from envs.tables import Cells, Table, TableEnv


def deep_sea(size: int = 10, move_cost: float = 0.01, mapping_seed: int | None = None) -> Table:
    """Make DeepSea without chance: a block falls one row a step through an N x N grid and is steered left or right.

    An episode starts in the upper left and ends after N steps. Each step to the right costs ``move_cost`` / N; going
    right in the last column pays 1, and only N steps to the right get there. States number the cells row by row; the
    cells above the diagonal are never reached. The optimal return is 1 - move_cost.

    Osband, Van Roy, Russo & Wen, "Deep exploration via randomized value functions", 2019; Osband et al.,
    "Behaviour suite for reinforcement learning", 2019.

    Parameters
    ----------
    size : int
        N, at least 2; 4 N^2 is at most 2^24.
    move_cost : float
        Total cost of N steps to the right, in (-inf, inf).
    mapping_seed : int, optional
        At least 0: for each cell, the action that goes right is drawn from this seed as bsuite draws it. Without a
        seed action 1 goes right everywhere. An agent that generalises over cells may exploit that, so bsuite calls it
        a mode for debugging; an agent with a table of values that breaks ties evenly cannot exploit it.

    Returns
    -------
    Table
        With S = N^2, K = 2.

    Examples
    --------
    >>> table = deep_sea(size=3)
    >>> table.next_states[:, :, 0].T.reshape(2, 3, 3)[1]  # right
    array([[4, 5, 5],
           [7, 8, 8],
           [7, 8, 8]])
    >>> table.rewards[8, :, 0].round(4)
    array([0.    , 0.9967])
    """
    size, cost, right = _checked(size, move_cost, mapping_seed)
    row, column = _cells(size)
    rewards = np.where(right, (column == size - 1) - cost / size, 0.0)
    target = np.where(right, np.minimum(column + 1, size - 1), np.maximum(column - 1, 0))
    return stacked(
        (size * size, 2),
        Outcome(1.0, np.minimum(row + 1, size - 1) * size + target, rewards, row == size - 1),
        initial=starting_in(size * size, 0),
    )


def deep_sea_stochastic(size: int = 10, move_cost: float = 0.01, mapping_seed: int | None = None) -> Table:
    """Make DeepSea with wind and noise: a step to the right falls straight down with probability 1/N.

    In the last row the rewards of the first and the last column carry N(0, 1) noise. The rest is as in
    :func:`deep_sea`. Always going right returns (1 - 1/N)^(N - 1) - move_cost on average: 0.37742 for N = 10, 0.36735
    for N = 20, which bsuite states as the optimum. The true optimum is a little larger, 0.38091 and 0.37094: once the
    wind has moved a block off the diagonal, further steps to the right only cost.

    Osband et al., "Behaviour suite for reinforcement learning", 2019, "Deep sea stochastic".

    Parameters
    ----------
    size : int
        N, at least 2; 4 N^2 is at most 2^24.
    move_cost : float
        Total cost of N steps to the right, in (-inf, inf).
    mapping_seed : int, optional
        At least 0; as for :func:`deep_sea`.

    Returns
    -------
    Table
        With S = N^2, K = 2.

    Examples
    --------
    >>> table = deep_sea_stochastic(size=4)
    >>> table.probs[0]  # as steered, and straight down
    array([[1.  , 0.  ],
           [0.75, 0.25]])
    >>> table.noise.reshape(4, 4, 2)[:, :, 0]
    array([[0., 0., 0., 0.],
           [0., 0., 0., 0.],
           [0., 0., 0., 0.],
           [1., 0., 0., 1.]])
    """
    size, cost, right = _checked(size, move_cost, mapping_seed)
    row, column = _cells(size)
    rewards = np.where(right, (column == size - 1) - cost / size, 0.0)
    target = np.where(right, np.minimum(column + 1, size - 1), np.maximum(column - 1, 0))
    below = np.minimum(row + 1, size - 1) * size
    noisy = (row == size - 1) & ((column == 0) | (column == size - 1))
    return stacked(
        (size * size, 2),
        Outcome(1 - right / size, below + target, rewards, row == size - 1),
        Outcome(right / size, below + column, rewards, row == size - 1),
        initial=starting_in(size * size, 0),
        noise=np.repeat(noisy.astype(np.float64), 2, axis=1),
    )


class DeepSea(TableEnv):
    """DeepSea as a Gymnasium environment; parameters and dynamics are those of :func:`deep_sea`.

    Examples
    --------
    >>> env = DeepSea(size=4)
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> [int(env.step(1)[0]) for _ in range(3)]
    [5, 10, 15]
    >>> env.step(1)
    (np.int64(15), 0.9975, True, False, {})
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = deep_sea(**parameters)
        super().__init__(table, _scene(table), render_mode=render_mode)


class DeepSeaStochastic(TableEnv):
    """DeepSea with wind and noise as a Gymnasium environment: :func:`deep_sea_stochastic`.

    Examples
    --------
    >>> env = DeepSeaStochastic(size=20)
    >>> env.observation_space
    Discrete(400)
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = deep_sea_stochastic(**parameters)
        super().__init__(table, _scene(table), render_mode=render_mode)


def _checked(size: int, move_cost: float, mapping_seed: int | None) -> tuple[int, float, Mask]:
    """Check the parameters; the mask, of shape (N^2, 2), marks the action of each cell that goes right."""
    size = batched.whole_number("size", size, least=2)
    batched.require_entries("size x size x actions x outcomes", (size, size, 2, 2))
    cost = batched.number_in("move_cost", move_cost, "(-inf, inf)")
    if mapping_seed is None:
        mapping = np.ones(size * size, dtype=np.int64)
    else:
        seed = batched.whole_number("mapping_seed", mapping_seed, least=0)
        # The published problems of bsuite come from the legacy generator.
        mapping = np.random.RandomState(seed).binomial(1, 0.5, (size, size)).ravel()
    return size, cost, mapping[:, np.newaxis] == np.arange(2)


def _cells(size: int) -> tuple[Indices, Indices]:
    row, column = np.divmod(np.arange(size * size)[:, np.newaxis], size)
    return row, column


def _scene(table: Table) -> Cells:
    size = int(np.sqrt(len(table.initial)))
    rows = ["".join("." if column <= row else " " for column in range(size)) for row in range(size)]
    rows[0] = "S" + rows[0][1:]
    rows[-1] = rows[-1][:-1] + "G"
    return Cells(tuple(rows))
