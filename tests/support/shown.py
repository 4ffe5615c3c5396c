"""Environments that show given observations, or random ones of a given space."""

import gymnasium
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import Discrete


class Shows(gymnasium.Env):
    """An environment that shows random observations of a space, or given ones one after another."""

    action_space = Discrete(2)

    def __init__(self, space, observations=(), action_space=None):
        self.observation_space = space
        self._given, self._next = list(observations), 0
        if action_space is not None:
            self.action_space = action_space

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(int(self.np_random.integers(2**31)))
        return self._show(), {}

    def step(self, action):
        return self._show(), 0.0, False, False, {}

    def _show(self):
        if not self._given:
            return self.observation_space.sample()
        observation = self._given[self._next % len(self._given)]
        self._next += 1
        return observation


def spec_of(make, name="Shows-v0"):
    """The spec of environments that a function makes, for ``envs.make``."""
    return EnvSpec(name, make, max_episode_steps=100, disable_env_checker=True)
