"""Compare exploration schedules: ``python -m scripts.compare_schedules``.

Runs every policy on every task, many replicates each, stores the results, prints a leaderboard with its answer, draws
figures, and writes a page. Run again on the same output folder after a stop, the command continues.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import tyro

from boltzmann import checks
from boltzmann.experiments import Experiment, Judgement, read_toml
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.runs import BACKENDS, BackendName
from boltzmann.experiments.statistics import find_agent
from scripts.support import (
    CellTimeout,
    Confidence,
    DryRun,
    Jobs,
    Seed,
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
    steps_of,
)

DEFAULT_TASKS = ("boltzmann/GaussianBandit-v0", "FrozenLake-v1")
DESCRIBED = ("tasks", "policies", "agent", "steps", "replicates", "seed", "block", "record")
"""Options that the file of an experiment replaces."""


EXAMPLES = (
    '--env Taxi-v4 --policies "Boltzmann(0.1)" "Greedy()"',
    '--agent "Sarsa(_, step_size=0.5)" --replicates 50 --jobs 2',
    "--experiment my.toml --metric return --json",
)


@dataclass(frozen=True)
class Options:
    """Compare exploration schedules and draw their learning curves."""

    tasks: Annotated[list[str], tyro.conf.arg(aliases=["--env"])] = field(default_factory=lambda: list(DEFAULT_TASKS))
    """Environments, such as "FrozenLake-v1(is_slippery=False)" or "package.module:Id-v0". Brackets also say how
    observations become rows of a table: "CartPole-v1(bins=8)" cuts a box into bins, "Id-v0(observe='hash')" numbers
    observations of any kind as they are met, and "Id-v0(observe='raw')" leaves them for agents of your own."""
    policies: list[str] = field(default_factory=list)
    """Policies, such as "Boltzmann(Linear(1.0, 0.01, 1000))" "package.module:Mine(0.1)", or agents that hold one, such
    as "QLearning(Greedy(), step_size=0.5)". Eight usual ones by default."""
    agent: list[str] = field(default_factory=list)
    """The learner of every policy, with _ instead of the policy, such as "Sarsa(_, step_size=0.5)"; several learners
    take every policy each. By default SampleAverage(_) for a bandit and QLearning(_) for the rest."""
    experiment: Path | None = None
    """A TOML file with replicates, seed, block, record, and for each task a table [[tasks]] with environment, agents
    and steps."""
    steps: list[int] = field(default_factory=list)
    """Steps: one number for all tasks or one for each. By default 1000 for a bandit and 20000 for the rest."""
    replicates: int = 200
    """Independent copies of each policy on each task."""
    seed: Seed = 0
    jobs: Jobs = -1
    cell_timeout: CellTimeout = None
    backend: BackendName = "loky"
    """What runs the processes: loky on this machine; dask and ray on a cluster, a local one without an address."""
    address: str = ""
    """The address of a cluster, such as "tcp://10.0.0.1:8786" for dask or "ray://10.0.0.1:10001" for ray."""
    block: int = 100
    """Replicates that are computed and stored together; it is part of the experiment, as the seed is."""
    record: Literal["replicates", "blocks", "log"] = "replicates"
    """What is stored: the curves of every replicate, the mean and the variance of each block, for very many, or the
    curves and a log of every decision, for scripts.pick_temperature."""
    metric: JudgedKey | None = None
    """What the policies are judged by; by default the return where every replicate ended an episode in the last tenth
    of the steps, else the gap where episodes end and it is known, else the reward per step."""
    baseline: str | None = None
    """The policy that differences are to, as --policies or the leaderboard writes it; the best one by default."""
    confidence: Confidence = 0.95
    dry_run: DryRun = False
    output: Path | None = None
    """The folder for the results; by default results/compare_schedules-HASH, a folder for each experiment."""


def describe(options: Options, words: Sequence[str] = ()) -> Experiment:
    """Make the experiment that the options describe; a ValueError says what is wrong with them.

    ``words`` are those of the command line, which show whether an option was set or is a default.
    """
    refusals.require_workers(options.jobs, options.cell_timeout)
    experiment = _from_flags(options) if options.experiment is None else _from_file(options.experiment, words)
    checks.number_in("--confidence", options.confidence, "(0, 1)")
    if (baseline := _baseline(options)) is not None:
        for label, task in zip(experiment.plan.task_labels, experiment.plan.tasks, strict=True):
            find_agent(baseline, task.agents, label)
    return experiment


def _from_file(path: Path, words: Sequence[str]) -> Experiment:
    flags = {word.partition("=")[0] for word in words}
    for name in DESCRIBED:
        if f"--{name}" in flags or (name == "tasks" and "--env" in flags):
            raise ValueError(f"--{name} stands in {path}, which describes the whole experiment: change it there")
    return read_toml(path, read_agent)


def _from_flags(options: Options) -> Experiment:
    steps = steps_of(options.tasks, options.steps, {})
    tasks = [
        make_task(name, options.policies, count, options.agent)
        for name, count in zip(options.tasks, steps, strict=True)
    ]
    return Experiment(tuple(tasks), options.replicates, options.seed, block=options.block, record=options.record)


def _baseline(options: Options) -> str | None:
    """Write the baseline as the results do: ``Boltzmann(1)`` is ``Boltzmann(1.0)``."""
    return None if options.baseline is None else as_written(options.baseline)


@command("compare_schedules")
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        experiment = describe(options, sys.argv[1:] if arguments is None else arguments)
        folder = options.output or Path("results") / f"compare_schedules-{experiment.plan.hash}"
        require_comparison_folder(folder)
        refusals.require_metric(experiment.tasks, options.metric)
        refusals.require_backend(options.backend, options.address)
        if options.dry_run:
            costs.print_plan(experiment, options.jobs, folder)
            return
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        cluster = BACKENDS[options.backend](options.jobs, options.address)
        baseline, confidence = _baseline(options), options.confidence
        compare(
            experiment,
            folder,
            cluster,
            lambda results: Judgement(results, options.metric, baseline, confidence),
            options.cell_timeout,
        )


if __name__ == "__main__":
    main()
