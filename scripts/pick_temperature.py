"""What another temperature would have earned, from a log: ``python -m scripts.pick_temperature LOG``.

LOG is the folder of a comparison that was run with ``--record log``, a Parquet file, or text for Vowpal Wabbit's
``--cb`` that this project wrote. Prints a leaderboard with how much of each candidate the log covers, draws the value
against the temperature, and writes a page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from boltzmann import Policy, checks
from boltzmann.experiments import Plan, Results
from boltzmann.experiments.figures import each_figure
from boltzmann.experiments.statistics import find_agent
from boltzmann.experiments.wording import printable
from boltzmann.offpolicy import (
    Log,
    TemperatureChoice,
    choice_table,
    draw_choice,
    pick_temperature,
    read_cb,
    read_log_parquet,
    read_run,
    write_choice,
)
from scripts.support import (
    Confidence,
    Environments,
    Output,
    Policies,
    Temperatures,
    as_written,
    command,
    console,
    draw_and_save,
    note,
    only,
    print_answer,
    print_table,
    read_options,
    read_policy,
    refusals,
    write_and_print,
)

COMMAND = "pick-temperature"
_FIGURE = "pick_temperature.png"
_FACTORS = 2.0 ** np.arange(-5, 6)
"""The default candidates: so many times the logged temperature, and 0 and infinity."""


EXAMPLES = (
    "results/LOG --temperatures 0.1 0.3 1",
    'log.parquet --policies "Entmax(0.5)" --output pick.svg',
)


@dataclass(frozen=True)
class Options:
    """Say what other temperatures or policies would have earned, from the log of one."""

    log: Annotated[Path, tyro.conf.Positional]
    """A folder of results with --record log, a .parquet file, or a .txt or .vw file for Vowpal Wabbit's --cb."""
    temperatures: Temperatures = ()
    """The candidates; by default 1/32 to 32 times the logged one, 0 and inf."""
    policies: Policies = field(default_factory=list)
    """Candidates besides, such as "Entmax(0.5)"; they read values alone."""
    env: Environments = field(default_factory=list)
    """Which one of a folder; by default its first."""
    logged: str | None = None
    """Which policy of a folder has the log, as its leaderboard writes it; by default the first."""
    bounds: tuple[float, float] | None = None
    """The least and the largest reward that there can be, for intervals that hold for any policy."""
    one_step: bool = False
    """Ask about each step of a log of episodes as a step of its own, in the states that were logged."""
    confidence: Confidence = 0.95
    output: Output = None
    """The figure's file, its ending chooses the format (png, svg, pdf); the page stands beside it and ends in .html. By
    default pick_temperature.png in the folder of LOG."""


def read_log(options: Options) -> Log:
    """Read the log that the options name."""
    path = options.log
    if path.is_dir():
        return read_run(path, *_cell(options, Results.load(path).plan), bounds=options.bounds)
    if options.env or options.logged:
        raise ValueError(f"--env and --logged choose from a folder of results, and {path} is none")
    if path.suffix == ".parquet":
        return read_log_parquet(path)
    if path.suffix in (".txt", ".vw"):
        return read_cb(path, bounds=options.bounds)
    raise ValueError(f"LOG must be a folder, or a file that ends in .parquet, .txt or .vw, got {path}")


def _cell(options: Options, plan: Plan) -> tuple[int, int]:
    """Return the numbers of the task and of the agent whose log is read."""
    names = list(plan.task_labels)
    name = only("--env", options.env) if options.env else names[0]
    if name not in names:
        raise ValueError(f"--env must be one of {', '.join(names)}, got {checks.shown(name)}")
    task, logged = names.index(name), as_written(options.logged)
    return task, 0 if logged is None else find_agent(logged, plan.tasks[task].agents, name, "--logged")


def candidates_of(options: Options, log: Log) -> list[float | Policy]:
    """Return the temperatures and policies to compare."""
    temperatures = [checks.number_in("--temperatures", number, "[0, inf]") for number in options.temperatures]
    policies = [read_policy(text) for text in options.policies]
    if temperatures or policies:
        return [*temperatures, *policies]
    return [0.0, *(float(number) for number in _FACTORS * usual_temperature(log)), math.inf]


def usual_temperature(log: Log) -> float:
    """Return the median of the logged temperatures that are neither 0 nor infinite; 1 where there is none."""
    logged = np.atleast_1d(np.nan if log.temperature is None else log.temperature)
    inside = logged[(logged > 0) & np.isfinite(logged)]
    return float(np.median(inside)) if len(inside) else 1.0


def report(choice: TemperatureChoice, figure: Path, page: Path, source: str) -> None:
    """Print the leaderboard and its answer, draw the figure, write the page."""
    for one in choice.candidates:
        temperature = one.policy if isinstance(one.policy, int | float) else math.nan
        numbers = {name: value for name, value in vars(one).items() if name not in ("policy", "estimate")}
        whole = {"policy": one.label, "temperature": temperature, **vars(one.estimate), **numbers}
        note("candidates", {**whole, "differs": one.differs, "best": one is choice.best})
    note("logged", choice.logged)
    print_table(choice_table(choice))
    print_answer([choice.answer])
    print()
    with each_figure() as attempt:
        draw_and_save(figure, lambda: draw_choice(choice), attempt)
        write_and_print(page, lambda: write_choice(page, choice, source), attempt)


@command(COMMAND)
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        checks.number_in("--confidence", options.confidence, "(0, 1)")
        figure = options.output or (options.log if options.log.is_dir() else options.log.parent) / _FIGURE
        page = figure.with_suffix(".html")
        refusals.require_figure(figure)
        refusals.require_file(page)
        log = read_log(options)
        choice = pick_temperature(
            log,
            candidates_of(options, log),
            bounds=options.bounds,
            confidence=options.confidence,
            one_step=options.one_step,
        )
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        print(f"log:     {printable(str(options.log))} ({log!r})")
        report(choice, figure, page, f"{log!r} in {options.log}")


if __name__ == "__main__":
    main()
