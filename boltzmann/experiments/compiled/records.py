"""What the compiled loops read and write: arrays in named tuples, which both Python and the compiler know.

R replicates, S states, K actions, M outcomes of each pair, B rows of a block. All arrays of tables are flat over pairs
``state * K + action``, or over entries ``pair * M + outcome``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "Block", "Learner", "Mixture", "Pulls", "Sums", "Transitions", "make_block", "make_sums"]

BLOCK = 64
"""Rows that go through all stages together: few enough to stay in the first cache."""

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
    """What is learnt: values move by ``by (target - value)``; ``averages`` by ``(target - value) / (count + by)``."""

    values: Floats  # (R, S, K)
    visits: Integers  # (R, S, K)
    seen: Booleans  # (R, S): whose mask has been seen; (0, 0) where there are none
    averages: bool
    by: float
    discount: float
    backup: int  # a place in ``BACKUPS``
    heats: Floats  # (steps,): the backup's temperature


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
    mask: Floats  # (S + 1, K): 0 where allowed, else -inf, and a row of 0; (0, 0) where nothing is forbidden
    rng: Any
    starts: Any


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
    last_values: Floats  # (W, R, K)
    last_visits: Integers  # (W, R, K)
    last_allowed: Booleans  # (W, R, K)


class Block(NamedTuple):
    """Memory of the stages: (K, B) and (B,)."""

    q: Floats
    weights: Floats
    other: Floats
    top: Floats
    total: Floats
    level: Floats
    best: Floats
    rounded: Floats
    bits: Integers
    scale: Floats  # the same memory as bits
    actions: Integers
    entries: Integers
    reached: Integers


def make_block(count: int) -> Block:
    """Make the memory for K = ``count`` actions."""
    wide: list[Floats] = [np.zeros((count, BLOCK)) for _ in range(3)]
    rows: list[Floats] = [np.zeros(BLOCK) for _ in range(5)]
    whole: list[Integers] = [np.zeros(BLOCK, dtype=np.int64) for _ in range(4)]
    parts: list[Any] = [*wide, *rows, whole[0], whole[0].view(np.float64), *whole[1:]]
    return Block(*parts)


def make_sums(windows: int, returns: Floats, count: int) -> Sums:
    """Make what W windows add up, of K = ``count`` actions; ``returns`` go on from the windows before."""
    parts: list[Any] = [np.zeros((windows, len(returns))) for _ in range(6)]
    tables: list[Any] = [np.zeros((windows, len(returns), count), kind) for kind in (np.float64, np.int64, np.bool_)]
    return Sums(*[*parts, returns, *tables])
