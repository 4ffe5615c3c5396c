"""Environments that tell action masks, and an agent that keeps those that it receives."""

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from agents import QLearning
from boltzmann import Uniform
from boltzmann.experiments import rollout

FORMS = {
    "int8": lambda allowed: np.array(allowed, dtype=np.int8),
    "bool": lambda allowed: np.array(allowed, dtype=np.bool_),
    "float32": lambda allowed: np.array(allowed, dtype=np.float32),
    "uint64": lambda allowed: np.array(allowed, dtype=np.uint64),
    "objects": lambda allowed: np.array([bool(flag) for flag in allowed], dtype=object),
    "list": list,
    "tuple": tuple,
    "list of bool": lambda allowed: [bool(flag) for flag in allowed],
    "list of float": lambda allowed: [float(flag) for flag in allowed],
    "list of scalars": lambda allowed: [np.int8(flag) for flag in allowed],
}
ROUND = 3


class Told(gymnasium.Env):
    """Three states in a row, the third one truncated; state s forbids action s, and taking it is an error."""

    observation_space, action_space = Discrete(3), Discrete(3)

    def __init__(self, form=FORMS["int8"], told=(0, 1, 2), allowed=None):
        self.form, self.told, self.allowed = form, told, allowed

    def info(self):
        if self.state not in self.told:
            return {}
        allowed = [int(action != self.state) for action in range(3)]
        return {"action_mask": self.form(allowed) if self.allowed is None else self.allowed}

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.state = 0
        return np.int64(0), self.info()

    def step(self, action):
        if self.state in self.told and action == self.state:
            raise AssertionError(f"forbidden action {action} in state {self.state}")
        self.state += 1
        return np.int64(self.state), 1.0, False, self.state == ROUND - 1, self.info()


def batch(*envs, kind=SyncVectorEnv, mode=AutoresetMode.SAME_STEP):
    return kind([lambda env=env: env for env in envs], autoreset_mode=mode)


class Log:
    """An agent that keeps the masks that it receives."""

    def __init__(self, agent):
        self.agent, self.where, self.next_where = agent, [], []

    def reset(self, *arguments):
        self.agent.reset(*arguments)

    def act(self, observations, where=None):
        self.where.append(where)
        return self.agent.act(observations, where)

    def update(self, transition):
        self.next_where.append(transition.next_where)
        self.agent.update(transition)


def played(env, steps=9, agent=None):
    log = Log(QLearning(Uniform()) if agent is None else agent)
    rollout(env, log, np.array([steps]), list(range(env.num_envs)), np.random.default_rng(0))
    env.close()
    return log
