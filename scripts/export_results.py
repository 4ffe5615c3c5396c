"""Export stored results for other tools: ``python -m scripts.export_results RESULTS --parquet FILE``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from boltzmann.experiments import RefusedError, Results
from boltzmann.experiments.store import require, write_tensorboard
from scripts.support import StoredResults, command, console, costs, print_path, read_options, refusals

EXAMPLES = (
    "results/NAME --parquet table.parquet",
    "results/NAME --tensorboard runs",
)


@dataclass(frozen=True)
class Options:
    """Export stored results as a Parquet file, as TensorBoard's event files, or both."""

    results: StoredResults
    parquet: Path | None = None
    """The file of the whole table, with checksums for its pages; needs the extra parquet."""
    tensorboard: Path | None = None
    """The folder of the curves, one run for each cell; needs the extra tensorboard."""


@command("export")
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        if options.parquet is None and options.tensorboard is None:
            raise RefusedError("nothing to write: name a file with --parquet, a folder with --tensorboard, or both")
        results = Results.load(options.results)
        if options.parquet is not None:
            require("pyarrow", "parquet")
            refusals.require_file(options.parquet, makes_folders=True)
        if options.tensorboard is not None:
            require("tensorboardX", "tensorboard")
            refusals.require_new_folder(options.tensorboard)
        for path in (options.parquet, options.tensorboard):
            if path is not None:
                costs.require_room(path, costs.exported_bytes(results.plan))
        if options.parquet is not None:
            results.to_parquet(options.parquet)
            print_path("parquet", options.parquet)
        if options.tensorboard is not None:
            runs = write_tensorboard(results, options.tensorboard)
            print_path("tensorboard", options.tensorboard, f"({len(runs)} runs)")


if __name__ == "__main__":
    main()
