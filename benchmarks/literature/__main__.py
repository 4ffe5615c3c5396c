"""Published numbers beside measured ones: ``python -m benchmarks.literature --output docs/literature.md``.

The command takes some minutes on one core. ``--quick`` runs everything at a size that only shows that it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.literature.comparison import measure, quick
from benchmarks.literature.exact import EXACT
from benchmarks.literature.pages import exact_table, head, study_table
from benchmarks.literature.studies import STUDIES
from scripts.support import ProgressBar, command, note, read_options

EXAMPLES = ("--quick", "--jobs 2 --output literature.md")


@dataclass(frozen=True)
class Options:
    """Print published numbers beside measured ones."""

    quick: bool = False
    """Run ten replicates of a tenth of the steps, which only shows that everything runs."""
    seed: int = 0
    """Seed of the experiments."""
    jobs: int = 1
    """Number of processes."""
    output: Path | None = None
    """File of the page, which is always printed."""


@command("literature")
def main(arguments: list[str] | None, program: str) -> None:
    """Compute, measure and print; write the page if a file is given."""
    options = read_options(Options, arguments, program, EXAMPLES)
    if options.quick and options.output is not None:
        raise SystemExit("--quick makes numbers that mean nothing: leave --quick out to write a page")
    computed = [(exact, exact.compute()) for exact in EXACT]
    for exact, number in computed:
        note("exact", {"name": exact.name, "published": exact.published, "computed": number, "note": exact.note})
    parts = [head(options.seed), exact_table(computed)]
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


if __name__ == "__main__":
    main()
