"""The best Boltzmann schedule of each task, for all steps and for the last tenth, by halving on seeds of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

import envs
from benchmarks.untuned.tasks import BY_NAME, SuiteTask
from boltzmann import Policy
from boltzmann.experiments import Agent, Experiment, Results, Task, run
from boltzmann.experiments.metrics import BY_KEY
from boltzmann.experiments.statistics import cumulative, final
from boltzmann.experiments.studies import candidates
from boltzmann.notation import write
from scripts.support import read_policy

REFERENCES = Path(__file__).with_name("references.json")
PARTS = ("all", "last")
"""What is judged: all steps, or the last tenth of them."""
ROUNDS = (16, 64, 256)
"""Replicates of each round."""
KEPT = 16, 4
"""How many candidates each round but the last keeps for each part."""
SEED = 1_000_003
"""The first seed of the search; scores are measured on other ones."""
FAMILIES = ("linear", "exponential", "inverse time", "inverse root")
SPEEDS = (0.1, 0.3, 1.0)

Floats = NDArray[np.float64]


def losses(results: Results, task: SuiteTask) -> dict[str, dict[str, Floats]]:
    """Return what each replicate lost a step, or its negative return, by agent and part, shape (R,)."""
    sign = -BY_KEY[task.metric].sign
    found: dict[str, dict[str, Floats]] = {}
    for cell in results.cells():
        per_step = cumulative(cell, task.metric) / cell.steps[-1]
        if task.metric == "return":
            # All steps: the mean over the episodes that ended.
            per_step = BY_KEY["return"].mean_of_windows(
                {name: cell.metrics[name] for name in BY_KEY["return"].arrays}, cell.lengths
            )
        found[cell.agent] = {"all": sign * per_step, "last": sign * final(cell, task.metric)}
    return found


def play(task: SuiteTask, agents: Sequence[Agent], replicates: int, seed: int, folder: Path, jobs: int) -> Results:
    """Run agents on a task, in a folder within the given one, or read what it holds of the same run."""
    experiment = Experiment((Task(task.environment, tuple(agents), task.steps),), replicates, seed, points=10)
    name = "-".join(re.findall(r"\w+", task.name))
    return run(experiment, folder / f"{name}-{experiment.plan.hash}", make=envs.make, n_jobs=jobs)


def tuned(task: SuiteTask, jobs: int, on_round: Callable[[str], None]) -> dict[str, str]:
    """Return the best schedule of each part, in the one notation."""
    left = candidates(1e-4, 1e4, task.steps, FAMILIES, SPEEDS)
    for number, replicates in enumerate(ROUNDS):
        on_round(f"{task.name}: {len(left)} candidates, {replicates} replicates")
        with TemporaryDirectory() as folder:
            results = play(task, [task.agent(policy) for policy in left], replicates, SEED + number, Path(folder), jobs)
            lost = losses(results, task)
        ranked = {part: sorted(left, key=lambda policy: _mean(lost[write(task.agent(policy))][part])) for part in PARTS}
        if number == len(ROUNDS) - 1:
            return {part: write(policies[0]) for part, policies in ranked.items()}
        chosen = {write(policy) for part in PARTS for policy in ranked[part][: KEPT[number]]}
        left = [policy for policy in left if write(policy) in chosen]
    raise AssertionError("there is a last round")


def _mean(lost: Floats) -> float:
    mean = float(np.mean(lost))
    return mean if np.isfinite(mean) else np.inf


def search(names: Sequence[str], jobs: int, on_round: Callable[[str], None]) -> None:
    """Search the schedules of the named tasks, and write each into the file of references as it is found."""
    for task in BY_NAME.values():
        if task.tuned_as or task.name not in names:
            continue
        found = tuned(task, jobs, on_round)
        stored = json.loads(REFERENCES.read_text()) if REFERENCES.exists() else {}
        stored[task.name] = {**found, "seed": SEED, "rounds": list(ROUNDS)}
        ordered = {each.name: stored[each.name] for each in BY_NAME.values() if each.name in stored}
        REFERENCES.write_text(json.dumps(ordered, indent=1) + "\n")


def references(task: SuiteTask) -> dict[str, Policy]:
    """Return the tuned policies of a task by part; none for a task that is compared with another's."""
    if task.tuned_as:
        return {}
    stored = json.loads(REFERENCES.read_text())[task.name]
    return {part: read_policy(stored[part]) for part in PARTS}
