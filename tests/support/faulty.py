"""An agent and an environment that fail in a chosen way at a chosen place, for tests of how a run handles it."""

import ctypes
import os
import signal
import threading
import time
from dataclasses import dataclass

import gymnasium

from agents import SampleAverage
from boltzmann import Uniform


class OddError(BaseException):
    """Not an Exception."""


class TextlessError(Exception):
    """Fails when it is shown."""

    def __str__(self):
        raise SystemExit("no text")

    __repr__ = __str__


class UnpicklableError(Exception):
    """Cannot be sent to another process."""

    def __init__(self):
        super().__init__(threading.Lock())

    def __reduce__(self):
        raise TypeError("cannot be pickled")


RAISED = {
    "exit": lambda: SystemExit(0),
    "exit with a text": lambda: SystemExit("text"),
    "interrupt": KeyboardInterrupt,
    "generator": GeneratorExit,
    "base": lambda: OddError("odd"),
    "memory": MemoryError,
    "recursion": RecursionError,
    "stop": StopIteration,
    "os": lambda: OSError(28, "No space left"),
    "textless": TextlessError,
    "unpicklable": UnpicklableError,
    "long": lambda: ValueError("x" * 10_000),
}
ENDINGS = {
    "os._exit": lambda: os._exit(0),
    "abort": os.abort,
    "segmentation fault": lambda: ctypes.string_at(0),
    "terminated": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
}


def loop():
    while True:
        pass


HANGS = {
    "sleep": lambda: time.sleep(1000),
    "loop": loop,
    # PyDLL keeps the interpreter's lock, so that no other Python thread runs.
    "sleep in C": lambda: ctypes.PyDLL(None).sleep(1000),
}


def fail(kind):
    if kind in RAISED:
        raise RAISED[kind]()
    (ENDINGS | HANGS)[kind]()


@dataclass(repr=False)
class FaultyAgent(SampleAverage):
    """Fails at ``at``, counted from 1, unless it is in the process ``spared``."""

    kind: str = "exit"
    at: int = 10
    spared: int = 0

    def reset(self, num_envs, observation_space, action_space, rng):
        super().reset(num_envs, observation_space, action_space, rng)
        self.taken = 0
        if self.at == 0 and os.getpid() != self.spared:
            fail(self.kind)

    def act(self, observations, where=None):
        self.taken += 1
        if self.taken == self.at and os.getpid() != self.spared:
            fail(self.kind)
        return super().act(observations, where)


class FaultyEnv(gymnasium.Env):
    """Fails in ``where``, at a step counted from 1 or in another method, unless it is in the process ``spared``."""

    observation_space = gymnasium.spaces.Discrete(1)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, kind="exit", where="step", at=10, spared=0):
        self.kind, self.where, self.at, self.spared, self.taken = kind, where, at, spared, 0
        self._fail_in("constructor")

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._fail_in("reset")
        return 0, {}

    def step(self, action):
        self.taken += 1
        if self.taken == self.at:
            self._fail_in("step")
        return 0, float(action), False, False, {}

    def close(self):
        self._fail_in("close")

    def _fail_in(self, place):
        if self.where == place and os.getpid() != self.spared:
            fail(self.kind)


@dataclass(frozen=True, repr=False)
class FaultyPolicy(Uniform):
    """Fails at a step, counted from 0 as policies count."""

    kind: str = "exit"
    step: int = 10

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None):
        if step == self.step:
            fail(self.kind)
        return super().__call__(values, step=step, where=where)


if "Faulty-v0" not in gymnasium.registry:
    gymnasium.register("Faulty-v0", entry_point=FaultyEnv, max_episode_steps=100)
