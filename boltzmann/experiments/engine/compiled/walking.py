"""Stretches of steps on tables as compiled loops.

Random numbers come from the same Generators in the same order as in lockstep: a uniform for each row's action, then a
number for each row's outcome, one for the start of its next episode, and one for the noise of its reward, where there
is any. They are drawn some steps ahead, so that a block of rows can take these steps one after another: what it reads
and writes then stays in the caches.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.records import (
    BLOCK,
    NEXT_ACTION,
    Block,
    Draws,
    Learner,
    Mixture,
    Sums,
    Transitions,
)
from boltzmann.experiments.engine.compiled.revision import REVISION
from boltzmann.experiments.engine.compiled.stages import (
    back_up,
    called,
    choose,
    distribute,
    draw_normals,
    draw_uniforms,
    exact,
    learn,
    staged,
)


@exact
def walk_stretch(
    ends: Any,
    learner: Learner,
    policy: Mixture,
    world: Transitions,
    sums: Sums,
    draws: Draws,
    block: Block,
    revision: int = REVISION,
) -> None:
    """Let every replicate walk on a table through windows that end after so many steps."""
    rows, total = len(world.states), ends[-1]
    for begin in range(0, total, draws.steps):
        end = min(begin + draws.steps, total)
        numbers = (end - begin) * rows
        draw_uniforms(policy.rng, numbers * (2 if learner.backup == NEXT_ACTION else 1), draws.actions)
        if world.cumulative.shape[1] > 1:
            draw_uniforms(world.rng, numbers, draws.outcomes)
        if not world.one_start:
            draw_uniforms(world.starts, numbers, draws.starts)
        if len(world.noise) > 0:
            draw_normals(world.rewarding, numbers, draws.noise)
        for first in range(0, rows, BLOCK):
            _walk_block(first, min(BLOCK, rows - first), begin, end, ends, learner, policy, world, sums, draws, block)


@called
def _walk_block(
    first: int,
    n: int,
    begin: int,
    end: int,
    ends: Any,
    learner: Learner,
    policy: Mixture,
    world: Transitions,
    sums: Sums,
    draws: Draws,
    block: Block,
) -> None:
    values, visits, seen = learner.values.reshape(-1), learner.visits.reshape(-1), learner.seen.reshape(-1)
    averages, by, rates, discount = learner.averages, learner.by, learner.rates, learner.discount
    backup, heats = learner.backup, learner.heats
    mixed, epsilons, exploring, exploiting, _ = policy
    states, elapsed, limit, mask, observations = (
        world.states,
        world.elapsed,
        world.limit,
        world.mask,
        world.observations,
    )
    cumulative, next_states, rewards, terminated = world.cumulative, world.next_states, world.rewards, world.terminated
    gaps, initial, one_start, noise = world.gaps, world.initial, world.one_start, world.noise
    action_draws, outcome_draws, start_draws, noise_draws = draws.actions, draws.outcomes, draws.starts, draws.noise
    q, ahead, weights, other, top, total, level, best, actions, next_actions, entries, places, reached = block
    reward_sum, gap_sum, optimal = sums.reward.reshape(-1), sums.gap.reshape(-1), sums.optimal.reshape(-1)
    greedy, episodes, return_sum = sums.greedy.reshape(-1), sums.episodes.reshape(-1), sums.return_sum.reshape(-1)
    returns, poison, last_values = sums.returns, sums.poison, sums.last_values
    rows, spots, count = learner.values.shape
    outcomes, masked = cumulative.shape[1], len(mask) > 0
    following, kept, told = learner.following, learner.kept, learner.told
    sampled, choices = backup == NEXT_ACTION, 2 if backup == NEXT_ACTION else 1
    wide = (n + 7) // 8 * 8
    window = np.searchsorted(ends, begin, side="right")
    for i in range(n):
        s = states[first + i]
        places[i] = (first + i) * spots + observations[s]
        _read_row(values, places[i], mask, s, i, q)
        if sampled and kept[first + i]:
            for a in range(count):
                q[a, i] = told[first + i, a]
    for t in range(begin, end):
        if t == ends[window]:
            window += 1
        drawn, into = (t - begin) * rows + first, window * rows + first
        if t == ends[window] - 1:
            for a in range(count):
                for i in range(n):
                    last_values[window, first + i, a] = q[a, i]
        if masked:
            for i in range(n):
                seen[places[i]] = True
        distribute(mixed, epsilons[t], exploring[t], exploiting[t], wide, q, top, weights, other, total)
        choose(wide, action_draws, (t - begin) * rows * choices + first, weights, level, actions)
        for i in range(n):
            if sampled and kept[first + i]:
                actions[i] = following[first + i]
            greedy[into + i] += 1.0 if q[actions[i], i] == top[i] else 0.0
            pair = states[first + i] * count + actions[i]
            entry = pair * outcomes
            for m in range(outcomes - 1):
                entry += 1 if cumulative[pair, m] <= outcome_draws[drawn + i] else 0
            entries[i] = entry
            reached[i] = (first + i) * spots + observations[next_states[entry]]
        _read_ahead(values, reached, seen, mask, next_states, entries, n, ahead)
        if sampled:
            distribute(
                mixed, epsilons[t + 1], exploring[t + 1], exploiting[t + 1], wide, ahead, top, weights, other, total
            )
            choose(wide, action_draws, ((t - begin) * choices + 1) * rows + first, weights, level, next_actions)
            for i in range(n):
                following[first + i] = next_actions[i]
                best[i] = ahead[next_actions[i], i]
        elif backup > 0:
            back_up(
                backup,
                heats[t],
                mixed,
                epsilons[t],
                exploring[t],
                exploiting[t],
                wide,
                ahead,
                top,
                weights,
                other,
                total,
                best,
            )
        for a in range(count):
            for i in range(wide):
                q[a, i] = ahead[a, i]
        for i in range(n):
            r, a, entry, here = first + i, actions[i], entries[i], places[i]
            pair = states[r] * count + a
            reward, over = rewards[entry], terminated[entry]
            if len(noise) > 0:
                reward = reward + noise[pair] * noise_draws[drawn + i]
            future = discount * best[i] if backup > 0 and not over else 0.0
            value = learn(values, visits, here * count + a, reward + future, averages, by, rates)
            poison[r] += value - value
            gap = gaps[pair]
            reward_sum[into + i] += reward
            gap_sum[into + i] += gap
            optimal[into + i] += 1.0 if gap == 0.0 else 0.0
            returns[r] += reward
            elapsed[r] += 1
            states[r], places[i] = next_states[entry], reached[i]
            if over or elapsed[r] == limit:
                episodes[into + i] += 1.0
                return_sum[into + i] += returns[r]
                returns[r] = 0.0
                elapsed[r] = 0
                states[r] = _start(initial, 0.0 if one_start else start_draws[drawn + i])
                places[i] = r * spots + observations[states[r]]
                _read_row(values, places[i], mask, states[r], i, q)
                if sampled:
                    kept[r] = False
            elif masked and not seen[places[i]]:
                _read_row(values, places[i], mask, states[r], i, q)
                if sampled:
                    # It was drawn from all actions, and is good where all are allowed.
                    kept[r] = _forbids_nothing(mask, states[r])
            elif sampled:
                kept[r] = True
            elif places[i] == here:
                q[a, i] = value
    if sampled:
        for i in range(n):
            for a in range(count):
                told[first + i, a] = q[a, i]


@staged
def _read_row(values: Any, place: int, mask: Any, forbidding: int, i: int, q: Any) -> None:
    """Read the values of a state of one row; a row of the mask adds its 0 or -inf."""
    start = place * len(q)
    if len(mask) == 0:
        for a in range(len(q)):
            q[a, i] = values[start + a]
    else:
        for a in range(len(q)):
            q[a, i] = values[start + a] + mask[forbidding, a]


@staged
def _read_ahead(
    values: Any, reached: Any, seen: Any, mask: Any, next_states: Any, entries: Any, n: int, ahead: Any
) -> None:
    """Read the values of the states that rows have reached, and the masks as far as they have been seen there."""
    count = len(ahead)
    if len(mask) == 0:
        for i in range(n):
            for a in range(count):
                ahead[a, i] = values[reached[i] * count + a]
    else:
        for i in range(n):
            # The last row of the mask forbids nothing.
            forbidding = next_states[entries[i]] if seen[reached[i]] else len(mask) - 1
            for a in range(count):
                ahead[a, i] = values[reached[i] * count + a] + mask[forbidding, a]


@staged
def _forbids_nothing(mask: Any, state: int) -> bool:
    allowed = True
    for a in range(mask.shape[1]):
        allowed = allowed and mask[state, a] == 0.0
    return allowed


@staged
def _start(initial: Any, uniform: float) -> Any:
    """Give the state in which an episode starts."""
    start = 0
    while initial[start] <= uniform:
        start += 1
    return start
