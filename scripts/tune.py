"""Which temperature, which schedule, for this environment? ``python -m scripts.tune --env ID``.

Halves many candidates round by round, each round with twice the replicates, then judges the finalists on fresh
seeds. Ends with a recommendation, its interval, and the finalists that do not differ significantly from it. Run
again after a stop, the command continues.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from boltzmann.experiments.charts import difference_charts
from boltzmann.experiments.figures import differences_of, each_figure
from boltzmann.experiments.metrics import JudgedKey
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
    Jobs,
    command,
    console,
    costs,
    draw_and_save,
    make_problem,
    note,
    print_answer,
    print_path,
    print_table,
    read_options,
    read_policy,
    refusals,
    study_runs,
    write_and_print,
)

PROGRAM = "tune"
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

    env: str = "FrozenLake-v1"
    """The environment, such as "FrozenLake-v1(is_slippery=False)"."""
    steps: int | None = None
    """How many steps; by default 1000 for a bandit and 20000 for the rest."""
    agent: str | None = None
    """The agent, with _ instead of each candidate, such as "Sarsa(_, step_size=0.5)"; by default the usual one."""
    low: float = 1e-3
    """The lowest temperature above 0 among the candidates."""
    high: float = 10.0
    """The highest temperature below infinity among them."""
    families: list[str] = field(default_factory=lambda: list(DEFAULT_FAMILIES))
    """Families of schedules that are tried beside constant temperatures."""
    policies: list[str] = field(default_factory=list)
    """Candidates of your own, instead of all of these."""
    metric: JudgedKey | None = None
    """The metric that ranks the candidates, in the last tenth of the steps; by default the gap where the environment
    reports it, else the return per episode, or the reward per step where some replicates end no episode."""
    first: int = 10
    """Replicates of the first round; every next round has twice as many, for half the candidates."""
    finalists: int = 6
    """How many candidates are judged."""
    replicates: int = 200
    """Replicates of the judgement."""
    seed: int = 0
    """The same seed gives the same bytes; rounds and judgement have seeds of their own, made from it."""
    jobs: Jobs = -1
    cell_timeout: CellTimeout = None
    dry_run: DryRun = False
    output: Path | None = None
    """The folder for the results; by default results/tune-HASH."""


def describe(options: Options) -> Tuning:
    """Make the search that the options describe; a ValueError says what is wrong with them."""
    problem = make_problem(options.env, options.agent, options.steps)
    policies = [read_policy(text) for text in options.policies]
    if not policies:
        policies = candidates(options.low, options.high, problem.steps, options.families)
    return Tuning(problem, policies, options.first, options.finalists, options.replicates, options.seed, options.metric)


@command(PROGRAM)
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        tuning = describe(options)
        folder = options.output or Path("results") / f"{PROGRAM}-{tuning.hash}"
        refusals.require_workers(options.jobs, options.cell_timeout)
        refusals.require_in_folder(folder, (_FIGURE, _PAGE))
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
                repetition(runs | {"judging": result.judged}),
            ]
            page, title = folder / _PAGE, f"Which temperature? {options.env}"
            write_and_print(page, lambda: write_page(page, title, [recommendation_card(result)], sections), attempt)


if __name__ == "__main__":
    main()
