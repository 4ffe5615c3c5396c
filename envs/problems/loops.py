"""The Loop and the Double Chain: two paths from one state, of which the worse one pays first."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs import batched
from envs.batched import Floats
from envs.problems._outcomes import Outcome, stacked, starting_in
from envs.tables import Nodes, Table, TableEnv


def loop(length: int = 5, small: float = 1.0, large: float = 2.0) -> Table:
    """Make the Loop: two loops through the first state; the easy one pays half as much as the other.

    In state 0 action 0 enters the first loop (states 1, 2, ..., length - 1), which both actions follow, and whose
    last step back to state 0 pays ``small``. Action 1 enters the second loop (the states from ``length`` on), which
    only action 1 follows: action 0 returns to state 0 and pays nothing. Its last step back to state 0, by either
    action, pays ``large``. Nothing is random and nothing terminates; episodes start in state 0.

    Dearden, Friedman & Russell, "Bayesian Q-learning", 1998, figure 3(b); Strens, "A Bayesian framework for
    reinforcement learning", 2000, in phases of 1000 steps.

    Parameters
    ----------
    length : int
        Steps around each loop, at least 2 and at most 2^21; there are 2 length - 1 states.
    small, large : float
        The two rewards, in (-inf, inf).

    Returns
    -------
    Table
        With S = 2 length - 1, K = 2.

    Examples
    --------
    >>> table = loop()
    >>> table.next_states[:, :, 0].T
    array([[1, 2, 3, 4, 0, 0, 0, 0, 0],
           [5, 2, 3, 4, 0, 6, 7, 8, 0]])
    >>> table.rewards[:, :, 0].T
    array([[0., 0., 0., 0., 1., 0., 0., 0., 2.],
           [0., 0., 0., 0., 1., 0., 0., 0., 2.]])
    """
    length = batched.whole_number("length", length, least=2)
    batched.require_entries("states x actions x outcomes", (2 * length - 1, 2, 2))
    small, large = batched.number_in("small", small, "(-inf, inf)"), batched.number_in("large", large, "(-inf, inf)")
    states = 2 * length - 1
    around = np.arange(1, states + 1)
    around[[length - 1, states - 1]] = 0
    home = np.where(np.arange(states) < length, around, 0)
    around[0] = length
    rewards = np.zeros((states, 2))
    rewards[length - 1], rewards[states - 1] = small, large
    return stacked((states, 2), Outcome(1.0, np.stack([home, around], axis=1), rewards), initial=starting_in(states, 0))


def double_chain(
    length: int = 5, slip: float = 0.0, small: float = 2.0, nearer: float = 5.0, large: float = 10.0
) -> Table:
    """Make the Double Chain: two chains from one state, whose ends pay differently.

    In state 0 action 0 enters the first chain (states 1, 2, ..., length - 1) without pay and action 1 enters the
    second (states from ``length`` on) and pays ``small``. On the chains action 0 moves forward, and at the end stays
    and pays: ``large`` on the first, ``nearer`` on the second. Action 1 returns to state 0 and pays ``small``.
    Nothing terminates; episodes start in state 0.

    Peters, Mülling & Altün, "Relative entropy policy search", 2010, after Furmston & Barber, "Variational methods for
    reinforcement learning", 2010. The papers' figures were not available. States and rewards follow the public
    implementation in rllib, which names the latter paper and in which nothing slips. ``slip`` adds the slips of the
    single chain (:func:`envs.chain`).

    Parameters
    ----------
    length : int
        States of either chain, with the first one, at least 2 and at most 2^21; there are 2 length - 1 states.
    slip : float
        Probability that the other action takes place, in [0, 1].
    small, nearer, large : float
        The three rewards, in (-inf, inf).

    Returns
    -------
    Table
        With S = 2 length - 1, K = 2.

    Examples
    --------
    >>> table = double_chain()
    >>> table.next_states[:, :, 0].T
    array([[1, 2, 3, 4, 4, 6, 7, 8, 8],
           [5, 0, 0, 0, 0, 0, 0, 0, 0]])
    >>> table.rewards[:, 0, 0]
    array([ 0.,  0.,  0.,  0., 10.,  0.,  0.,  0.,  5.])
    """
    length = batched.whole_number("length", length, least=2)
    batched.require_entries("states x actions x outcomes", (2 * length - 1, 2, 2))
    slip = batched.number_in("slip", slip, "[0, 1]")
    small, nearer = batched.number_in("small", small, "(-inf, inf)"), batched.number_in("nearer", nearer, "(-inf, inf)")
    large = batched.number_in("large", large, "(-inf, inf)")
    states = 2 * length - 1
    forward, back = np.arange(1, states + 1), np.zeros(states, dtype=np.int64)
    forward[[length - 1, states - 1]] = length - 1, states - 1
    back[0] = length
    paid = np.zeros(states)
    paid[length - 1], paid[states - 1] = large, nearer
    targets, rewards = np.stack([forward, back], axis=1), np.stack([paid, np.full(states, small)], axis=1)
    return stacked(
        (states, 2),
        Outcome(1 - slip, targets, rewards),
        Outcome(slip, targets[:, ::-1], rewards[:, ::-1]),
        initial=starting_in(states, 0),
    )


class Loop(TableEnv):
    """The Loop as a Gymnasium environment; parameters and dynamics are those of :func:`loop`.

    Examples
    --------
    >>> env = Loop()
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> [int(env.step(1)[0]) for _ in range(5)], env.step(1)[0]
    ([5, 6, 7, 8, 0], np.int64(5))
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = loop(**parameters)
        length = (len(table.initial) + 1) // 2
        super().__init__(table, Nodes((*_circle(length, 1.0), *_circle(length, -1.0)[1:])), render_mode=render_mode)


class DoubleChain(TableEnv):
    """The Double Chain as a Gymnasium environment; parameters and dynamics are those of :func:`double_chain`.

    Examples
    --------
    >>> env = DoubleChain()
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> env.step(1)[:2], env.step(0)[:2], env.step(1)[:2]
    ((np.int64(5), 2.0), (np.int64(6), 0.0), (np.int64(0), 2.0))
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = double_chain(**parameters)
        along = range(1, (len(table.initial) + 1) // 2)
        positions = [(0.0, 0.0), *((float(x), 0.7) for x in along), *((float(x), -0.7) for x in along)]
        super().__init__(table, Nodes(tuple(positions)), render_mode=render_mode)


def _circle(length: int, side: float) -> tuple[tuple[float, float], ...]:
    """Return the positions of one loop, the first at the origin; ``side`` is 1 for the right and -1 for the left."""
    radius = max(0.7, length / 5)
    angles: Floats = 2 * np.pi * np.arange(length) / length
    return tuple((float(side * radius * (1 - np.cos(a))), float(radius * np.sin(a))) for a in angles)
