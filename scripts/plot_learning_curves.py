"""Draw the learning curves of stored results: ``python -m scripts.plot_learning_curves RESULTS``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from boltzmann.experiments import Results, draw_learning_curves, leaderboard, save_figure
from scripts import console


@dataclass(frozen=True)
class Options:
    """Draw the learning curves of stored results and print their leaderboard."""

    results: Annotated[Path, tyro.conf.Positional]
    """The folder that a comparison wrote."""
    metric: Literal["reward", "return", "gap", "optimal"] | None = None
    """What to show; by default the return per episode where episodes end, else the reward per step."""
    output: Path | None = None
    """The figure's file, its ending chooses the format (png, svg, pdf); by default learning_curves.png in RESULTS."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    options = tyro.cli(Options, args=arguments, prog="plot_learning_curves")
    with console.errors_in_one_line("plot_learning_curves", console.RUN_ERRORS):
        results = Results.load(options.results)
        figure = options.output or options.results / "learning_curves.png"
        save_figure(draw_learning_curves(results, options.metric), figure)
        console.print_leaderboard(leaderboard(results, options.metric), results.layout.replicates)
        print(f"\nfigure:  {figure}")


if __name__ == "__main__":
    main()
