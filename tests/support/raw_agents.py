"""An agent without a table, for observations that are left as they are."""

from dataclasses import dataclass

import numpy as np

from agents import Decision
from boltzmann.notation import Expression


@dataclass(repr=False)
class LinearValues(Expression):
    """Action values are linear in the numbers of an observation."""

    policy: object
    step_size: float = 0.01

    def reset(self, num_envs, observation_space, action_space, rng):
        """Begin with all weights 0."""
        self._rng, self._step = rng, 0
        self._weights = np.zeros((num_envs, int(action_space.n), int(np.prod(observation_space.shape or 1))))

    def _values(self, observations):
        return np.einsum("rkn,rn->rk", self._weights, np.tanh(observations.reshape(len(observations), -1)))

    def act(self, observations, where=None):
        """Draw an action for each replicate."""
        values = self._values(observations)
        distribution = self.policy(values, step=self._step, where=where)
        return Decision(distribution.sample(self._rng), distribution, values)

    def update(self, transition):
        """Move the values of the actions taken towards what they led to."""
        rows = np.arange(len(transition.actions))
        after = self._values(transition.next_observations).max(axis=1) * ~transition.terminated
        error = transition.rewards + 0.9 * after - self._values(transition.observations)[rows, transition.actions]
        features = np.tanh(transition.observations.reshape(len(rows), -1))
        self._weights[rows, transition.actions] += self.step_size * error[:, None] * features
        self._step += 1
