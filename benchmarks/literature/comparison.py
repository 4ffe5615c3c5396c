"""Measurements of the claims through the public interface: an experiment is run and its results are read."""

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
"""Replicates of a block: with this many the arithmetic dominates the cost of a lockstep step."""


@dataclass(frozen=True)
class Comparison:
    """A claim beside its measured mean.

    Attributes
    ----------
    claim : Claim
    mean : float
        Mean over the replicates, in the units of the published number.
    deviation : float
        Standard deviation of a replicate.
    replicates : int
        Number of replicates.
    published_runs : int or None
        Number of runs of the published mean.
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
        """Standard error of the published mean, by the deviation measured here; 0 if its number of runs is unknown."""
        return 0.0 if self.published_runs is None else self.deviation / math.sqrt(self.published_runs)

    @property
    def difference(self) -> float:
        """The measured mean less the published one; NaN if nothing was published."""
        return self.mean - float(self.claim.published or math.nan)

    @property
    def errors_apart(self) -> float:
        """The difference divided by its standard error; NaN if nothing was published."""
        error = math.hypot(self.error, self.published_error)
        # A few replicates may all be equal.
        return self.difference / error if error > 0 else math.copysign(math.inf, self.difference)


def quick(study: Study) -> Study:
    """Return a small version of a study, which only shows that it runs."""
    return replace(study, steps=study.steps // 10, replicates=10)


def experiment_of(study: Study, seed: int) -> Experiment:
    """Describe the experiment of a study: a task for each problem, with every learner that has a claim there."""
    learners: dict[str, dict[str, Agent]] = {}
    for claim in study.claims:
        learners.setdefault(claim.environment, {})[repr(claim.agent)] = claim.agent
    tasks = tuple(Task(environment, tuple(agents.values()), study.steps) for environment, agents in learners.items())
    return Experiment(tasks, study.replicates, seed, block=BLOCK, points=study.steps // study.window)


def measure(study: Study, seed: int, *, n_jobs: int = 1, on_progress: Progress | None = None) -> list[Comparison]:
    """Run a study and return its claims with their measured means.

    Parameters
    ----------
    study : Study
        The study.
    seed : int
        Seed of the experiment.
    n_jobs : int
        Number of processes.
    on_progress : callable, optional
        As for :func:`boltzmann.experiments.run`.
    """
    with tempfile.TemporaryDirectory() as store:
        experiment = experiment_of(study, seed)
        results = run(experiment, store, make=envs.make, n_jobs=n_jobs, on_progress=on_progress)
        cells = {(cell.task, cell.agent): cell for cell in results.cells()}
    return [_read(claim, cells[_task_of(claim, experiment), repr(claim.agent)], study) for claim in study.claims]


def _task_of(claim: Claim, experiment: Experiment) -> str:
    """Return the label of a claim's task: its environment as a description writes it."""
    return Task(claim.environment, experiment.tasks[0].agents, 1).environment


def _read(claim: Claim, cell: Cell, study: Study) -> Comparison:
    values = _values(claim.measure, cell, _arms(claim.environment))
    return Comparison(claim, float(values.mean()), float(values.std(ddof=1)), len(values), study.published_runs)


def _values(measure: Measure, cell: Cell, arms: int) -> NDArray[np.float64]:
    """Return the measure of each replicate, shape (R,)."""
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
