"""Compare exploration schedules: ``python -m scripts.compare_schedules``.

Runs every policy on every task, many replicates each, stores the results, prints a leaderboard with its answer, draws
figures, and writes a page. Run again on the same output folder after a stop, the command continues.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from boltzmann import checks
from boltzmann.experiments import Experiment, Judgement, Plan, read_toml
from boltzmann.experiments.runs import BACKENDS, BackendName
from boltzmann.experiments.statistics import find_agent, short_labels
from scripts.support import (
    Baseline,
    Block,
    CellTimeout,
    Confidence,
    DryRun,
    Environments,
    Jobs,
    Learners,
    Metric,
    Output,
    Policies,
    Replicates,
    Seed,
    Steps,
    as_written,
    command,
    compare,
    console,
    costs,
    make_task,
    read_agent,
    read_options,
    refusals,
    require_comparison_folder,
    results_folder,
    steps_of,
)

DEFAULT_ENVIRONMENTS = ("boltzmann/GaussianBandit-v0", "FrozenLake-v1")
DESCRIBED = ("env", "policies", "agent", "steps", "replicates", "seed", "block", "record")
"""Options that the file of an experiment replaces."""


EXAMPLES = (
    '--env Taxi-v4 --policies "Boltzmann(0.1)" "Greedy()"',
    '--agent "Sarsa(_, step_size=0.5)" --replicates 50 --jobs 2',
    "--experiment my.toml --metric return --json",
)


@dataclass(frozen=True)
class Options:
    """Compare exploration schedules and draw their learning curves."""

    env: Environments = field(default_factory=lambda: list(DEFAULT_ENVIRONMENTS))
    """Brackets also say how observations become rows of a table: "CartPole-v1(bins=8)" cuts a box into bins,
    observe='hash' numbers observations of any kind as they are met, and observe='raw' leaves them for agents of your
    own."""
    policies: Policies = field(default_factory=list)
    """Agents that hold one, such as "QLearning(Greedy(), step_size=0.5)", go beside them. Eight usual ones by
    default."""
    agent: Learners = field(default_factory=list)
    """Several learners take every policy each. The usual one is SampleAverage(_) for a bandit, else QLearning(_)."""
    experiment: Path | None = None
    """A TOML file with replicates, seed, block, record, and for each task a table [[tasks]] with environment, agents
    and steps."""
    steps: Steps = field(default_factory=list)
    """The usual number is 1000 for a bandit, else 20000."""
    replicates: Replicates = 200
    seed: Seed = 0
    jobs: Jobs = -1
    cell_timeout: CellTimeout = None
    backend: BackendName = "loky"
    """What runs the processes: loky on this machine; dask and ray on a cluster, a local one without an address."""
    address: str = ""
    """The address of a cluster, such as "tcp://10.0.0.1:8786" for dask or "ray://10.0.0.1:10001" for ray."""
    block: Block = 100
    record: Literal["replicates", "blocks", "log"] = "replicates"
    """What is stored: the curves of every replicate, the mean and the variance of each block, for very many, or the
    curves and a log of every decision, from which other temperatures are judged."""
    metric: Metric = None
    baseline: Baseline = None
    confidence: Confidence = 0.95
    dry_run: DryRun = False
    output: Output = None
    """The folder for the results; by default results/compare-NAMES-HASH, one for each experiment."""


def describe(options: Options, words: Sequence[str] = ()) -> Experiment:
    """Make the experiment that the options describe; a ValueError says what is wrong with them.

    ``words`` are those of the command line, which show whether an option was set or is a default.
    """
    refusals.require_workers(options.jobs, options.cell_timeout)
    experiment = _from_flags(options) if options.experiment is None else _from_file(options.experiment, words)
    checks.number_in("--confidence", options.confidence, "(0, 1)")
    if (baseline := as_written(options.baseline)) is not None:
        for label, task in zip(experiment.plan.task_labels, experiment.plan.tasks, strict=True):
            find_agent(baseline, task.agents, label)
    return experiment


def _from_file(path: Path, words: Sequence[str]) -> Experiment:
    flags = {word.partition("=")[0] for word in words}
    for name in DESCRIBED:
        if f"--{name}" in flags:
            raise ValueError(f"--{name} stands in {path}, which describes the whole experiment: change it there")
    return read_toml(path, read_agent)


def _from_flags(options: Options) -> Experiment:
    steps = steps_of(options.env, options.steps, {})
    tasks = [
        make_task(name, options.policies, count, options.agent) for name, count in zip(options.env, steps, strict=True)
    ]
    return Experiment(tuple(tasks), options.replicates, options.seed, block=options.block, record=options.record)


def _usual_folder(plan: Plan) -> Path:
    environments, labels = [task.environment for task in plan.tasks], short_labels([*plan.tasks[0].agents])
    return results_folder("compare", {"environments": environments, "policies": labels}, plan.hash)


@command("compare")
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        experiment = describe(options, sys.argv[1:] if arguments is None else arguments)
        folder = options.output or _usual_folder(experiment.plan)
        require_comparison_folder(folder, experiment)
        refusals.require_metric(experiment.tasks, options.metric)
        refusals.require_backend(options.backend, options.address)
        if options.dry_run:
            costs.print_plan(experiment, options.jobs, folder)
            return
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        cluster = BACKENDS[options.backend](options.jobs, options.address)
        baseline, confidence = as_written(options.baseline), options.confidence
        compare(
            experiment,
            folder,
            cluster,
            lambda results: Judgement(results, options.metric, baseline, confidence),
            options.cell_timeout,
        )


if __name__ == "__main__":
    main()
