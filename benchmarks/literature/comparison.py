"""Measuring what is claimed, through the interface that everybody has: an experiment, run and read."""

from __future__ import annotations

import math
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
from gymnasium.spaces import flatdim
from numpy.typing import NDArray

import envs
from benchmarks.literature.claims import Claim, Measure, Study
from boltzmann.experiments import Agent, Cell, Experiment, Progress, Task, read_environment, run
from boltzmann.experiments.statistics import cumulative, final

BLOCK = 1000
"""Replicates a block: enough that a step in lockstep costs little more than its arithmetic."""


@dataclass(frozen=True)
class Comparison:
    """What a claim came to.

    Attributes
    ----------
    claim : Claim
    mean : float
        Over the replicates, in the units of the published number.
    deviation : float
        Standard deviation of one replicate.
    replicates : int
        How many there were.
    published_runs : int or None
        How many the published mean is of.
    """

    claim: Claim
    mean: float
    deviation: float
    replicates: int
    published_runs: int | None

    @property
    def error(self) -> float:
        """Standard error of the measured mean."""
        return self.deviation / math.sqrt(self.replicates)

    @property
    def published_error(self) -> float:
        """Standard error of the published mean, by the deviation measured here; 0 where its runs are not known."""
        return 0.0 if self.published_runs is None else self.deviation / math.sqrt(self.published_runs)

    @property
    def difference(self) -> float:
        """Comparison less published; NaN where nothing was published."""
        return self.mean - float(self.claim.published or math.nan)

    @property
    def errors_apart(self) -> float:
        """The difference in standard errors of it; NaN where nothing was published."""
        error = math.hypot(self.error, self.published_error)
        # So few replicates may be all alike.
        return self.difference / error if error > 0 else math.copysign(math.inf, self.difference)


def quick(study: Study) -> Study:
    """Give a study so small that it shows nothing but that it runs."""
    return replace(study, steps=study.steps // 10, replicates=10)


def experiment_of(study: Study, seed: int) -> Experiment:
    """Describe the experiment of a study: a task for each problem, with every learner that is claimed about there."""
    found: dict[str, dict[str, Agent]] = {}
    for claim in study.claims:
        found.setdefault(claim.environment, {})[repr(claim.agent)] = claim.agent
    tasks = tuple(Task(environment, tuple(agents.values()), study.steps) for environment, agents in found.items())
    return Experiment(tasks, study.replicates, seed, block=BLOCK, points=study.steps // study.window)


def measure(study: Study, seed: int, *, n_jobs: int = 1, on_progress: Progress | None = None) -> list[Comparison]:
    """Run a study and read off what it claims.

    Parameters
    ----------
    study : Study
        What to run.
    seed : int
        Of the experiment.
    n_jobs : int
        Processes.
    on_progress : callable, optional
        As for :func:`boltzmann.experiments.run`.
    """
    with tempfile.TemporaryDirectory() as store:
        experiment = experiment_of(study, seed)
        results = run(experiment, store, make=envs.make, n_jobs=n_jobs, on_progress=on_progress)
        cells = {(cell.task, cell.agent): cell for cell in results.cells()}
    return [_read(claim, cells[_task_of(claim, experiment), repr(claim.agent)], study) for claim in study.claims]


def _task_of(claim: Claim, experiment: Experiment) -> str:
    """Give the label of a claim's task: its environment as a description writes it."""
    return Task(claim.environment, experiment.tasks[0].agents, 1).environment


def _read(claim: Claim, cell: Cell, study: Study) -> Comparison:
    values = _values(claim.measure, cell, _arms(claim.environment))
    return Comparison(claim, float(values.mean()), float(values.std(ddof=1)), len(values), study.published_runs)


def _values(measure: Measure, cell: Cell, arms: int) -> NDArray[np.float64]:
    """Give the measure of each replicate, shape (R,)."""
    if measure == "optimal":
        return 100 * final(cell, "optimal")
    regret = cumulative(cell, "gap")
    if measure == "regret":
        return regret
    if cell.steps[0] != arms:
        raise ValueError(f"window must be {arms}, the number of arms, got {cell.steps[0]} for {cell.agent}")
    return np.asarray(regret - cell.metrics["gap"][:, 0] * cell.lengths[0])


def _arms(environment: str) -> int:
    name, arguments = read_environment(environment)
    with closing(envs.make(name, 1, **arguments)) as bandit:
        return flatdim(bandit.single_action_space)
