"""Stretches of pulls of bandits as compiled loops: like ``walking``, with one state and no episodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.compiling import called, exact
from boltzmann.experiments.engine.compiled.records import (
    BLOCK,
    NO_BACKUP,
    VECTOR,
    Block,
    Draws,
    Learner,
    Mixture,
    Pulls,
    Sums,
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


@exact
def pull_stretch(
    ends: Any,
    learner: Learner,
    policy: Mixture,
    world: Pulls,
    sums: Sums,
    draws: Draws,
    block: Block,
    revision: int = REVISION,
) -> None:
    """Let every replicate pull arms through windows that end after ``ends`` steps."""
    rows, total = len(world.best), ends[-1]
    for begin in range(0, total, draws.steps):
        end = min(begin + draws.steps, total)
        numbers = (end - begin) * rows
        draw_uniforms(policy.rng, numbers, draws.actions)
        if world.binary:
            draw_uniforms(world.rng, numbers, draws.outcomes)
        else:
            draw_normals(world.rng, numbers, draws.outcomes)
        for first in range(0, rows, BLOCK):
            _pull_block(first, min(BLOCK, rows - first), begin, end, ends, learner, policy, world, sums, draws, block)


@called
def _pull_block(
    first: int,
    n: int,
    begin: int,
    end: int,
    ends: Any,
    learner: Learner,
    policy: Mixture,
    world: Pulls,
    sums: Sums,
    draws: Draws,
    block: Block,
) -> None:
    values, visits = learner.values.reshape(-1), learner.visits.reshape(-1)
    averages, extra_count, step_size = learner.averages, learner.extra_count, learner.step_size
    rates, discount = learner.rates, learner.discount
    backup, temperatures = learner.backup, learner.temperatures
    mixed, epsilons, exploring, exploiting, _ = policy
    means, noise, highest, binary = world.means.reshape(-1), world.noise.reshape(-1), world.best, world.binary
    action_draws, outcome_draws = draws.actions, draws.outcomes
    q, weights, exploring_weights, actions = block.q, block.weights, block.exploring_weights, block.actions
    top, total, threshold, backed_up = block.top, block.total, block.threshold, block.backed_up
    reward_sum, gap_sum, optimal = sums.reward.reshape(-1), sums.gap.reshape(-1), sums.optimal.reshape(-1)
    greedy, returns, poison, last_values = sums.greedy.reshape(-1), sums.returns, sums.poison, sums.last_values
    rows, _, count = learner.values.shape
    padded = (n + VECTOR - 1) // VECTOR * VECTOR
    window = np.searchsorted(ends, begin, side="right")
    for i in range(n):
        for a in range(count):
            q[a, i] = values[(first + i) * count + a]
    for t in range(begin, end):
        if t == ends[window]:
            window += 1
        draws_at, sums_at = (t - begin) * rows + first, window * rows + first
        if t == ends[window] - 1:
            for a in range(count):
                for i in range(n):
                    last_values[window, first + i, a] = q[a, i]
        distribute(mixed, epsilons[t], exploring[t], exploiting[t], padded, q, top, weights, exploring_weights, total)
        choose(padded, action_draws, draws_at, weights, threshold, actions)
        for i in range(n):
            greedy[sums_at + i] += 1.0 if q[actions[i], i] == top[i] else 0.0
        if backup != NO_BACKUP:
            back_up(
                backup,
                temperatures[t],
                mixed,
                epsilons[t],
                exploring[t],
                exploiting[t],
                padded,
                q,
                top,
                weights,
                exploring_weights,
                total,
                backed_up,
            )
        for i in range(n):
            r, a = first + i, actions[i]
            arm = r * count + a
            mean, number = means[arm], outcome_draws[draws_at + i]
            reward = (1.0 if number < mean else 0.0) if binary else mean + noise[arm] * number
            future = discount * backed_up[i] if backup != NO_BACKUP else 0.0
            q[a, i] = learn(values, visits, arm, reward + future, averages, extra_count, step_size, rates)
            poison[r] += q[a, i] - q[a, i]
            gap = highest[r] - mean
            reward_sum[sums_at + i] += reward
            gap_sum[sums_at + i] += gap
            optimal[sums_at + i] += 1.0 if gap == 0.0 else 0.0
            returns[r] += reward
