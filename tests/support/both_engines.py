"""The same cell on both engines, and the comparison of their records."""

import copy

import numpy as np

import envs
from boltzmann.experiments import RECORDED, rollout

STEPS, ENDS = 130, np.array([1, 60, 130])


def made(world, rows):
    name, _, arguments = world.partition("(")
    kwargs = dict(part.split("=") for part in arguments.rstrip(")").split(",") if part)
    return envs.make(name, rows, discount=0.9, **{key: int(value) for key, value in kwargs.items()})


class ActionLog:
    """An environment that keeps the actions of every step."""

    def __init__(self, env):
        self._env, self.actions = env, []

    def __getattr__(self, name):
        return getattr(self._env, name)

    def step(self, actions):
        self.actions.append(np.array(actions))
        return self._env.step(actions)


def by_both(world, agent, rows):
    logged, lockstep_agent, compiled_agent = ActionLog(made(world, rows)), copy.deepcopy(agent), copy.deepcopy(agent)
    seeds = list(range(rows))
    slow = rollout(logged, lockstep_agent, ENDS, seeds, np.random.default_rng(1), engine="lockstep")
    fast = rollout(made(world, rows), compiled_agent, ENDS, seeds, np.random.default_rng(1), engine="compiled")
    assert (slow.engine, fast.engine) == ("lockstep", "compiled")
    return lockstep_agent, compiled_agent, slow, fast, logged.actions


def assert_the_same(world, agent, rows, exact):
    lockstep_agent, compiled_agent, slow, fast, _ = by_both(world, agent, rows)
    np.testing.assert_array_equal(lockstep_agent.visits, compiled_agent.visits)
    assert lockstep_agent.step == compiled_agent.step
    if lockstep_agent.allowed is None:
        assert compiled_agent.allowed is None
    else:
        np.testing.assert_array_equal(lockstep_agent.allowed, compiled_agent.allowed)
    close = {"rtol": 0, "atol": 0} if exact else {"rtol": 1e-10, "atol": 1e-12}
    np.testing.assert_allclose(lockstep_agent.values, compiled_agent.values, **close)
    for name in RECORDED:
        loose = {"rtol": 1e-12, "atol": 1e-12} if name in ("reward", "return_sum", "gap") else close
        if name == "greedy" and not exact:
            # A tie that the last bit of a sum breaks may count or not.
            loose = {"rtol": 0, "atol": 0.1}
        np.testing.assert_allclose(fast.arrays[name], slow.arrays[name], err_msg=name, **loose)


LEARNT = """
import numpy as np
import envs
from agents import QLearning
from boltzmann import Boltzmann
from boltzmann.experiments import rollout

agent = QLearning(Boltzmann(0.1), step_size=0.5)
env = envs.make("boltzmann/RiverSwim-v0", 2, max_episode_steps=20)
rollout(env, agent, np.array([50]), [0, 1], np.random.default_rng(0), engine="compiled")
print(agent.values.sum())
"""
"""A script that learns in compiled loops and prints what it has learnt."""
