"""The data of the compiled loops: arrays in named tuples, which both Python and the compiler understand.

R replicates, S states, K actions, M outcomes of each pair, B rows of a block, W windows. The arrays of an environment's
table are flat over pairs ``state * K + action``, or over entries ``pair * M + outcome``.
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
"""Backups by the names that learners use; the loops know them by their index, as the constants below."""
NO_BACKUP, MAXIMUM, SOFT_VALUE, MELLOWMAX, BOLTZMANN_EXPECTATION, POLICY_EXPECTATION, NEXT_ACTION = range(len(BACKUPS))

BLOCK = 64
"""Rows that pass through all stages together: few enough to stay in the first-level cache."""

VECTOR = 8
"""Numbers in a processor's vector, at most: stages pad their rows to a multiple."""

_DRAWN_NUMBERS, _MOST_DRAWN_STEPS = 2**17, 2**11
"""Random numbers of each kind that are drawn in advance, and the most steps that they serve."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


class Mixture(NamedTuple):
    """A policy at each step: with probability ``epsilon`` a softmax at one temperature, otherwise at another."""

    mixed: bool
    epsilon: Floats  # (steps,), as the next two
    exploring: Floats
    exploiting: Floats
    rng: Any


class Learner(NamedTuple):
    """How values move towards their targets.

    They move by ``step_size * (target - value)``; with ``averages`` by ``(target - value) / (count + extra_count)``;
    with ``rates`` by ``rates[count - 1] * (target - value)``. ``count`` includes the present visit.
    """

    values: Floats  # (R, S, K)
    visits: Integers  # (R, S, K)
    seen: Booleans  # (R, S): whether the state's mask has been seen; (0, 0) without masks
    averages: bool
    extra_count: float
    step_size: float
    rates: Floats  # (counts,), or (0,)
    discount: float
    backup: int  # an index in ``BACKUPS``
    temperatures: Floats  # (steps,): the backup's temperature
    drawn_actions: Integers  # (R,), as the next two, or (0,): actions drawn when their states were reached
    has_drawn: Booleans  # whether these actions will be taken
    drawn_values: Floats  # (R, K): the values that they were drawn from


class Transitions(NamedTuple):
    """An environment's table and the state of its replicates."""

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
    """Bandits, one for each replicate."""

    means: Floats  # (R, K)
    noise: Floats  # (R, K)
    best: Floats  # (R,)
    binary: bool  # rewards are 0 and 1 instead of normal
    rng: Any


class Sums(NamedTuple):
    """The sums of a recorder in each of W windows, and the values that the last step of each was decided on."""

    reward: Floats  # (W, R), as the next five
    gap: Floats
    optimal: Floats
    greedy: Floats
    episodes: Floats
    return_sum: Floats
    returns: Floats  # (R,): returns so far of the unfinished episodes
    poison: Floats  # (R,): 0, or NaN after a learnt value was not finite
    last_values: Floats  # (W, R, K); -inf for masked actions


class Draws(NamedTuple):
    """Random numbers of the next steps, those of one step side by side, and some padding that is never used."""

    steps: int  # the most steps that they serve
    actions: Floats  # uniforms, also of the next actions where these are drawn at once
    outcomes: Floats  # uniforms, or normals
    starts: Floats  # uniforms
    noise: Floats  # normals


class Block(NamedTuple):
    """Working memory of the stages: (K, B) and (B,)."""

    q: Floats
    next_q: Floats  # as q, of the states reached
    weights: Floats
    exploring_weights: Floats
    top: Floats
    total: Floats
    threshold: Floats
    backed_up: Floats
    actions: Integers
    next_actions: Integers
    entries: Integers
    table_rows: Integers  # rows of the states in the learner's flat table
    next_table_rows: Integers  # rows of the states reached


def make_block(count: int) -> Block:
    """Make the working memory for K = ``count`` actions."""
    tables: list[Any] = [np.zeros((count, BLOCK)) for _ in range(4)]
    numbers: list[Any] = [np.zeros(BLOCK) for _ in range(4)]
    integers: list[Any] = [np.zeros(BLOCK, dtype=np.int64) for _ in range(5)]
    return Block(*tables, *numbers, *integers)


def make_draws(rows: int, choices: int) -> Draws:
    """Make memory for the random numbers of R = ``rows`` replicates that draw ``choices`` actions in each step."""
    steps = min(max(_DRAWN_NUMBERS // rows, 1), _MOST_DRAWN_STEPS)
    arrays: list[Any] = [np.zeros(steps * rows * draws + BLOCK) for draws in (choices, 1, 1, 1)]
    return Draws(steps, *arrays)


def make_sums(windows: int, returns: Floats, count: int) -> Sums:
    """Make the sums of W windows with K = ``count`` actions; ``returns`` continue from earlier windows."""
    arrays: list[Any] = [np.zeros((windows, len(returns))) for _ in range(6)]
    arrays += [returns, np.zeros(len(returns)), np.zeros((windows, len(returns), count))]
    return Sums(*arrays)
