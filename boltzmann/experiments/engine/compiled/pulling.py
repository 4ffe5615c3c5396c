"""Stretches of pulls of bandits as compiled loops; as ``walking``, with one state and no episodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.records import BLOCK, Block, Draws, Learner, Mixture, Pulls, Sums
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
    """Let every replicate pull arms through windows that end after so many steps."""
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
    averages, by, rates, discount = learner.averages, learner.by, learner.rates, learner.discount
    backup, heats = learner.backup, learner.heats
    mixed, epsilons, exploring, exploiting, _ = policy
    means, noise, highest, binary = world.means.reshape(-1), world.noise.reshape(-1), world.best, world.binary
    action_draws, outcome_draws = draws.actions, draws.outcomes
    q, _, weights, other, top, total, level, best, actions, _, _, _, _ = block
    reward_sum, gap_sum, optimal = sums.reward.reshape(-1), sums.gap.reshape(-1), sums.optimal.reshape(-1)
    greedy, returns, poison, last_values = sums.greedy.reshape(-1), sums.returns, sums.poison, sums.last_values
    rows, _, count = learner.values.shape
    wide = (n + 7) // 8 * 8
    window = np.searchsorted(ends, begin, side="right")
    for i in range(n):
        for a in range(count):
            q[a, i] = values[(first + i) * count + a]
    for t in range(begin, end):
        if t == ends[window]:
            window += 1
        drawn, into = (t - begin) * rows + first, window * rows + first
        if t == ends[window] - 1:
            for a in range(count):
                for i in range(n):
                    last_values[window, first + i, a] = q[a, i]
        distribute(mixed, epsilons[t], exploring[t], exploiting[t], wide, q, top, weights, other, total)
        choose(wide, action_draws, drawn, weights, level, actions)
        for i in range(n):
            greedy[into + i] += 1.0 if q[actions[i], i] == top[i] else 0.0
        if backup > 0:
            back_up(
                backup,
                heats[t],
                mixed,
                epsilons[t],
                exploring[t],
                exploiting[t],
                wide,
                q,
                top,
                weights,
                other,
                total,
                best,
            )
        for i in range(n):
            r, a = first + i, actions[i]
            place = r * count + a
            mean, number = means[place], outcome_draws[drawn + i]
            reward = (1.0 if number < mean else 0.0) if binary else mean + noise[place] * number
            future = discount * best[i] if backup > 0 else 0.0
            q[a, i] = learn(values, visits, place, reward + future, averages, by, rates)
            poison[r] += q[a, i] - q[a, i]
            gap = highest[r] - mean
            reward_sum[into + i] += reward
            gap_sum[into + i] += gap
            optimal[into + i] += 1.0 if gap == 0.0 else 0.0
            returns[r] += reward
