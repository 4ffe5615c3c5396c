"""Bandits that are logged at one temperature, with the true value of every other one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from boltzmann import Gibbs
from boltzmann.arrays import Floats
from boltzmann.offpolicy import Log

TEMPERATURES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.35, 0.5, 0.7, 1.0, 2.0, 5.0, math.inf)

Draw = Callable[[np.random.Generator], tuple[Floats, Floats]]
"""Draws a problem: values and mean rewards, both (C, K), for C contexts that come equally often."""


@dataclass(frozen=True)
class LoggedProblem:
    """A bandit with rewards of 0 and 1, and how it is logged.

    Attributes
    ----------
    name : str
        For tables.
    draw : callable
        Draws the problem; every log has a new one.
    temperature : float
        The logged temperature.
    rows : int
        Rows of a log.
    """

    name: str
    draw: Draw
    temperature: float
    rows: int

    def log(self, rng: np.random.Generator) -> tuple[Log, Floats, Floats]:
        """Draw a problem and a log of it; return the log, the values and the mean rewards."""
        values, means = self.draw(rng)
        contexts = rng.integers(len(values), size=self.rows)
        logged = Gibbs(values[contexts], self.temperature)
        actions = logged.sample(rng)
        rewards = (rng.random(self.rows) < means[contexts, actions]).astype(np.float64)
        log = Log(
            actions,
            np.asarray(logged.log_prob(actions)),
            rewards,
            np.asarray(values[contexts]),
            self.temperature,
            contexts=contexts,
            bounds=(0.0, 1.0),
        )
        return log, values, means


def true_value(values: Floats, means: Floats, temperature: float) -> float:
    """Return what softmax at a temperature earns."""
    return float((Gibbs(values, temperature).probs * means).sum(axis=1).mean())


def bernoulli(error: float = 0.2) -> Draw:
    """Return ten arms whose means are uniform on [0, 1], and values that miss them by a normal error."""

    def draw(rng: np.random.Generator) -> tuple[Floats, Floats]:
        means = rng.random((1, 10))
        return means + error * rng.normal(size=means.shape), means

    return draw


def contextual(arms: int, contexts: int = 1000, features: int = 5) -> Draw:
    """Return arms that are linear in five features: values x . w, and means 1 / (1 + exp(-values))."""

    def draw(rng: np.random.Generator) -> tuple[Floats, Floats]:
        weights = rng.normal(size=(features, arms)) / math.sqrt(features)
        values = rng.normal(size=(contexts, features)) @ weights
        return values, 1 / (1 + np.exp(-values))

    return draw


PROBLEMS = (
    LoggedProblem("Bernoulli, T = 0.3, n = 300", bernoulli(), 0.3, 300),
    LoggedProblem("Bernoulli, T = 0.3, n = 3000", bernoulli(), 0.3, 3000),
    LoggedProblem("cold, T = 0.1, n = 3000", bernoulli(), 0.1, 3000),
    LoggedProblem("contextual, K = 10", contextual(10), 0.5, 2000),
    LoggedProblem("contextual, K = 100", contextual(100), 0.5, 2000),
    LoggedProblem("contextual, K = 1000", contextual(1000), 0.5, 2000),
)
