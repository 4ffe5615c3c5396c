"""Shared by the oracles of learners: dictionaries of values by replicate, state and action, and random episodes."""

import math

import numpy as np
import pytest

from boltzmann import Transition
from boltzmann.notation import Expression

STEP, DISCOUNT, INITIAL = 0.3, 0.9, 1.5
SAME = {"step_size": STEP, "discount": DISCOUNT, "initial_value": INITIAL}


def named(value):
    return repr(value) if isinstance(value, Expression) else ""


def average_of(rewards, initial):
    return math.fsum(rewards) / len(rewards) if rewards else initial


def softmax(values):
    """Softmax of the entries of a dictionary, in plain Python."""
    weights = {key: math.exp(value) for key, value in values.items()}
    return {key: weight / sum(weights.values()) for key, weight in weights.items()}


def compare(agent, oracle):
    assert len(oracle) > 10
    for entry, value in oracle.items():
        assert agent.values[tuple(int(i) for i in entry)] == pytest.approx(value, rel=1e-10, abs=1e-12)


def run_in_episodes(agent, rng, steps, mask=None, truncate=False):
    """Let an agent choose its actions in random episodes; return the transitions, with the actions that followed."""
    rows, states, _ = agent.values.shape
    everyone, happened = np.arange(rows), []
    observations = rng.integers(states, size=rows)
    for _ in range(steps):
        where = None if mask is None else mask[everyone, observations]
        actions = agent.act(observations, where=where).actions
        rewards, reached = rng.normal(size=rows), rng.integers(states, size=rows)
        terminated = rng.random(rows) < 0.2
        truncated = truncate & (rng.random(rows) < 0.2)
        agent.update(Transition(observations, actions, rewards, reached, terminated, truncated))
        happened.append((observations, actions, rewards, reached, terminated, truncated))
        observations = np.where(terminated | truncated, rng.integers(states, size=rows), reached)
    return happened
