"""Stretches of steps as compiled loops: replicates inside steps, in blocks that stay in the first cache.

Random numbers come from the same Generators in the same order as in lockstep: a uniform for each row's action, then a
number for each row's outcome, and one for each row that starts again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.experiments.compiled.records import BLOCK, Block, Learner, Mixture, Pulls, Sums, Transitions
from boltzmann.experiments.compiled.stages import (
    back_up,
    choose,
    distribute,
    exact,
    keep,
    learn,
    read_rows,
)

__all__ = ["pull_stretch", "walk_stretch"]


@exact
def walk_stretch(ends: Any, learner: Learner, policy: Mixture, world: Transitions, sums: Sums, block: Block) -> None:
    """Let every replicate walk on a table through windows that end after so many steps."""
    # Fields of a tuple are taken out once: inside a loop each would be counted as a reference.
    values, visits, seen, averages, by = learner.values, learner.visits, learner.seen, learner.averages, learner.by
    discount, backup, heats = learner.discount, learner.backup, learner.heats
    mixed, epsilons, exploring, exploiting, action_rng = policy
    states, elapsed, limit, mask = world.states, world.elapsed, world.limit, world.mask
    cumulative, next_states, rewards, terminated = world.cumulative, world.next_states, world.rewards, world.terminated
    gaps, initial, rng, starts = world.gaps, world.initial, world.rng, world.starts
    q, weights, other, top, total, level, best, rounded, bits, scale, actions, entries, reached = block
    reward_sum, gap_sum, optimal, greedy = sums.reward, sums.gap, sums.optimal, sums.greedy
    episodes, return_sum, returns = sums.episodes, sums.return_sum, sums.returns
    rows, _, count = values.shape
    outcomes = cumulative.shape[1]
    window = 0
    for t in range(ends[-1]):
        if t == ends[window]:
            window += 1
        if t == ends[window] - 1:
            keep(values, visits, states, mask, window, sums)
        for first in range(0, rows, BLOCK):
            n = min(BLOCK, rows - first)
            here = states[first : first + n]
            if len(mask) > 0:
                for i in range(n):
                    seen[first + i, here[i]] = True
            read_rows(values, seen, mask, here, first, n, q)
            distribute(
                mixed, epsilons[t], exploring[t], exploiting[t], n, q, top, weights, other, total, rounded, bits, scale
            )
            choose(action_rng, n, weights, level, actions)
            for i in range(n):
                greedy[window, first + i] += 1.0 if q[actions[i], i] == top[i] else 0.0
                pair = states[first + i] * count + actions[i]
                outcome = rng.random()
                entry = pair * outcomes
                for m in range(outcomes):
                    entry += 1 if cumulative[pair, m] <= outcome else 0
                entries[i] = entry
                reached[i] = next_states[entry]
            if backup > 0:
                read_rows(values, seen, mask, reached, first, n, q)
                back_up(
                    backup,
                    heats[t],
                    mixed,
                    epsilons[t],
                    exploring[t],
                    exploiting[t],
                    n,
                    q,
                    top,
                    weights,
                    other,
                    total,
                    rounded,
                    bits,
                    scale,
                    best,
                )
            for i in range(n):
                r, a, s, entry = first + i, actions[i], states[first + i], entries[i]
                reward, over = rewards[entry], terminated[entry]
                future = discount * best[i] if backup > 0 and not over else 0.0
                learn(values, visits, r, s, a, reward + future, averages, by)
                gap = gaps[s * count + a]
                reward_sum[window, r] += reward
                gap_sum[window, r] += gap
                optimal[window, r] += 1.0 if gap == 0.0 else 0.0
                returns[r] += reward
                elapsed[r] += 1
                states[r] = reached[i]
                if over or elapsed[r] == limit:
                    episodes[window, r] += 1.0
                    return_sum[window, r] += returns[r]
                    returns[r] = 0.0
                    elapsed[r] = 0
                    outcome = starts.random()
                    start = 0
                    while initial[start] <= outcome:
                        start += 1
                    states[r] = start


@exact
def pull_stretch(ends: Any, learner: Learner, policy: Mixture, world: Pulls, sums: Sums, block: Block) -> None:
    """Let every replicate pull arms through windows that end after so many steps."""
    values, visits, seen, averages, by = learner.values, learner.visits, learner.seen, learner.averages, learner.by
    discount, backup, heats = learner.discount, learner.backup, learner.heats
    mixed, epsilons, exploring, exploiting, action_rng = policy
    means, noise, highest, binary, rng = world.means, world.noise, world.best, world.binary, world.rng
    q, weights, other, top, total, level, best, rounded, bits, scale, actions, _, reached = block
    reward_sum, gap_sum, optimal, greedy, returns = sums.reward, sums.gap, sums.optimal, sums.greedy, sums.returns
    rows = len(values)
    states, mask = np.zeros(rows, dtype=np.int64), np.zeros((0, 0))
    reached[:] = 0
    window = 0
    for t in range(ends[-1]):
        if t == ends[window]:
            window += 1
        if t == ends[window] - 1:
            keep(values, visits, states, mask, window, sums)
        for first in range(0, rows, BLOCK):
            n = min(BLOCK, rows - first)
            here = states[first : first + n]
            if len(mask) > 0:
                for i in range(n):
                    seen[first + i, here[i]] = True
            read_rows(values, seen, mask, here, first, n, q)
            distribute(
                mixed, epsilons[t], exploring[t], exploiting[t], n, q, top, weights, other, total, rounded, bits, scale
            )
            choose(action_rng, n, weights, level, actions)
            for i in range(n):
                greedy[window, first + i] += 1.0 if q[actions[i], i] == top[i] else 0.0
            if backup > 0:
                read_rows(values, seen, mask, reached, first, n, q)
                back_up(
                    backup,
                    heats[t],
                    mixed,
                    epsilons[t],
                    exploring[t],
                    exploiting[t],
                    n,
                    q,
                    top,
                    weights,
                    other,
                    total,
                    rounded,
                    bits,
                    scale,
                    best,
                )
            for i in range(n):
                r, a = first + i, actions[i]
                mean = means[r, a]
                if not binary:
                    reward = mean + noise[r, a] * rng.standard_normal()
                else:
                    reward = 1.0 if rng.random() < mean else 0.0
                future = discount * best[i] if backup > 0 else 0.0
                learn(values, visits, r, 0, a, reward + future, averages, by)
                gap = highest[r] - mean
                reward_sum[window, r] += reward
                gap_sum[window, r] += gap
                optimal[window, r] += 1.0 if gap == 0.0 else 0.0
                returns[r] += reward
