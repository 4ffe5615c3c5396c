"""How much annealing gains over the best constant temperature, and where it loses: ``python -m scripts.anneal``.

Runs every family of schedules at several speeds, on the same random numbers as the best constant temperature, which
was chosen on other seeds. Prints the paired differences, draws them and writes a page. Run again after a stop, the
command continues.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from boltzmann import checks
from boltzmann.experiments.figures import each_figure
from boltzmann.experiments.pages import repetition, write_page
from boltzmann.experiments.studies import (
    Annealing,
    annealing_answer,
    draw_gains,
    gain_cards,
    gain_sections,
    gain_tables,
    run_annealing,
)
from boltzmann.experiments.wording import name_or_count
from scripts.support import (
    CellTimeout,
    DryRun,
    Environments,
    Jobs,
    Learners,
    Metric,
    Output,
    Replicates,
    Seed,
    Steps,
    Temperatures,
    command,
    console,
    costs,
    current_output,
    draw_and_save,
    make_problem,
    note,
    only,
    print_answer,
    print_path,
    print_table,
    read_options,
    refusals,
    results_folder,
    steps_of,
    study_runs,
    write_and_print,
)

COMMAND = "anneal"
DEFAULT_STEPS = {
    "boltzmann/GaussianBandit-v0": 1000,
    "boltzmann/Chain-v0": 5000,
    "FrozenLake-v1": 10_000,
    "CliffWalking-v1": 10_000,
    "boltzmann/ZeroedStartBandit-v0": 2000,
    "boltzmann/DriftingBandit-v0": 2000,
}
DEFAULT_TEMPERATURES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, float("inf"))
_FIGURE, _PAGE = "gains.png", "report.html"


EXAMPLES = (
    "--env FrozenLake-v1 boltzmann/Chain-v0 --steps 5000",
    "--speeds 0.3 1 --temperatures 0 0.01 0.1 1 --dry-run",
)


@dataclass(frozen=True)
class Options:
    """Compare schedules of every family and speed with the best constant temperature."""

    env: Environments = field(default_factory=lambda: list(DEFAULT_STEPS))
    steps: Steps = field(default_factory=list)
    agent: Learners = field(default_factory=list)
    """This command takes one learner."""
    temperatures: Temperatures = DEFAULT_TEMPERATURES
    """The best is chosen among them; the best in (0, inf) sets the scale of the schedules: from ten times it down to a
    tenth."""
    speeds: tuple[float, ...] = (0.1, 0.3, 1.0)
    """The fractions of the steps after which a schedule has come down to its low temperature."""
    metric: Metric = None
    """All environments must have it."""
    replicates: Replicates = 100
    """Half as many choose the constants, on seeds of their own."""
    seed: Seed = 0
    jobs: Jobs = -1
    cell_timeout: CellTimeout = None
    dry_run: DryRun = False
    output: Output = None
    """The folder for the results; by default results/anneal-NAMES-HASH, one for each experiment."""


def describe(options: Options) -> Annealing:
    """Make the comparison that the options describe; a ValueError says what is wrong with them."""
    steps = steps_of(options.env, options.steps, DEFAULT_STEPS)
    checks.whole_number("replicates", options.replicates, least=2)
    learner = only("--agent", options.agent) if options.agent else None
    problems = [make_problem(name, learner, count) for name, count in zip(options.env, steps, strict=True)]
    choosing = max(2, options.replicates // 2)
    return Annealing(
        problems, options.temperatures, options.speeds, choosing, options.replicates, options.seed, options.metric
    )


@command(COMMAND)
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        annealing = describe(options)
        played = {"environments": options.env, "learners": options.agent}
        folder = options.output or results_folder(COMMAND, played, annealing.hash)
        refusals.require_workers(options.jobs, options.cell_timeout)
        refusals.require_in_folder(folder, (_FIGURE, _PAGE), annealing.outline())
        refusals.require_metric(annealing.choice().tasks, options.metric, everywhere=True)
        if options.dry_run:
            costs.print_outline(annealing.outline(), options.jobs, folder)
            return
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        with study_runs(folder, annealing.outline(), options.jobs, options.cell_timeout) as run_in:
            gains, runs = run_annealing(annealing, run_in)
        tables, answer = gain_tables(gains), annealing_answer(gains)
        for gain in gains:
            note("gains", {**vars(gain), "verdict": gain.verdict})
        for table in tables:
            print_table(table)
        print_answer(answer)
        print()
        print_path("results", folder)
        with each_figure() as attempt:
            draw_and_save(folder / _FIGURE, lambda: draw_gains(gains), attempt)
            page, sections = folder / _PAGE, [*gain_sections(gains), repetition(runs, current_output().repeated)]
            tasks = name_or_count(list(dict.fromkeys(gain.task for gain in gains)), "task")
            title, cards = f"Does annealing the temperature pay on {tasks}?", gain_cards(gains)
            write_and_print(page, lambda: write_page(page, title, cards, sections), attempt)


if __name__ == "__main__":
    main()
