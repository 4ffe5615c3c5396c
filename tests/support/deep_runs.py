"""Deep agents after training: what they return when they act greedily."""

import numpy as np

import envs
from boltzmann.experiments import rollout


def trained(agent, environment, steps, replicates, seed, *, last, on_step=None, **arguments):
    """Train an agent, and return the mean return of its episodes in the last steps, shape (R,)."""
    env = envs.make_raw(environment, replicates, **arguments)
    rng, seeds = np.random.default_rng(seed), [1000 * seed + row for row in range(replicates)]
    record = rollout(env, agent, np.array([steps - last, steps]), seeds, rng, on_step=on_step)
    return record.arrays["return_sum"][1] / record.arrays["episodes"][1]


def greedy_returns(agent, environment, replicates, episodes, seed, **arguments):
    """Return the mean return of each replicate over episodes of greedy actions, shape (R,)."""
    totals = np.zeros(replicates)
    for episode in range(episodes):
        env = envs.make_raw(environment, replicates, **arguments)
        seeds = [10**6 + seed + replicates * episode + row for row in range(replicates)]
        observations, _ = env.reset(seed=seeds)
        plays = np.ones(replicates, dtype=bool)
        while plays.any():
            observations, rewards, terminated, truncated, _ = env.step(agent.values(observations).argmax(axis=1))
            totals += rewards * plays
            plays &= ~(terminated | truncated)
        env.close()
    return totals / episodes
