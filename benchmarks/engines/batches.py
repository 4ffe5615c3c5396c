"""A step of single environments whose observations are numbered in one call, beside wrappers that number each row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import envs
from benchmarks.engines.measuring import Effort, Row
from benchmarks.timing import compare, quartiles, ratios

REPLICATES = 30
BINS = (3, 4, 5, 6)


@dataclass(frozen=True)
class Batch:
    """Environments of one kind: their id, the arguments of ``envs.make``, and the wrapper that numbers a single one.

    ``target`` is the ratio of steps a second that the project aims at.
    """

    name: str
    arguments: dict[str, Any]
    wrap: Callable[[gymnasium.Env[Any, Any]], gymnasium.Env[Any, Any]]
    target: float | None = None


BATCHES = (
    Batch("CartPole-v1", {"bins": BINS}, lambda env: envs.number_observations(env, BINS), 4.2),
    Batch("Acrobot-v1", {}, envs.number_observations),
    Batch("FrozenLake-v1", {"observe": "hash"}, envs.HashObservation),
)


def measure_batches(effort: Effort) -> Iterator[Row]:
    """Measure steps with random actions in processor time, both forms in turns."""
    for batch in BATCHES:
        forms = {
            "one call": envs.make(batch.name, REPLICATES, **batch.arguments),
            "row by row": SyncVectorEnv(
                [lambda batch=batch: batch.wrap(gymnasium.make(batch.name))] * REPLICATES,  # type: ignore[misc]
                autoreset_mode=AutoresetMode.SAME_STEP,
            ),
        }
        functions = {name: _stepping(form) for name, form in forms.items()}
        times = compare(functions, rounds=effort.rounds, least_seconds=effort.seconds, clock=time.process_time)
        rates = {name: REPLICATES / quartiles(seconds)[1] for name, seconds in times.items()}
        ratio = ratios(times, "row by row", "one call")
        cell = (batch.name.removesuffix("-v1"), "none", REPLICATES, "numbered in one call", 1, rates["one call"], ratio)
        yield Row(*cell, "row by row", rates["row by row"], batch.target)


def _stepping(form: Any) -> Callable[[], Any]:
    form.reset(seed=list(range(REPLICATES)))
    actions = iter(np.random.default_rng(0).integers(2, size=(2**16, REPLICATES)))
    return lambda: form.step(next(actions))
