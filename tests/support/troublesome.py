"""Agents that fail in a block of their choice, for tests of how a run handles it."""

import os
import resource
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from agents import SampleAverage
from boltzmann import Uniform


@dataclass(repr=False)
class Raising(SampleAverage):
    """Raises in its tenth step or later, after the steps of the rehearsal."""

    after: int = 10

    def act(self, observations, where=None):
        if self.visits.sum() >= self.after * len(self.visits):
            raise ArithmeticError("the tenth step is too much")
        return super().act(observations, where)


@dataclass(repr=False)
class Deadly(SampleAverage):
    """Kills its process in the tenth step of a block of two, ``times`` times; its file gets a line each time."""

    log: str = ""
    times: int = 1

    def act(self, observations, where=None):
        # Only one block, so that its file does not depend on which process was faster.
        if len(self.visits) == 2 and self.visits.sum() == 10 * len(self.visits):
            with open(self.log, "a") as file:
                file.write("killed\n")
            if len(Path(self.log).read_text().splitlines()) <= self.times:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().act(observations, where)


@dataclass(repr=False)
class Filling(SampleAverage):
    """Limits files of its process to a hundred bytes, as on a full disk, unless it is the process ``watched``."""

    watched: int = 0

    def act(self, observations, where=None):
        if os.getpid() != self.watched:
            _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
        return super().act(observations, where)


@dataclass(repr=False)
class Slow(SampleAverage):
    """Takes a moment for each step."""

    seconds: float = 0.01

    def act(self, observations, where=None):
        if len(self.visits) > 1:
            time.sleep(self.seconds)
        return super().act(observations, where)


def uniform(kind, **parameters):
    """Make one of these agents with random actions."""
    return kind(Uniform(), **parameters)
