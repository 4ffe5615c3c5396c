"""How often intervals hold, and what picking a temperature from the log gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.offpolicy.logged_problems import TEMPERATURES, LoggedProblem, true_value
from boltzmann.arrays import Floats
from boltzmann.offpolicy import Log, TemperatureChoice, evaluate, pick_temperature

LEAST_EFFECTIVE = 100.0
"""The normal interval is asked to hold from this effective size on, where the log covers the policy."""


@dataclass(frozen=True)
class Coverage:
    """Counts over logs, and gains over staying with the logged temperature.

    Attributes
    ----------
    temperatures : sequence of float
        The candidates.
    logs : int
        Number of logs.
    normal, betting, drifting : arrays of int, one entry for each temperature
        How many intervals held.
    asked, normal_asked : arrays of int
        How many logs have an effective size of at least 100 and leave at most 1 % over; how many normal intervals
        held there.
    gains : array of shape (logs,)
        What the pick truly earns more than staying.
    ungated : array of shape (logs,)
        The same for the largest estimate, covered or not.
    best : array of shape (logs,)
        The same for the truly best candidate.
    """

    temperatures: Sequence[float]
    logs: int
    normal: Floats
    betting: Floats
    drifting: Floats
    asked: Floats
    normal_asked: Floats
    gains: Floats
    ungated: Floats
    best: Floats

    @property
    def regret(self) -> float:
        """What the pick earns less than the truly best candidate, on average."""
        return float((self.best - self.gains).mean())


def measure(
    problem: LoggedProblem,
    logs: int,
    rng: np.random.Generator,
    temperatures: Sequence[float] = TEMPERATURES,
    narrow: float = 1.0,
) -> Coverage:
    """Draw logs of a problem and count; ``narrow`` below 1 narrows all intervals, for a check that must fail."""
    counts = np.zeros((5, len(temperatures)))
    gains = np.empty((3, logs))
    for index in range(logs):
        log, values, means = problem.log(rng)
        choice = pick_temperature(log, list(temperatures))
        truths = [true_value(values, means, temperature) for temperature in temperatures]
        staying = true_value(values, means, problem.temperature)
        counts += _held(log, choice, truths, narrow)
        values_of = dict(zip(temperatures, truths, strict=True))
        largest = max(choice.candidates, key=lambda one: np.nan_to_num(one.estimate.value, nan=-np.inf))
        picked = staying if choice.best is None else values_of[choice.best.policy]  # type: ignore[index]
        gains[:, index] = picked - staying, values_of[largest.policy] - staying, max(truths) - staying  # type: ignore[index]
    return Coverage(temperatures, logs, *counts, *gains)


def _held(log: Log, choice: TemperatureChoice, truths: Sequence[float], narrow: float) -> Floats:
    rows = []
    for one, truth in zip(choice.candidates, truths, strict=True):
        estimate, (least, most) = one.estimate, one.within or (np.nan, np.nan)
        normal = _within(estimate.low, truth, estimate.high, narrow)
        asked = estimate.effective_size >= LEAST_EFFECTIVE and one.covered
        betting = evaluate(log, one.policy, interval="betting")
        held = (_within(betting.low, truth, betting.high, narrow), _within(least, truth, most, narrow))
        rows.append((normal, *held, asked, asked and normal))
    return np.array(rows, dtype=np.float64).T


def _within(low: float, truth: float, high: float, narrow: float) -> bool:
    middle, half = (low + high) / 2, narrow * (high - low) / 2
    return middle - half <= truth <= middle + half
