"""What the compiled loops read and write: arrays in named tuples, which both Python and the compiler know.

R replicates, S states, K actions, M outcomes of each pair, B rows of a block. All arrays of tables are flat over pairs
``state * K + action``, or over entries ``pair * M + outcome``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BACKUPS = (
    "none",
    "maximum",
    "soft value",
    "mellowmax",
    "Boltzmann expectation",
    "policy expectation",
    "next action",
)
NEXT_ACTION = BACKUPS.index("next action")

BLOCK = 64
"""Rows that go through all stages together: few enough to stay in the first cache."""

_DRAWN, _MOST_DRAWN_STEPS = 2**17, 2**11
"""So many random numbers of a kind are drawn ahead, for so many steps at most."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


class Mixture(NamedTuple):
    """A policy, step by step: with probability ``epsilon`` a softmax at one temperature, else at another."""

    mixed: bool
    epsilon: Floats
    exploring: Floats
    exploiting: Floats
    rng: Any


class Learner(NamedTuple):
    """What is learnt: values move by ``by (target - value)``.

    ``averages`` by ``(target - value) / (count + by)``; where there are ``rates``, by that of the count before.
    """

    values: Floats  # (R, S, K)
    visits: Integers  # (R, S, K)
    seen: Booleans  # (R, S): whose mask has been seen; (0, 0) where there are none
    averages: bool
    by: float
    rates: Floats  # (counts,), or (0,)
    discount: float
    backup: int  # a place in ``BACKUPS``
    heats: Floats  # (steps,): the backup's temperature
    following: Integers  # (R,), as the next two, or (0,): actions drawn when their states were reached
    kept: Booleans  # whether they will be taken
    told: Floats  # (R, K): what they were drawn from


class Transitions(NamedTuple):
    """A table as an environment steps on it."""

    states: Integers  # (R,)
    elapsed: Integers  # (R,)
    limit: int
    cumulative: Floats  # (S * K, M)
    next_states: Integers  # (S * K * M,)
    rewards: Floats  # (S * K * M,)
    terminated: Booleans  # (S * K * M,)
    gaps: Floats  # (S * K,)
    initial: Floats  # (S,), cumulative
    one_start: bool
    mask: Floats  # (S + 1, K): 0 where allowed, else -inf, and a row of 0; (0, 0) where nothing is forbidden
    observations: Integers  # (S,)
    noise: Floats  # (S * K,), or (0,)
    rng: Any
    starts: Any
    rewarding: Any


class Pulls(NamedTuple):
    """Bandits as an environment steps on them."""

    means: Floats  # (R, K)
    noise: Floats  # (R, K)
    best: Floats  # (R,)
    binary: bool  # rewards of 0 and 1 in the place of normals
    rng: Any


class Sums(NamedTuple):
    """What a recorder adds up in each of W windows, and what the last step of each was decided on."""

    reward: Floats  # (W, R), as the next five
    gap: Floats
    optimal: Floats
    greedy: Floats
    episodes: Floats
    return_sum: Floats
    returns: Floats  # (R,): of the episodes that go on
    poison: Floats  # (R,): 0, or NaN where a value was learnt that is not finite
    last_values: Floats  # (W, R, K); -inf where it was not allowed


class Draws(NamedTuple):
    """Random numbers of the next steps, those of a step side by side, and some more that nobody reads."""

    steps: int  # how many at most
    actions: Floats  # uniforms; of the next actions, too, where these are drawn at once
    outcomes: Floats  # uniforms, or normals
    starts: Floats  # uniforms
    noise: Floats  # normals


class Block(NamedTuple):
    """Memory of the stages: (K, B) and (B,)."""

    q: Floats
    ahead: Floats  # as q, of the states reached
    weights: Floats
    other: Floats
    top: Floats
    total: Floats
    level: Floats
    best: Floats
    actions: Integers
    next_actions: Integers
    entries: Integers
    places: Integers  # of the states in the learner's table, over all rows of it
    reached: Integers


def make_block(count: int) -> Block:
    """Make the memory for K = ``count`` actions."""
    wide: list[Any] = [np.zeros((count, BLOCK)) for _ in range(4)]
    rows: list[Any] = [np.zeros(BLOCK) for _ in range(4)]
    whole: list[Any] = [np.zeros(BLOCK, dtype=np.int64) for _ in range(5)]
    return Block(*wide, *rows, *whole)


def make_draws(rows: int, choices: int) -> Draws:
    """Make the memory for R = ``rows`` replicates, each with so many actions drawn a step."""
    steps = min(max(_DRAWN // rows, 1), _MOST_DRAWN_STEPS)
    parts: list[Any] = [np.zeros(steps * rows * many + BLOCK) for many in (choices, 1, 1, 1)]
    return Draws(steps, *parts)


def make_sums(windows: int, returns: Floats, count: int) -> Sums:
    """Make what W windows add up, of K = ``count`` actions; ``returns`` go on from the windows before."""
    parts: list[Any] = [np.zeros((windows, len(returns))) for _ in range(6)]
    parts += [returns, np.zeros(len(returns)), np.zeros((windows, len(returns), count))]
    return Sums(*parts)
