"""How much annealing gains over the best constant temperature, and where it loses: ``python -m scripts.anneal``.

Runs every family of schedules at several speeds, on the same random numbers as the best constant temperature, which
was chosen on other seeds. Prints the paired differences, draws them and writes a page. Run again after a stop, the
command continues.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import tyro

import envs
from boltzmann import Greedy
from boltzmann.experiments import Block, Experiment, Results, run, save_figure
from boltzmann.experiments.metrics import StepKey
from boltzmann.experiments.pages import Section, picture, repetition, write_page
from boltzmann.experiments.runs import play, run_or_refuse, try_environment
from boltzmann.experiments.studies import Annealing, Problem, annealing_answer, draw_gains, gain_tables, run_annealing
from scripts.support import (
    CellTimeout,
    Jobs,
    ProgressBar,
    Seed,
    TaskAgent,
    Tasks,
    TaskSteps,
    console,
    make_problem,
    print_answer,
    print_table,
    steps_of,
)

PROGRAM = "anneal"
DEFAULT_TASKS = {
    "boltzmann/GaussianBandit-v0": 1000,
    "boltzmann/Chain-v0": 5000,
    "FrozenLake-v1": 10_000,
    "CliffWalking-v1": 10_000,
    "boltzmann/ZeroedStartBandit-v0": 2000,
    "boltzmann/DriftingBandit-v0": 2000,
}
DEFAULT_TEMPERATURES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, float("inf"))
_SHOWS = "Paired differences of every schedule to the best constant temperature, with 95 % intervals."


@dataclass(frozen=True)
class Options:
    """Compare every family of schedules, at several speeds, with the best constant temperature."""

    tasks: Tasks = field(default_factory=lambda: list(DEFAULT_TASKS))
    steps: TaskSteps = field(default_factory=list)
    agent: TaskAgent = None
    temperatures: tuple[float, ...] = DEFAULT_TEMPERATURES
    """The constants among which the best is chosen; the best of them in (0, inf) sets the scale of the schedules: from
    ten times it down to a tenth."""
    speeds: tuple[float, ...] = (0.1, 0.3, 1.0)
    """The fractions of the steps after which a schedule has come down to its low temperature."""
    metric: StepKey = "gap"
    """The metric that is judged: all tasks must have it."""
    replicates: int = 100
    """Independent copies of each schedule on each task; half as many choose the constants, on seeds of their own."""
    seed: Seed = 0
    jobs: Jobs = -1
    cell_timeout: CellTimeout = None
    output: Path | None = None
    """The folder for the results; by default results/anneal-HASH."""


def describe(options: Options) -> Annealing:
    """Make the comparison that the options describe; a ValueError says what is wrong with them."""
    steps = steps_of(options.tasks, options.steps, DEFAULT_TASKS)
    problems = [make_problem(name, options.agent, count) for name, count in zip(options.tasks, steps, strict=True)]
    choosing = max(2, options.replicates // 2)
    return Annealing(
        problems, options.temperatures, options.speeds, choosing, options.replicates, options.seed, options.metric
    )


def _require_metric(problem: Problem, metric: StepKey) -> None:
    """Take one step to check that a task reports the metric, before any time is spent."""
    task = problem.task([Greedy()])
    plan = Experiment((task,), 1, 0).plan
    with closing(try_environment(task, envs.make)) as env:
        step = partial(play, task, env, np.array([1]), plan, Block(0, 0, 0, 1), "lockstep")
        recorder = run_or_refuse(f"{task.agents[0]!r} cannot run on {task.environment}", step)
    if np.isnan(recorder.arrays[metric]).any():
        raise ValueError(f"{task.environment} does not report its {metric}: choose --metric reward, or other --tasks")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    options = tyro.cli(Options, args=arguments, prog=PROGRAM)
    with console.errors_in_one_line(PROGRAM, console.INPUT_ERRORS):
        annealing = describe(options)
        with console.warnings_in_one_line(PROGRAM):
            for problem in annealing.problems:
                _require_metric(problem, options.metric)
    folder = options.output or Path("results") / f"{PROGRAM}-{annealing.hash}"

    def run_in(name: str, experiment: Experiment) -> Results:
        with ProgressBar() as progress:
            return run(
                experiment,
                folder / name,
                make=envs.make,
                n_jobs=options.jobs,
                on_progress=progress,
                cell_timeout=options.cell_timeout,
            )

    with console.errors_in_one_line(PROGRAM, console.RUN_ERRORS), console.warnings_in_one_line(PROGRAM):
        gains, runs = run_annealing(annealing, run_in)
        figure, tables = draw_gains(gains, options.metric), gain_tables(gains, options.metric)
        answer = annealing_answer(gains)
        for table in tables:
            print_table(table)
        print_answer(answer)
        save_figure(figure, folder / "gains.png")
        section = Section("What annealing gains", pictures=[picture(figure, _SHOWS)], tables=tables)
        write_page(folder / "report.html", "What annealing gains", answer, [section, repetition(runs)])
    print(f"\nfigure:  {folder / 'gains.png'}\npage:    {folder / 'report.html'}\nresults: {folder}")


if __name__ == "__main__":
    main()
