"""Write the page of stored results: ``python -m scripts.write_report RESULTS``."""

from __future__ import annotations

from dataclasses import dataclass

from boltzmann import checks
from boltzmann.experiments import Results, write_report
from scripts.support import (
    Baseline,
    Confidence,
    Metric,
    Output,
    StoredResults,
    as_written,
    command,
    console,
    costs,
    print_path,
    read_options,
    refusals,
)

EXAMPLES = (
    "results/NAME",
    "results/NAME --metric optimal --output page.html",
)


@dataclass(frozen=True)
class Options:
    """Write one self-contained HTML page on stored results."""

    results: StoredResults
    metric: Metric = None
    baseline: Baseline = None
    confidence: Confidence = 0.95
    output: Output = None
    """The page's file; by default report.html in RESULTS."""


@command("report")
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    page = options.output or options.results / "report.html"
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        checks.number_in("--confidence", options.confidence, "(0, 1)")
        baseline = as_written(options.baseline)
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        results = Results.load(options.results)
        refusals.require_file(page)
        costs.require_room(page, costs.drawn_bytes(results.plan))
        write_report(results, page, metric=options.metric, baseline=baseline, confidence=options.confidence)
    print_path("page", page)


if __name__ == "__main__":
    main()
