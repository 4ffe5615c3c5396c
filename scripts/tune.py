"""Which temperature, which schedule, for this environment? ``python -m scripts.tune --env ID``.

Halves many candidates round by round, each round with twice the replicates, then judges the finalists on seeds that
chose nothing. Ends with a recommendation, its interval, and the finalists that do not differ significantly from it. Run
again after a stop, the command continues.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import tyro

import envs
from boltzmann.experiments import Experiment, Results, run, save_figure
from boltzmann.experiments.figures import differences_of
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.pages import Section, picture, repetition, write_page
from boltzmann.experiments.studies import Tuning, candidates, judgement_table, recommendation, rounds_table, run_tuning
from scripts.support import (
    CellTimeout,
    Jobs,
    ProgressBar,
    console,
    make_problem,
    print_answer,
    print_table,
    read_policy,
)

PROGRAM = "tune"
DEFAULT_FAMILIES = ("linear", "exponential", "cosine", "inverse time", "inverse root", "log over time")
_SHOWS = "Paired differences of the finalists to the recommended one, with 95 % intervals, on seeds that chose nothing."


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
    output: Path | None = None
    """The folder for the results; by default results/tune-HASH."""


def describe(options: Options) -> Tuning:
    """Make the search that the options describe; a ValueError says what is wrong with them."""
    problem = make_problem(options.env, options.agent, options.steps)
    policies = [read_policy(text) for text in options.policies]
    if not policies:
        policies = candidates(options.low, options.high, problem.steps, options.families)
    return Tuning(problem, policies, options.first, options.finalists, options.replicates, options.seed, options.metric)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    options = tyro.cli(Options, args=arguments, prog=PROGRAM)
    with console.errors_in_one_line(PROGRAM, console.INPUT_ERRORS):
        tuning = describe(options)
    folder = options.output or Path("results") / f"{PROGRAM}-{tuning.hash}"

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
        result = run_tuning(tuning, run_in)
        rounds, judged, answer = rounds_table(result), judgement_table(result), recommendation(result)
        figure = differences_of(result.judgement)
        print_table(rounds)
        print_table(judged)
        print_answer(answer)
        save_figure(figure, folder / "finalists.png")
        sections = [
            Section("The finalists", pictures=[picture(figure, _SHOWS)], tables=[judged], to_copy=result.agent),
            Section("The search", tables=[rounds]),
            repetition(
                {f"round {number}": entry.results for number, entry in enumerate(result.rounds)}
                | {"judging": result.judged}
            ),
        ]
        write_page(folder / "report.html", f"Which temperature? {options.env}", answer, sections)
    print(f"\nfigure:  {folder / 'finalists.png'}\npage:    {folder / 'report.html'}\nresults: {folder}")


if __name__ == "__main__":
    main()
