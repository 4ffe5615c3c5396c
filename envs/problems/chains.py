"""RiverSwim and the Chain: states in a row, with a large reward far away and a small one nearby."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs import batched
from envs.problems._outcomes import Outcome, stacked, starting_in
from envs.tables import Table, TableEnv, row


def river_swim(states: int = 6, small: float = 5.0, large: float = 10_000.0) -> Table:
    """Make RiverSwim: the current carries a swimmer to the left, and the large reward is upstream.

    Action 0 swims left and always succeeds; on the left bank it pays ``small``. Action 1 swims right: from the first
    state it moves with probability 0.3 and stays with 0.7; in between it moves with 0.3, stays with 0.6 and is carried
    back with 0.1; in the last state it stays with 0.3, which pays ``large``, and is carried back with 0.7. The
    outcome is paid, not the attempt. Episodes start in the second or third state, each with probability 1/2.
    Nothing terminates.

    Strehl & Littman, "An analysis of model-based interval estimation for Markov decision processes", 2008.
    The variant of Osband, Russo & Van Roy (2013) has other probabilities (0.35, 0.6, 0.05) and rewards.

    Parameters
    ----------
    states : int
        Number of states, at least 3; the table has at most 2^24 entries, S x K x M.
    small, large : float
        The two rewards, in (-inf, inf).

    Returns
    -------
    Table
        With S = states, K = 2.

    Examples
    --------
    >>> table = river_swim()
    >>> table.probs[1:4, 1]  # left, stay, right
    array([[0.1, 0.6, 0.3],
           [0.1, 0.6, 0.3],
           [0.1, 0.6, 0.3]])
    >>> table.rewards[5, 1]
    array([    0., 10000.,     0.])
    """
    states = batched.whole_number("states", states, least=3)
    batched.require_entries("states x actions x outcomes", (states, 2, 3))
    small, large = batched.number_in("small", small, "(-inf, inf)"), batched.number_in("large", large, "(-inf, inf)")
    here = np.arange(states)[:, np.newaxis]
    first, last, right = here == 0, here == states - 1, np.array([False, True])
    backward = np.where(right, np.where(first, 0.0, np.where(last, 0.7, 0.1)), 1.0)
    forward = np.where(right & ~last, 0.3, 0.0)
    staying = np.where(right, np.where(first, 0.7, np.where(last, 0.3, 0.6)), 0.0)
    return stacked(
        (states, 2),
        Outcome(backward, np.maximum(here - 1, 0), np.where(first & ~right, small, 0.0)),
        Outcome(staying, here, np.where(last & right, large, 0.0)),
        Outcome(forward, np.minimum(here + 1, states - 1)),
        initial=starting_in(states, 1, 2),
    )


def chain(states: int = 5, slip: float = 0.2, small: float = 2.0, large: float = 10.0) -> Table:
    """Make the Chain: forward pays only at the end, back pays a little at once.

    Action 0 moves one state forward, and in the last state stays there and pays ``large``. Action 1 returns to the
    first state and pays ``small``. With probability ``slip`` the other action takes place, with its reward.
    Nothing terminates; episodes start in the first state.

    Dearden, Friedman & Russell, "Bayesian Q-learning", 1998, figure 3(a); Strens, "A Bayesian framework for
    reinforcement learning", 2000, in phases of 1000 steps.

    Parameters
    ----------
    states : int
        Number of states, at least 2; the table has at most 2^24 entries, S x K x M.
    slip : float
        Probability that the other action takes place, in [0, 1].
    small, large : float
        The two rewards, in (-inf, inf).

    Returns
    -------
    Table
        With S = states, K = 2.

    Examples
    --------
    >>> table = chain()
    >>> table.next_states[4]  # as chosen, and slipped
    array([[4, 0],
           [0, 4]])
    >>> table.rewards[4]
    array([[10.,  2.],
           [ 2., 10.]])
    """
    states = batched.whole_number("states", states, least=2)
    batched.require_entries("states x actions x outcomes", (states, 2, 2))
    slip = batched.number_in("slip", slip, "[0, 1]")
    small, large = batched.number_in("small", small, "(-inf, inf)"), batched.number_in("large", large, "(-inf, inf)")
    here = np.arange(states)
    forward, paid = np.minimum(here + 1, states - 1), np.where(here == states - 1, large, 0.0)
    back = np.zeros(states, dtype=np.int64)
    targets, rewards = np.stack([forward, back], axis=1), np.stack([paid, np.full(states, small)], axis=1)
    return stacked(
        (states, 2),
        Outcome(1 - slip, targets, rewards),
        Outcome(slip, targets[:, ::-1], rewards[:, ::-1]),
        initial=starting_in(states, 0),
    )


class RiverSwim(TableEnv):
    """RiverSwim as a Gymnasium environment; parameters and dynamics are those of :func:`river_swim`.

    Examples
    --------
    >>> RiverSwim(states=20).observation_space
    Discrete(20)
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = river_swim(**parameters)
        super().__init__(table, row(len(table.initial)), render_mode=render_mode)


class Chain(TableEnv):
    """The Chain as a Gymnasium environment; parameters and dynamics are those of :func:`chain`.

    Examples
    --------
    >>> env = Chain(slip=0.0)
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> [float(env.step(0)[1]) for _ in range(6)]
    [0.0, 0.0, 0.0, 0.0, 10.0, 10.0]
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = chain(**parameters)
        super().__init__(table, row(len(table.initial)), render_mode=render_mode)
