"""Train deep Q-networks that differ in how they explore: ``python -m scripts.train_dqn``.

Every policy gets networks of its own, one for each replicate, and learns from the raw observations. It ends as every
comparison does: with a leaderboard, learning curves and a page. Run again after a stop, the command continues with the
blocks that are missing. It needs PyTorch, the extra ``torch``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import tyro

from boltzmann import checks
from boltzmann.experiments import Experiment, Judgement, read_environment
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.runs import BACKENDS
from boltzmann.experiments.statistics import find_agent
from scripts.support import (
    CellTimeout,
    Confidence,
    DryRun,
    Jobs,
    Seed,
    TaskSteps,
    as_written,
    command,
    compare,
    console,
    costs,
    make_task,
    read_options,
    refusals,
    require_comparison_folder,
    steps_of,
)

PROGRAM = "train_dqn"
STEPS = {"boltzmann/Catch-v0": 4000, "CartPole-v1": 30_000, "MinAtar/": 60_000}
"""Usual steps, by the beginning of an environment's id."""
SETTINGS = {
    "boltzmann/Catch-v0": "step_size=0.002, warm_up=1000",
    "CartPole-v1": "network=Dense((128, 128)), discount=0.98, step_size=Linear(0.002, 0.0, {steps}), batch=128, "
    "memory=50000, warm_up=1000",
    "MinAtar/": "network=Convolutional(), step_size=0.001, memory=50000, warm_up=1000, steps_per_update=8",
}
"""Settings under which a network learns the environment."""
POLICIES = (
    "EpsilonGreedy(Linear(1.0, 0.05, {tenth}))",
    "Boltzmann(0.1)",
    "Boltzmann(RangeScaled(0.2))",
    "Boltzmann(StdScaled(0.5))",
    "Boltzmann(EntropyTarget(0.25))",
)
"""The policies that are compared by default. Epsilon falls within a tenth of the steps, as Stable-Baselines3 has it."""


@dataclass(frozen=True)
class Options:
    """Train deep Q-networks with several policies, and compare them."""

    tasks: Annotated[list[str], tyro.conf.arg(aliases=["--env"])] = field(
        default_factory=lambda: ["boltzmann/Catch-v0"]
    )
    """Environments, such as "CartPole-v1", "MinAtar/Breakout-v1" or "boltzmann/Catch-v0(reward=0.01)"."""
    policies: list[str] = field(default_factory=list)
    """Policies; by default epsilon-greedy as it is popular, a constant temperature, and three thermostats."""
    backups: list[str] = field(default_factory=list)
    """Backups, such as "SoftValue(0.1)" "Munchausen(0.1)" "Maximum()": every policy learns with each. Double Q-learning
    by default."""
    agent: str | None = None
    """The agent, with _ instead of the policy, such as "DQN(_, step_size=0.0005)"; by default one that learns the
    environment."""
    steps: TaskSteps = field(default_factory=list)
    replicates: int = 10
    """Networks of each policy, each with an environment of its own."""
    seed: Seed = 0
    jobs: Jobs = -1
    block: int = 10
    """Replicates that train together and are stored together; it is part of the experiment, as the seed is."""
    device: str = "cpu"
    """Where networks are computed, such as "cuda"."""
    metric: JudgedKey | None = None
    """What the policies are judged by; by default the return where episodes end, else the reward per step."""
    baseline: str | None = None
    """The agent that differences are to, as the leaderboard writes it; the best one by default."""
    confidence: Confidence = 0.95
    cell_timeout: CellTimeout = None
    dry_run: DryRun = False
    output: Path | None = None
    """The folder for the results; by default results/train_dqn-HASH, a folder for each experiment."""


def describe(options: Options) -> Experiment:
    """Make the experiment that the options describe; a ValueError says what is wrong with them."""
    refusals.require_workers(options.jobs, options.cell_timeout)
    checks.number_in("--confidence", options.confidence, "(0, 1)")
    names = [read_environment(text)[0] for text in options.tasks]
    counts = steps_of(options.tasks, options.steps, {})
    tasks = []
    for text, name, given in zip(options.tasks, names, counts, strict=True):
        steps = given or _usual(STEPS, name, 20_000)
        policies = options.policies or [policy.format(tenth=max(steps // 10, 1)) for policy in POLICIES]
        tasks.append(make_task(as_raw(text), policies, steps, learners(options, name, steps)))
    return Experiment(tuple(tasks), options.replicates, options.seed, block=options.block)


def as_raw(environment: str) -> str:
    """Return the notation of an environment whose observations are left as they are.

    Examples
    --------
    >>> as_raw("boltzmann/Catch-v0(reward=0.01)")
    "boltzmann/Catch-v0(reward=0.01, observe='raw')"
    """
    name, arguments = read_environment(environment)
    written = ", ".join(f"{key}={value!r}" for key, value in {**arguments, "observe": "raw"}.items())
    return f"{name}({written})"


def learners(options: Options, name: str, steps: int) -> list[str]:
    """Return the expression of a learner for each backup, with ``_`` instead of the policy.

    Examples
    --------
    >>> learners(Options(backups=["Maximum()"]), "boltzmann/Catch-v0", 4000)
    ['DQN(_, step_size=0.002, warm_up=1000, backup=Maximum())']
    """
    if options.agent is not None:
        if options.backups or options.device != "cpu":
            raise ValueError(f"--agent says all of the learner, got {options.agent}: put backup and device there")
        return [options.agent]
    usual = _usual(SETTINGS, name, "").format(steps=steps)
    device = "" if options.device == "cpu" else f"device={options.device!r}"
    return [
        f"DQN({', '.join(part for part in ('_', usual, backup and f'backup={backup}', device) if part)})"
        for backup in options.backups or [""]
    ]


def _usual(settings: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    return next((setting for start, setting in settings.items() if name.startswith(start)), otherwise)


@command(PROGRAM)
def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, PROGRAM)
    with console.errors_in_one_line(PROGRAM, console.INPUT_ERRORS):
        experiment = describe(options)
        baseline = None if options.baseline is None else as_written(options.baseline)
        if baseline is not None:
            for label, task in zip(experiment.plan.task_labels, experiment.plan.tasks, strict=True):
                find_agent(baseline, task.agents, label)
        folder = options.output or Path("results") / f"{PROGRAM}-{experiment.plan.hash}"
        require_comparison_folder(folder)
        refusals.require_metric(experiment.tasks, options.metric)
        if options.dry_run:
            costs.print_plan(experiment, options.jobs, folder)
            return
    with console.errors_in_one_line(PROGRAM, console.RUN_ERRORS):
        compare(
            experiment,
            folder,
            BACKENDS["loky"](options.jobs, ""),
            lambda results: Judgement(results, options.metric, baseline, options.confidence),
            options.cell_timeout,
        )


if __name__ == "__main__":
    main()
