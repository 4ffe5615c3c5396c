"""Published numbers beside measured ones: ``python -m benchmarks.literature --output docs/literature.md``.

The command takes some minutes on one core. ``--quick`` runs everything at a size that only shows that it runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.literature.comparison import measure, quick
from benchmarks.literature.exact import EXACT
from benchmarks.literature.pages import exact_table, head, study_table
from benchmarks.literature.studies import STUDIES
from scripts.support import (
    Jobs,
    Output,
    ProgressBar,
    Seed,
    command,
    console,
    current_output,
    note,
    read_options,
    refusals,
)

EXAMPLES = ("--quick", "--jobs 2 --output literature.md")


@dataclass(frozen=True)
class Options:
    """Print published numbers beside measured ones."""

    quick: bool = False
    """Run ten replicates of a tenth of the steps, which only shows that everything runs."""
    seed: Seed = 0
    jobs: Jobs = -1
    output: Output = None
    """The file of the page, which is always printed."""


@command("reproduce")
def main(arguments: list[str] | None, program: str) -> None:
    """Compute, measure and print; write the page if a file is given."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        refusals.require_workers(options.jobs, None)
        if options.quick and options.output is not None:
            raise ValueError("--quick makes numbers that mean nothing: leave --quick out to write a page")
        if options.output is not None:
            refusals.require_file(options.output)
    computed = [(exact, exact.compute()) for exact in EXACT]
    for exact, number in computed:
        note("exact", {"name": exact.name, "published": exact.published, "computed": number, "note": exact.note})
    parts = [head(options.seed, current_output().call), exact_table(computed)]
    print("".join(parts), end="")
    for study in STUDIES:
        small = quick(study) if options.quick else study
        with ProgressBar() as progress:
            rows = measure(small, options.seed, n_jobs=options.jobs, on_progress=progress)
        note("studies", {"title": study.title, "rows": rows})
        parts.append(study_table(small, rows))
        print(parts[-1], end="", flush=True)
    if options.output is not None:
        options.output.write_text("".join(parts), encoding="utf-8")
        note("files", {"kind": "page", "path": options.output})


if __name__ == "__main__":
    main()
