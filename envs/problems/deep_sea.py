"""DeepSea: one treasure at the end of a dive that no short-sighted agent makes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs import batched
from envs.problems._outcomes import Outcome, stacked, starting_in
from envs.tables import Cells, Table, TableEnv


def deep_sea(size: int = 10, move_cost: float = 0.01, mapping_seed: int | None = None) -> Table:
    """DeepSea without chance: a block falls through an N x N grid, a row a step, and is steered left or right.

    An episode starts in the upper left and ends after N steps. Each step to the right costs ``move_cost`` / N; going
    right in the last column pays 1, which only N steps to the right reach. States count the cells row by row; a
    quarter of the cells and more, above the diagonal, is never reached. The optimal return is 1 - move_cost.

    Osband, Van Roy, Russo & Wen, "Deep exploration via randomized value functions", 2019; Osband et al.,
    "Behaviour suite for reinforcement learning", 2019.

    Parameters
    ----------
    size : int
        N, at least 2.
    move_cost : float
        Of N steps to the right, finite.
    mapping_seed : int, optional
        Which action goes right in which cell, drawn as bsuite draws it from this seed. Without it action 1 goes right
        everywhere, which bsuite calls a mode for debugging: an agent that generalises over cells may exploit it, one
        with a table of values that breaks ties evenly cannot.

    Returns
    -------
    Table
        With S = N^2, K = 2.

    Raises
    ------
    ValueError
        For parameters out of their bounds.

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
    """DeepSea with wind and noise: a step to the right falls straight down with probability 1/N.

    In the last row the rewards of the first and the last column carry N(0, 1) noise. The rest is as in
    :func:`deep_sea`. Always going right returns (1 - 1/N)^(N - 1) - move_cost on average: 0.37742 for N = 10, 0.36735
    for N = 20, which bsuite takes for the optimum. The optimum is a little larger, 0.38091 and 0.37094, since a block
    that the wind has put off the diagonal does better not to pay for steps to the right any more.

    Osband et al., "Behaviour suite for reinforcement learning", 2019, "Deep sea stochastic".

    Parameters
    ----------
    size, move_cost, mapping_seed
        As for :func:`deep_sea`.

    Returns
    -------
    Table
        With S = N^2, K = 2.

    Raises
    ------
    ValueError
        For parameters out of their bounds.

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


def _checked(size: int, move_cost: float, mapping_seed: int | None) -> tuple[int, float, NDArray[np.bool_]]:
    """Check the parameters, and say for every cell and action, (N^2, 2), whether it goes right."""
    size = batched.require_whole("size", size, least=2)
    cost = batched.require_finite("move_cost", move_cost)
    if mapping_seed is None:
        mapping = np.ones(size * size, dtype=np.int64)
    else:
        seed = batched.require_whole("mapping_seed", mapping_seed, least=0)
        # The legacy generator, because it is the one that bsuite's published problems were drawn from.
        mapping = np.random.RandomState(seed).binomial(1, 0.5, (size, size)).ravel()
    return size, cost, mapping[:, np.newaxis] == np.arange(2)


def _cells(size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    row, column = np.divmod(np.arange(size * size)[:, np.newaxis], size)
    return row, column


def _scene(table: Table) -> Cells:
    size = int(np.sqrt(len(table.initial)))
    rows = ["".join("." if column <= row else " " for column in range(size)) for row in range(size)]
    rows[0] = "S" + rows[0][1:]
    rows[-1] = rows[-1][:-1] + "G"
    return Cells(tuple(rows))
