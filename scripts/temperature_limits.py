"""The effect of T from 0 to infinity: ``python -m scripts.temperature_limits``.

Sweeps the temperature over its whole range on several tasks, greedy and uniform beside it on the same random numbers.
Checks that T = 0 is greedy and T = inf is uniform to the last bit, and puts the slopes on the way to both ends beside
those that theory predicts. Prints tables, draws two figures and writes a page. Run again after a stop, the command
continues.
"""

from __future__ import annotations

import warnings
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

import envs
from boltzmann import Boltzmann
from boltzmann.experiments import Experiment, Results, Task, draw_sensitivity, read_environment, run
from boltzmann.experiments.figures import each_figure
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.pages import repetition, write_page
from boltzmann.experiments.runs import run_or_refuse
from boltzmann.experiments.studies import (
    ENDS,
    EndCheck,
    best_table,
    best_temperatures,
    check_ends,
    draw_limits,
    ends_table,
    fit_low_temperatures,
    gap_or_usual,
    slope_tables,
    sweep_answer,
    sweep_cards,
    sweep_sections,
    sweep_temperatures,
)
from boltzmann.experiments.wording import name_or_count
from scripts.support import (
    ActionValues,
    CellTimeout,
    DryRun,
    Environments,
    Highest,
    Jobs,
    Learners,
    Lowest,
    Metric,
    Output,
    ProgressBar,
    Replicates,
    Seed,
    Steps,
    command,
    console,
    costs,
    current_output,
    draw_and_save,
    make_task,
    note,
    print_answer,
    print_path,
    print_table,
    read_options,
    refusals,
    results_folder,
    steps_of,
    write_and_print,
)

COMMAND = "sweep"
_FIGURES, _PAGE = ("sweep.png", "limits.png"), "report.html"
_DECIMALS = 10
DEFAULT_STEPS = {
    "boltzmann/GaussianBandit-v0": 1000,
    "boltzmann/Chain-v0": 10_000,
    "FrozenLake-v1": 20_000,
    "CliffWalking-v1": 20_000,
}


EXAMPLES = (
    "--env FrozenLake-v1 --low 1e-3 --high 10",
    "--env boltzmann/Chain-v0 --steps 2000 --per-decade 4",
)


@dataclass(frozen=True)
class Options:
    """Sweep T from 0 to infinity, check its ends, and measure the slopes towards them."""

    env: Environments = field(default_factory=lambda: list(DEFAULT_STEPS))
    steps: Steps = field(default_factory=list)
    agent: Learners = field(default_factory=list)
    """Several learners take every temperature each."""
    low: Lowest = 1e-6
    high: Highest = 1e6
    per_decade: int = 2
    """How many temperatures in each decade."""
    values: ActionValues = (0.0, 0.5, 1.0, 1.0, 2.0)
    """They show the slopes, besides those that are optimal at the starts of environments with a known model."""
    metric: Metric = None
    replicates: Replicates = 100
    seed: Seed = 0
    jobs: Jobs = -1
    cell_timeout: CellTimeout = None
    dry_run: DryRun = False
    output: Output = None
    """The folder for the results; by default results/sweep-NAMES-HASH, one for each experiment."""


def describe(options: Options) -> Experiment:
    """Make the experiment that the options describe; a ValueError says what is wrong with them."""
    fit_low_temperatures(options.values)
    steps = steps_of(options.env, options.steps, DEFAULT_STEPS)
    temperatures = sweep_temperatures(options.low, options.high, options.per_decade)
    policies = [*(repr(Boltzmann(temperature)) for temperature in temperatures), *ENDS.values()]
    tasks = [make_task(name, policies, count, options.agent) for name, count in zip(options.env, steps, strict=True)]
    return Experiment(tuple(tasks), options.replicates, options.seed)


