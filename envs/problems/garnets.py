"""Garnets: random problems of a given size and branching."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs import batched
from envs.problems._outcomes import starting_in
from envs.tables import Table, TableEnv, ring


def garnet(states: int = 30, actions: int = 4, branching: int = 2, noise: float = 0.1, seed: int = 0) -> Table:
    """Draw a Garnet: each pair of state and action has ``branching`` next states, drawn without replacement.

    The probabilities of a pair are the pieces into which branching - 1 uniform points cut the unit interval. The
    expected reward of each transition is drawn from N(0, 1), and each reward paid carries N(0, noise^2) about it.
    Nothing terminates; episodes start in state 0, a choice that the papers leave open.

    Archibald, McKinnon & Thomas, "On the generation of Markov decision processes", 1995; Bhatnagar, Sutton,
    Ghavamzadeh & Lee, "Natural actor-critic algorithms", 2009, whose GARNET(30, 4, 2, 0.1, 0) are the
    defaults and whose larger one is GARNET(100, 10, 3, 0.1, 0).

    Parameters
    ----------
    states, actions : int
        Their numbers, at least 1; states^2 x actions is at most 2^24.
    branching : int
        Number of next states of each pair, at least 1 and at most ``states``.
    noise : float
        Standard deviation of a reward about its expectation, in [0, inf).
    seed : int
        At least 0; it fixes the problem.

    Returns
    -------
    Table
        With S = states, K = actions, M = branching.

    Examples
    --------
    >>> table = garnet(states=5, actions=2, branching=3)
    >>> table.next_states[0]
    array([[3, 2, 1],
           [3, 1, 2]])
    >>> table.probs[0].round(3)
    array([[0.239, 0.548, 0.213],
           [0.059, 0.818, 0.124]])
    """
    states = batched.whole_number("states", states, least=1)
    actions = batched.whole_number("actions", actions, least=1)
    branching = batched.whole_number("branching", branching, least=1)
    if branching > states:
        raise ValueError(f"branching must be at most states={states}, got {branching}")
    batched.require_entries("states x actions x states, which branches are drawn from,", (states, actions, states))
    noise = batched.number_in("noise", noise, "[0, inf)")
    rng = np.random.default_rng(batched.whole_number("seed", seed, least=0))
    # The ranks of independent uniforms form a random permutation. Its first entries are draws without replacement.
    next_states = rng.random((states, actions, states)).argsort(axis=-1)[..., :branching]
    cuts = np.sort(rng.random((states, actions, branching - 1)), axis=-1)
    probs = np.diff(cuts, axis=-1, prepend=0.0, append=1.0)
    rewards = rng.standard_normal(probs.shape)
    terminated, noises = np.zeros(probs.shape, dtype=np.bool_), np.full((states, actions), noise)
    return Table(probs, next_states, rewards, terminated, starting_in(states, 0), noise=noises)


class Garnet(TableEnv):
    """A Garnet as a Gymnasium environment; parameters and dynamics are those of :func:`garnet`.

    Examples
    --------
    >>> env = Garnet(states=50, actions=3, branching=5, seed=7)
    >>> env.observation_space, env.action_space
    (Discrete(50), Discrete(3))
    """

    def __init__(self, *, render_mode: str | None = None, **parameters: Any) -> None:
        table = garnet(**parameters)
        super().__init__(table, ring(len(table.initial)), render_mode=render_mode)
