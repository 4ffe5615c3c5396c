"""The problems on which Asadi & Littman studied value iteration and SARSA under the Boltzmann operator."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs import batched
from envs.batched import Floats
from envs.problems._outcomes import Outcome, stacked, starting_in
from envs.tables import Table, TableEnv, ring, row


def two_state(rewards: tuple[float, float] = (0.122, 0.033), staying: tuple[float, float] = (0.66, 0.99)) -> Table:
    """Make the two-state problem with two fixed points under the Boltzmann operator.

    In state 0 action a pays ``rewards[a]`` and stays with probability ``staying[a]``; otherwise the episode ends in
    state 1. At discount 0.98 Boltzmann value iteration has one fixed point at beta = 16.55, V(0) = 0.55040, and three
    at beta = 16.95.

    Asadi & Littman, "An alternative softmax operator for reinforcement learning", 2017, figure 1.

    Parameters
    ----------
    rewards : pair of float
        The rewards of the two actions, each in (-inf, inf).
    staying : pair of float
        The probabilities that the two actions stay, each in [0, 1].

    Returns
    -------
    Table
        With S = 2, K = 2.

    Examples
    --------
    >>> table = two_state()
    >>> table.probs[0]
    array([[0.66, 0.34],
           [0.99, 0.01]])
    """
    for name, pair in (("rewards", rewards), ("staying", staying)):
        if np.shape(pair) != (2,):
            raise ValueError(f"{name} must be two numbers, one for each action, got {batched.shown(pair)}")
    paid = np.array([batched.number_in(f"rewards[{a}]", reward, "(-inf, inf)") for a, reward in enumerate(rewards)])
    stays = np.array([batched.number_in(f"staying[{a}]", chance, "[0, 1]") for a, chance in enumerate(staying)])
    first = np.array([[True], [False]])
    return stacked(
        (2, 2),
        Outcome(np.where(first, stays, 1.0), [[0], [1]], np.where(first, paid, 0.0), ~first),
        Outcome(np.where(first, 1 - stays, 0.0), 1, np.where(first, paid, 0.0), True),
        initial=starting_in(2, 0),
    )


def random_mdp(seed: int = 0) -> Table:
    """Draw one of the random problems: a few states, and transitions with most of their probability on a few states.

    The number of states is uniform on {2, ..., 10}, that of actions on {2, ..., 5}. Each transition weight is uniform
    on [0, 0.01]; with probability 0.5 a normal of mean 1 and variance 0.1 is added, and with probability 0.1 one of
    mean 100 and variance 1; weights are then normalised. Rewards of pairs are drawn likewise and scaled so that the
    largest is 0.5.

    Asadi & Littman, "An alternative softmax operator for reinforcement learning", 2017, section "Random MDPs". Two
    choices are ours, since the paper leaves them open: a normal below 0 (once in 1300 draws of mean 1) adds nothing,
    and episodes start in state 0. Nothing terminates. At discount 0.98 the paper counts the problems on which value
    iteration has not converged after 1000 sweeps.

    Parameters
    ----------
    seed : int
        At least 0; it fixes the problem.

    Returns
    -------
    Table
        With S from 2 to 10, K from 2 to 5.

    Examples
    --------
    >>> table = random_mdp(seed=1)
    >>> table.probs.shape
    (6, 4, 6)
    >>> float(table.rewards.max())
    0.5
    """
    rng = np.random.default_rng(batched.whole_number("seed", seed, least=0))
    states, actions = int(rng.integers(2, 11)), int(rng.integers(2, 6))
    weights = _weights_with_spikes(rng, (states, actions, states))
    rewards = _weights_with_spikes(rng, (states, actions))
    shape = weights.shape
    return Table(
        weights / weights.sum(axis=-1, keepdims=True),
        np.broadcast_to(np.arange(states), shape),
        np.broadcast_to(0.5 * (rewards / rewards.max())[..., np.newaxis], shape),
        np.zeros(shape, dtype=np.bool_),
        starting_in(states, 0),
    )


def _weights_with_spikes(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    weights = rng.uniform(0, 0.01, shape)
    weights += (rng.random(shape) < 0.5) * np.maximum(rng.normal(1, np.sqrt(0.1), shape), 0)
    weights += (rng.random(shape) < 0.1) * np.maximum(rng.normal(100, 1, shape), 0)
    return weights


class TwoState(TableEnv):
    """The two-state problem as a Gymnasium environment; parameters and dynamics are those of :func:`two_state`.

    Examples
    --------
    >>> env = TwoState()
    >>> env.reset(seed=0)
    (np.int64(0), {})
    >>> env.step(1)
    (np.int64(0), 0.033, False, False, {})
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        super().__init__(two_state(**parameters), row(2), render_mode=render_mode)


class RandomMDP(TableEnv):
    """A random problem as a Gymnasium environment; parameters and dynamics are those of :func:`random_mdp`.

    Examples
    --------
    >>> RandomMDP(seed=1).observation_space
    Discrete(6)
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = random_mdp(**parameters)
        super().__init__(table, ring(len(table.initial)), render_mode=render_mode)
