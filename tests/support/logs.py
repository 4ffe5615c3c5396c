"""Logs of bandits whose true values are known."""

import numpy as np

from boltzmann import Gibbs
from boltzmann.offpolicy import Log


def golden_log(**changes):
    """Five rows of values (0, 1, 2) at beta = log 2, p = (1, 2, 4) / 7, whose answers are fractions."""
    actions = np.array([2, 1, 1, 0, 0])
    columns = {
        "actions": actions,
        "log_prob": np.log(np.array([1, 2, 4]) / 7)[actions],
        "rewards": [1.0, 0.0, 1.0, 1.0, 0.5],
        "values": np.tile([0.0, 1.0, 2.0], (5, 1)),
        "temperature": 1 / np.log(2),
    }
    return Log(**{**columns, **changes})


def bernoulli_log(rng, n=300, arms=10, temperature=0.3, error=0.2, **others):
    """A log of a Bernoulli bandit, whose values are its means with an error."""
    means = rng.random(arms)
    values = np.tile(means + error * rng.normal(size=arms), (n, 1))
    logged = Gibbs(values, temperature)
    actions = logged.sample(rng)
    rewards = (rng.random(n) < means[actions]).astype(float)
    return Log(actions, logged.log_prob(actions), rewards, values, temperature, bounds=(0, 1), **others)
