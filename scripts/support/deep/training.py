"""What the commands that train deep agents share: their policies, raw observations, and the run with all it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boltzmann import checks
from boltzmann.experiments import Experiment, Judgement, read_environment
from boltzmann.experiments.runs import BACKENDS
from boltzmann.experiments.statistics import find_agent
from scripts.support import console, costs, refusals
from scripts.support.names import as_written, count_actions
from scripts.support.options import (
    Baseline,
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
)
from scripts.support.running import compare, require_comparison_folder, results_folder

_POPULAR = ("EpsilonGreedy(Linear(1.0, 0.05, {tenth}))", "Boltzmann(0.1)")
"""Epsilon falls within a tenth of the steps, as Stable-Baselines3 has it."""
_POLICIES = (
    *_POPULAR,
    "Boltzmann(RangeScaled(0.2))",
    "Boltzmann(StdScaled(0.5))",
    "Boltzmann(EntropyTarget(0.25))",
)
"""The policies that are compared by default."""
_OF_TWO_ACTIONS = (*_POPULAR, "Boltzmann(Linear(1.0, 0.05, {tenth}))", "Boltzmann(LossBudget(0.02))")
"""Those with two actions, where a thermostat that follows the scale of the values is epsilon-greedy."""


@dataclass(frozen=True)
class TrainingOptions:
    """The options of a command that trains deep agents."""

    env: Environments = field(default_factory=lambda: ["boltzmann/Catch-v0"])
    """Observations stay as they are, as in "MinAtar/Breakout-v1"."""
    policies: Policies = field(default_factory=list)
    """By default epsilon-greedy as it is popular, a constant temperature, and three thermostats. With two actions, as
    on CartPole, these thermostats are a constant epsilon: there a falling temperature and LossBudget, which explores
    less the more the values differ, are compared instead."""
    agent: Learners = field(default_factory=list)
    """Several learners take every policy each."""
    steps: Steps = field(default_factory=list)
    replicates: Replicates = 10
    """Each has a network and an environment of its own."""
    seed: Seed = 0
    jobs: Jobs = -1
    metric: Metric = None
    baseline: Baseline = None
    confidence: Confidence = 0.95
    cell_timeout: CellTimeout = None
    dry_run: DryRun = False
    output: Output = None
    """The folder for the results; by default results/COMMAND-NAMES-HASH, one for each experiment."""


def policies_for(given: Sequence[str], environment: str, steps: int) -> list[str]:
    """Return the expressions of the policies of a task, by default the usual ones for its actions and steps.

    Examples
    --------
    >>> [policy for policy in policies_for([], "CartPole-v1", 1000) if "Scaled" in policy or "EntropyTarget" in policy]
    []
    >>> policies_for(["Greedy()"], "CartPole-v1", 1000)
    ['Greedy()']
    """
    if given:
        return [*given]
    policies = _OF_TWO_ACTIONS if count_actions(as_raw(environment)) == 2 else _POLICIES
    return [policy.format(tenth=max(steps // 10, 1)) for policy in policies]


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


def usual(settings: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    """Return the setting of an environment by the beginning of its id."""
    return next((setting for start, setting in settings.items() if name.startswith(start)), otherwise)


def _require_learning(experiment: Experiment) -> None:
    """Refuse agents whose steps are all warm-up: all policies would take the same uniform actions."""
    for label, task in zip(experiment.plan.task_labels, experiment.tasks, strict=True):
        for agent in task.agents:
            for name in ("learning_starts", "warm_up"):
                uniform = getattr(agent, name, 0)
                if uniform >= task.steps:
                    raise ValueError(
                        f"--steps must exceed {name}, the uniform actions before the policy acts, got {task.steps} "
                        f"steps and {name}={uniform} in {agent!r} on {label}: take more steps, or give --agent with a "
                        f"smaller {name}"
                    )


def train(program: str, name: str, options: TrainingOptions, describe: Callable[[], Experiment]) -> None:
    """Describe a training, run it or continue it, and show its leaderboard, figures and page; errors take one line."""
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        refusals.require_workers(options.jobs, options.cell_timeout)
        checks.number_in("--confidence", options.confidence, "(0, 1)")
        experiment, baseline = describe(), as_written(options.baseline)
        if baseline is not None:
            for label, task in zip(experiment.plan.task_labels, experiment.plan.tasks, strict=True):
                find_agent(baseline, task.agents, label)
        _require_learning(experiment)
        played = {"environments": options.env, "policies": options.policies}
        folder = options.output or results_folder(name, played, experiment.plan.hash)
        require_comparison_folder(folder, experiment)
        refusals.require_metric(experiment.tasks, options.metric)
        if options.dry_run:
            costs.print_plan(experiment, options.jobs, folder)
            return
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        compare(
            experiment,
            folder,
            BACKENDS["loky"](options.jobs, ""),
            lambda results: Judgement(results, options.metric, baseline, options.confidence),
            options.cell_timeout,
        )
