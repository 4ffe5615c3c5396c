"""How well does a policy do without tuning? ``python -m benchmarks.untuned "StandardError()"``.

Plays 33 tasks with the policy, uniform exploration, the tuned Boltzmann schedules of each task and popular settings of
epsilon-greedy, and ends with a table, two figures and a page. ``--search`` finds the tuned schedules anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from benchmarks.untuned.scoring import measure
from benchmarks.untuned.showing import by_task, duels, heat_map, profile, sections, summary
from benchmarks.untuned.tasks import BY_NAME, HELD_OUT, TASKS
from benchmarks.untuned.tuning import search
from boltzmann import Greedy
from boltzmann.experiments.figures import save_figure
from boltzmann.experiments.pages import Answer, Table, write_page
from scripts.support import Jobs, Replicates, Seed, command, read_options, read_policy, taught

COMMAND = "untuned"


@dataclass(frozen=True)
class Options:
    """Score policies, without tuning, beside the best hand-tuned Boltzmann schedule of each task."""

    policies: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Policies of the library or of your own, such as "StandardError()" or "package.module:Mine(0.1)"."""
    tasks: tuple[str, ...] = ()
    """The tasks by name; all by default, but for those that are held out."""
    held_out: bool = False
    """Play the 14 held-out tasks, which no policy of the library was designed on."""
    control: str = ""
    """A learner for the policies on tables, _ being the policy, such as "FrontierQ(_)"; Q-learning by default."""
    replicates: Replicates = 200
    seed: Seed = 0
    """The search for the tuned schedules has seeds of its own."""
    jobs: Jobs = -1
    search: bool = False
    """Search the tuned schedules anew, and store them beside this program, instead of scoring policies."""
    output: Path = Path("results/untuned")
    """The folder of runs, figures and page; what it holds of a run is not played again."""


@command(COMMAND)
def main(arguments: list[str] | None, program: str) -> None:
    """Play, print and draw."""
    options = read_options(Options, arguments, program)
    unknown = [name for name in options.tasks if name not in BY_NAME]
    if unknown:
        raise SystemExit(f"{program}: error: tasks must be among {', '.join(BY_NAME)}, got {unknown[0]}")
    tasks = [BY_NAME[name] for name in options.tasks] or list(HELD_OUT if options.held_out else TASKS)
    if options.search:
        search([task.name for task in tasks], options.jobs, lambda line: print(line, flush=True))
        return
    try:
        policies = [read_policy(text) for text in options.policies]
        if options.control:
            taught(options.control, Greedy())
    except ValueError as error:
        raise SystemExit(f"{program}: error: {error}") from error
    if not policies:
        raise SystemExit(f'{program}: error: name at least one policy, such as "StandardError()"')
    suite = measure(
        policies,
        options.output,
        replicates=options.replicates,
        seed=options.seed,
        jobs=options.jobs,
        tasks=tasks,
        control=options.control,
        on_task=lambda task: print(f"playing {task.name}", flush=True),
    )
    for table in (*summary(suite), duels(suite), by_task(suite)):
        print(_text(table), end="\n\n")
    save_figure(heat_map(suite), options.output / "ratios.png")
    save_figure(profile(suite), options.output / "profile.png")
    first, last = (suite.scores[suite.entrants[0], part] for part in ("all", "last"))
    answer = (
        f"Without tuning, {suite.entrants[0]} has {first.mean:.2f} of the gain of the best hand-tuned Boltzmann "
        f"schedules over all steps (95 % interval {first.low:.2f} to {first.high:.2f}, {len(first.ratios)} tasks)."
    )
    card = Answer(
        f"{len(first.ratios)} tasks, over all steps",
        f"{suite.entrants[0]}, which nobody tuned",
        f"{first.mean:.2f} [{first.low:.2f}, {first.high:.2f}]",
        "of the way from uniform exploration (0) to the best hand-tuned Boltzmann schedule of each task (1)",
        [f"In the last tenth of the steps it is {last.mean:.2f} [{last.low:.2f}, {last.high:.2f}]: 95 % intervals."],
    )
    title = f"How good without tuning? {', '.join(map(repr, policies))}"
    write_page(options.output / "report.html", title, [card], sections(suite))
    print(answer, f"figures and page: {options.output}", sep="\n")


def _text(table: Table) -> str:
    """Return a table as Markdown."""
    lines = [list(table.columns), ["---"] * len(table.columns), *map(list, table.rows)]
    return "\n".join([f"{table.caption}:", "", *("| " + " | ".join(line) + " |" for line in lines)])


if __name__ == "__main__":
    main()
