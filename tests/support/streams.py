"""Inputs for the tests of learners: prepared agents, random transitions, masks, and the randomness of one row."""

import copy

import numpy as np
from gymnasium.spaces import Discrete


def prepared(learner, num_envs=3, states=4, actions=3, seed=0):
    agent = copy.deepcopy(learner)
    agent.reset(num_envs, Discrete(states), Discrete(actions), np.random.default_rng(seed))
    return agent


def random_transitions(rng, count, num_envs, states, actions):
    for _ in range(count):
        yield (
            rng.integers(states, size=num_envs),
            rng.integers(actions, size=num_envs),
            rng.normal(size=num_envs),
            rng.integers(states, size=num_envs),
            rng.random(num_envs) < 0.3,
            rng.random(num_envs) < 0.3,
        )


def masked(agent, rng):
    """Show an agent a random mask in every state of every replicate; return the mask, shape (R, S, K)."""
    replicates, states, actions = agent.values.shape
    mask = rng.random((replicates, states, actions)) < 0.6
    mask[..., 0] |= ~mask.any(axis=-1)
    for state in range(states):
        agent.act(np.full(replicates, state), where=mask[:, state])
    return mask


def allowed_transitions(rng, mask, count):
    """Random transitions whose actions the mask allows."""
    replicates, states, actions = mask.shape
    for transition in random_transitions(rng, count, replicates, states, actions):
        observations = transition[0]
        scores = rng.random((replicates, actions)) * mask[np.arange(replicates), observations]
        yield (observations, scores.argmax(axis=-1), *transition[2:])


class RowOf(np.random.Generator):
    """The uniforms of one of many rows, for an agent that has this row alone."""

    def __init__(self, seed, row, rows):
        super().__init__(np.random.PCG64(seed))
        self.row, self.rows = row, rows

    def random(self, size=None, **_):
        drawn = super().random(self.rows)[self.row]
        return drawn if size is None else np.full(size, drawn)