def known_values(experiment: Experiment, values: tuple[float, ...]) -> dict[str, NDArray[np.float64]]:
    """Collect rows of values: these, and the optimal ones at the start of each task with a known model."""
    rows = {f"values {', '.join(f'{value:g}' for value in values)}": np.array(values)}
    for task in experiment.tasks:
        optimal = run_or_refuse(f"{task.environment} fails where its model is read", partial(_start_values, task))
        if len(optimal) > 1 and np.ptp(optimal) > 0:
            rows[f"Q* at the start of {task.environment}"] = optimal
    return rows


def _start_values(task: Task) -> NDArray[np.float64]:
    """Return the optimal values of the likeliest start, none where the model or the discount is not known."""
    name, arguments = read_environment(task.environment)
    with (
        warnings.catch_warnings(action="ignore", category=UserWarning),
        closing(envs.make(name, 1, **arguments)) as env,
    ):
        table = getattr(env, "table", None)
    if table is None or task.discount is None:
        return np.zeros(0)
    start = int(table.initial.argmax())
    _, Q = envs.optimal_values(table, task.discount)
    allowed = slice(None) if table.action_mask is None else table.action_mask[start]
    # Without rounding, tied values would have tiny gaps between them.
    return np.asarray(np.round(Q[start][allowed], _DECIMALS))


def report(
    results: Results, checks: list[EndCheck], values: dict[str, NDArray[np.float64]], metric: JudgedKey | None
) -> None:
    """Print the tables, draw the figures, write the page."""
    metric = metric or gap_or_usual(results)
    temperatures = best_temperatures(results, metric)
    for name, found in (("best", temperatures), ("ends", checks)):
        for each in found:
            note(name, each)
    print_table(best_table(temperatures))
    print_answer(sweep_answer(temperatures, checks))
    for table in (ends_table(checks), *slope_tables(values)):
        print_table(table)
    print()
    print_path("results", results.folder)
    folder = results.folder
    with each_figure() as attempt:
        draw_and_save(folder / "sweep.png", lambda: draw_sensitivity(results, "Boltzmann(T)", metric), attempt)
        draw_and_save(folder / "limits.png", lambda: draw_limits(values), attempt)
        checked = sweep_sections(results, temperatures, checks, values, metric)
        sections = [*checked, repetition({"sweep": results}, current_output().repeated)]
        tasks = name_or_count(list(results.plan.task_labels), "task")
        page, title = folder / _PAGE, f"Which temperature on {tasks}? From T = 0 (greedy) to T = ∞ (uniform)"
        write_and_print(page, lambda: write_page(page, title, sweep_cards(temperatures, checks), sections), attempt)


@command(COMMAND)
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        experiment = describe(options)
        played = {"environments": options.env, "learners": options.agent}
        folder = options.output or results_folder(COMMAND, played, experiment.plan.hash)
        refusals.require_workers(options.jobs, options.cell_timeout)
        refusals.require_in_folder(folder, (*_FIGURES, _PAGE), {"": experiment})
        refusals.require_metric(experiment.tasks, options.metric)
        if options.dry_run:
            costs.print_outline({"": experiment}, options.jobs, folder)
            return
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        costs.disk_need(folder, {"": experiment})
        values = known_values(experiment, options.values)
        with ProgressBar() as progress:
            results = run(
                experiment,
                folder,
                make=envs.make,
                n_jobs=options.jobs,
                on_progress=progress,
                cell_timeout=options.cell_timeout,
            )
        checks = check_ends(results)
    wrong = [f"{check.end} is not {check.policy} on {check.task}" for check in checks if check.differing]
    try:
        with console.errors_in_one_line(program, console.RUN_ERRORS):
            report(results, checks, values, options.metric)
    except SystemExit as end:
        # A figure that fails does not hide that an end is wrong.
        if not wrong or end.code == console.INTERRUPTED:
            raise
    if wrong:
        raise SystemExit(f"{program}: error: {'; '.join(wrong)}")


if __name__ == "__main__":
    main()
