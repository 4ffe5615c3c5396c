"""Stretches of steps on tables as compiled loops.

Random numbers come from the same Generators in the same order as in lockstep: a uniform for each row's action, then a
number for each row's outcome, one for the start of its next episode, and one for the noise of its reward, if any. They
are drawn some steps in advance. A block of rows then takes these steps one after another, and its data stays in the
caches.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.compiling import called, exact
from boltzmann.experiments.engine.compiled.records import (
    BLOCK,
    NEXT_ACTION,
    NO_BACKUP,
    VECTOR,
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
    choose,
    distribute,
    draw_normals,
    draw_uniforms,
    learn,
)
from boltzmann.experiments.engine.compiled.tables import draw_start, read_next_rows, read_row


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
    """Let every replicate walk on a table through windows that end after ``ends`` steps."""
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
    averages, extra_count, step_size = learner.averages, learner.extra_count, learner.step_size
    rates, discount = learner.rates, learner.discount
    backup, temperatures = learner.backup, learner.temperatures
    mixed, epsilons, exploring, exploiting, _ = policy
    states, elapsed, limit = world.states, world.elapsed, world.limit
    mask, observations = world.mask, world.observations
    cumulative, next_states, rewards, terminated = world.cumulative, world.next_states, world.rewards, world.terminated
    gaps, initial, one_start, noise = world.gaps, world.initial, world.one_start, world.noise
    action_draws, outcome_draws, start_draws, noise_draws = draws.actions, draws.outcomes, draws.starts, draws.noise
    q, next_q, weights, exploring_weights = block.q, block.next_q, block.weights, block.exploring_weights
    top, total, threshold, backed_up = block.top, block.total, block.threshold, block.backed_up
    actions, next_actions, entries = block.actions, block.next_actions, block.entries
    table_rows, next_table_rows = block.table_rows, block.next_table_rows
    reward_sum, gap_sum, optimal = sums.reward.reshape(-1), sums.gap.reshape(-1), sums.optimal.reshape(-1)
    greedy, episodes, return_sum = sums.greedy.reshape(-1), sums.episodes.reshape(-1), sums.return_sum.reshape(-1)
    returns, poison, last_values = sums.returns, sums.poison, sums.last_values
    rows, state_count, count = learner.values.shape
    outcomes, masked = cumulative.shape[1], len(mask) > 0
    drawn_actions, has_drawn, drawn_values = learner.drawn_actions, learner.has_drawn, learner.drawn_values
    sampled, choices = backup == NEXT_ACTION, 2 if backup == NEXT_ACTION else 1
    padded = (n + VECTOR - 1) // VECTOR * VECTOR
    window = np.searchsorted(ends, begin, side="right")
    for i in range(n):
        s = states[first + i]
        table_rows[i] = (first + i) * state_count + observations[s]
        read_row(values, table_rows[i], mask, s, i, q)
        if sampled and has_drawn[first + i]:
            for a in range(count):
                q[a, i] = drawn_values[first + i, a]
    for t in range(begin, end):
        if t == ends[window]:
            window += 1
        draws_at, sums_at = (t - begin) * rows + first, window * rows + first
        if t == ends[window] - 1:
            for a in range(count):
                for i in range(n):
                    last_values[window, first + i, a] = q[a, i]
        if masked:
            for i in range(n):
                seen[table_rows[i]] = True
        distribute(mixed, epsilons[t], exploring[t], exploiting[t], padded, q, top, weights, exploring_weights, total)
        choose(padded, action_draws, (t - begin) * rows * choices + first, weights, threshold, actions)
        for i in range(n):
            if sampled and has_drawn[first + i]:
                actions[i] = drawn_actions[first + i]
            greedy[sums_at + i] += 1.0 if q[actions[i], i] == top[i] else 0.0
            pair = states[first + i] * count + actions[i]
            entry = pair * outcomes
            for m in range(outcomes - 1):
                entry += 1 if cumulative[pair, m] <= outcome_draws[draws_at + i] else 0
            entries[i] = entry
            next_table_rows[i] = (first + i) * state_count + observations[next_states[entry]]
            if masked and not terminated[entry]:
                # A transition has the mask of the state that it bootstraps from.
                seen[next_table_rows[i]] = True
        read_next_rows(values, next_table_rows, seen, mask, next_states, entries, n, next_q)
        if sampled:
            distribute(
                mixed,
                epsilons[t + 1],
                exploring[t + 1],
                exploiting[t + 1],
                padded,
                next_q,
                top,
                weights,
                exploring_weights,
                total,
            )
            choose(padded, action_draws, ((t - begin) * choices + 1) * rows + first, weights, threshold, next_actions)
            for i in range(n):
                drawn_actions[first + i] = next_actions[i]
                backed_up[i] = next_q[next_actions[i], i]
        elif backup != NO_BACKUP:
            back_up(
                backup,
                temperatures[t],
                mixed,
                epsilons[t],
                exploring[t],
                exploiting[t],
                padded,
                next_q,
                top,
                weights,
                exploring_weights,
                total,
                backed_up,
            )
        for a in range(count):
            for i in range(padded):
                q[a, i] = next_q[a, i]
        for i in range(n):
            r, a, entry, here = first + i, actions[i], entries[i], table_rows[i]
            pair = states[r] * count + a
            reward, ended = rewards[entry], terminated[entry]
            if len(noise) > 0:
                reward = reward + noise[pair] * noise_draws[draws_at + i]
            future = discount * backed_up[i] if backup != NO_BACKUP and not ended else 0.0
            value = learn(values, visits, here * count + a, reward + future, averages, extra_count, step_size, rates)
            poison[r] += value - value
            gap = gaps[pair]
            reward_sum[sums_at + i] += reward
            gap_sum[sums_at + i] += gap
            optimal[sums_at + i] += 1.0 if gap == 0.0 else 0.0
            returns[r] += reward
            elapsed[r] += 1
            states[r], table_rows[i] = next_states[entry], next_table_rows[i]
            if ended or elapsed[r] == limit:
                episodes[sums_at + i] += 1.0
                return_sum[sums_at + i] += returns[r]
                returns[r] = 0.0
                elapsed[r] = 0
                states[r] = draw_start(initial, 0.0 if one_start else start_draws[draws_at + i])
                table_rows[i] = r * state_count + observations[states[r]]
                read_row(values, table_rows[i], mask, states[r], i, q)
                if sampled:
                    has_drawn[r] = False
            elif sampled:
                has_drawn[r] = True
            elif table_rows[i] == here:
                q[a, i] = value
    if sampled:
        for i in range(n):
            for a in range(count):
                drawn_values[first + i, a] = q[a, i]
