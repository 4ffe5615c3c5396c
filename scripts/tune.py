"""Which temperature, which schedule, for this environment? ``python -m scripts.tune --env ID``.

Halves many candidates round by round, each round with twice the replicates, then judges the finalists on fresh
seeds. Ends with a recommendation, its interval, and the finalists that do not differ significantly from it. Run
again after a stop, the command continues.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from boltzmann.experiments.charts import difference_charts
from boltzmann.experiments.figures import differences_of, each_figure
from boltzmann.experiments.pages import Section, repetition, write_page
from boltzmann.experiments.studies import (
    Tuning,
    candidates,
    constants_charts,
    judgement_table,
    recommendation,
    recommendation_card,
    rounds_table,
    run_tuning,
)
from scripts.support import (
    CellTimeout,
    DryRun,
    Environments,
    Families,
    Highest,
    Jobs,
    Learners,
    Lowest,
    Metric,
    Output,
    Policies,
    Replicates,
    Seed,
    Steps,
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
    read_policy,
    refusals,
    results_folder,
    steps_of,
    study_runs,
    write_and_print,
)

COMMAND = "tune"
DEFAULT_FAMILIES = ("linear", "exponential", "cosine", "inverse time", "inverse root", "log over time")
_FIGURE, _PAGE = "finalists.png", "report.html"
_SHOWS = (
    "The best candidates of the search, played again on fresh random numbers, so that luck in the search counts for "
    "nothing. The line below the table is the recommended agent, to copy."
)
_SEARCH = (
    "Each round plays the candidates on fresh random numbers, twice as many times as the last one, and keeps the "
    "better half. The chart shows the first round's constant temperatures: how much T matters here."
)


EXAMPLES = (
    '--env "FrozenLake-v1(is_slippery=False)" --steps 5000',
    '--env Taxi-v4 --agent "Sarsa(_)" --families linear --low 0.01',
)


@dataclass(frozen=True)
class Options:
    """Find the temperature, the schedule and its parameters for an environment."""

    env: Environments = field(default_factory=lambda: ["FrozenLake-v1"])
    """This command takes one."""
    steps: Steps = field(default_factory=list)
    agent: Learners = field(default_factory=list)
    """This command takes one learner."""
    low: Lowest = 1e-3
    high: Highest = 10.0
    families: Families = field(default_factory=lambda: list(DEFAULT_FAMILIES))
    policies: Policies = field(default_factory=list)
    """Candidates of your own, instead of constants and schedules between --low and --high."""
    metric: Metric = None
    first: int = 10
    """Replicates of the first round; every next round has twice as many, for half the candidates."""
    finalists: int = 6
    """How many candidates are judged."""
    replicates: Replicates = 200
    """Those of the finalists; rounds and judgement have seeds of their own, made from the one given."""
    seed: Seed = 0
    jobs: Jobs = -1
    cell_timeout: CellTimeout = None
    dry_run: DryRun = False
    output: Output = None
    """The folder for the results; by default results/tune-NAMES-HASH, one for each search."""


def describe(options: Options) -> Tuning:
    """Make the search that the options describe; a ValueError says what is wrong with them."""
    env = only("--env", options.env)
    (steps,) = steps_of([env], options.steps, {})
    problem = make_problem(env, only("--agent", options.agent) if options.agent else None, steps)
    policies = [read_policy(text) for text in options.policies]
    if not policies:
        policies = candidates(options.low, options.high, problem.steps, options.families)
    return Tuning(problem, policies, options.first, options.finalists, options.replicates, options.seed, options.metric)


@command(COMMAND)
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        tuning = describe(options)
        played = {"environments": options.env, "learners": options.agent}
        folder = options.output or results_folder(COMMAND, played, tuning.hash)
        refusals.require_workers(options.jobs, options.cell_timeout)
        refusals.require_in_folder(folder, (_FIGURE, _PAGE), tuning.outline())
        refusals.require_metric([tuning.problem.task(tuning.policies)], options.metric)
        if options.dry_run:
            costs.print_outline(tuning.outline(), options.jobs, folder)
            return
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        with study_runs(folder, tuning.outline(), options.jobs, options.cell_timeout) as run_in:
            result = run_tuning(tuning, run_in)
        rounds, judged, answer = rounds_table(result), judgement_table(result), recommendation(result)
        note("recommendation", {"policy": result.recommendation, "agent": result.agent, "metric": result.metric})
        console.note_leaderboards(result.judgement)
        print_table(rounds)
        print_table(judged)
        print_answer(answer)
        print()
        print_path("results", folder)
        runs = {f"round {number}": entry.results for number, entry in enumerate(result.rounds)}
        with each_figure() as attempt:
            draw_and_save(folder / _FIGURE, lambda: differences_of(result.judgement), attempt)
            compared = difference_charts(result.judgement, "the recommended agent")
            constants = constants_charts(result.rounds[0].results, result.metric, len(judged.rows))
            sections = [
                Section("The finalists", _SHOWS, [], [judged], result.agent, charts=compared),
                Section("The search", _SEARCH, charts=constants, tables=[rounds]),
                repetition(runs | {"judging": result.judged}, current_output().repeated),
            ]
            page, title = folder / _PAGE, f"Which temperature? {tuning.problem.environment}"
            write_and_print(page, lambda: write_page(page, title, [recommendation_card(result)], sections), attempt)


if __name__ == "__main__":
    main()
