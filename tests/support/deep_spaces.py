"""Small environments for deep agents: one whose mask is part of the observation."""

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary

ACTIONS = 5


class MaskedEnv(gymnasium.Env):
    """Ten steps with random masks that the observation tells; it counts the forbidden actions that it was given."""

    def __init__(self):
        self.observation_space = Dict({"seen": Box(-1.0, 1.0, (3,)), "action_mask": MultiBinary(ACTIONS)})
        self.action_space = Discrete(ACTIONS)
        self.forbidden = self.taken = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.left = 10
        return self._observe(), {}

    def step(self, action):
        self.taken += 1
        self.forbidden += not self.mask[action]
        self.left -= 1
        return self._observe(), float(self.np_random.random()), self.left == 0, False, {}

    def _observe(self):
        self.mask = self.np_random.random(ACTIONS) < 0.4
        self.mask[self.np_random.integers(ACTIONS)] = True
        if self.left == 0:
            # As in many games, nothing is allowed at the end.
            self.mask[:] = False
        return {
            "seen": self.np_random.uniform(-1, 1, 3).astype(np.float32),
            "action_mask": self.mask.astype(np.int8),
        }
