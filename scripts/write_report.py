"""Write the page of stored results: ``python -m scripts.write_report RESULTS``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from boltzmann.experiments import Results, write_report
from boltzmann.experiments.metrics import JudgedKey
from scripts.support import command, console, costs, print_path, read_options, refusals

EXAMPLES = (
    "results/NAME",
    "results/NAME --metric optimal --output page.html",
)


@dataclass(frozen=True)
class Options:
    """Write one self-contained HTML page on stored results."""

    results: Annotated[Path, tyro.conf.Positional]
    """The folder that a comparison wrote."""
    metric: JudgedKey | None = None
    """What the agents are judged by; by default the return per episode where every replicate ended one in the last
    tenth of the steps, else the gap where episodes end and it is known, else the reward per step."""
    output: Path | None = None
    """The page's file; by default report.html in RESULTS."""


@command("write_report")
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    page = options.output or options.results / "report.html"
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        results = Results.load(options.results)
        refusals.require_file(page)
        costs.require_room(page, costs.drawn_bytes(results.plan))
        write_report(results, page, metric=options.metric)
    print_path("page", page)


if __name__ == "__main__":
    main()
