"""Learners that users derive from ours."""

from dataclasses import dataclass

import numpy as np
import pytest
from gymnasium.spaces import Discrete

from agents import PolicyAgent, QLearning, TemporalDifference
from boltzmann import Greedy


@pytest.mark.parametrize("base", [PolicyAgent, TemporalDifference, QLearning])
def test_a_subclass_adds_arrays_in_reset_or_in_its_hook(base):
    @dataclass(repr=False)
    class Whole(base):
        def reset(self, num_envs, observation_space, action_space, rng):
            super().reset(num_envs, observation_space, action_space, rng)
            self.seen = np.zeros_like(self.visits)

    @dataclass(repr=False)
    class Hook(base):
        def _reset_state(self):
            super()._reset_state()
            self.seen = np.zeros_like(self.visits)

    for kind in (Whole, Hook):
        agent = kind(Greedy())
        for replicates in (2, 3):
            agent.reset(replicates, Discrete(4), Discrete(5), np.random.default_rng(0))
            assert agent.seen.shape == agent.values.shape == (replicates, 4, 5)
            assert agent.act(np.zeros(replicates, dtype=int)).actions.shape == (replicates,)
            agent.seen += 1
