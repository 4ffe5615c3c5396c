"""Draw the learning curves of stored results: ``python -m scripts.plot_learning_curves RESULTS``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from boltzmann import checks
from boltzmann.experiments import Judgement, Results, draw_learning_curves, save_figure
from boltzmann.experiments.figures import each_figure, require_figure_format
from boltzmann.experiments.metrics import JUDGED_KEYS, MetricKey
from scripts.support import Confidence, command, console, costs, print_path, read_options, refusals

EXAMPLES = (
    "results/NAME --metric reward entropy",
    'results/NAME --baseline "Greedy()" --output curves.pdf',
)


@dataclass(frozen=True)
class Options:
    """Draw the learning curves of stored results and print their leaderboard."""

    results: Annotated[Path, tyro.conf.Positional]
    """The folder that a comparison wrote."""
    metric: tuple[MetricKey, ...] = ()
    """What to show, a panel each; by default what each task is judged by, with the optimal actions beside it. The first
    of them that agents can be judged by ranks the leaderboard."""
    baseline: str | None = None
    """The policy that differences are to; the best one by default."""
    confidence: Confidence = 0.95
    output: Path | None = None
    """The figure's file, its ending chooses the format (png, svg, pdf); by default learning_curves.png in RESULTS, or
    with metrics learning_curves_METRIC.png."""


@command("plot_learning_curves")
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        checks.number_in("--confidence", options.confidence, "(0, 1)")
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        figure = options.output or options.results / f"{'_'.join(('learning_curves', *options.metric))}.png"
        require_figure_format(figure)
        results = Results.load(options.results)
        refusals.require_file(figure)
        costs.require_room(figure, costs.drawn_bytes(results.plan))
        judge = next((metric for metric in options.metric if metric in JUDGED_KEYS), None)
        judgement = Judgement(results, judge, options.baseline, options.confidence)
        _ = judgement.tasks_showing(options.metric), judgement.tasks
        console.print_leaderboard(judgement)
        with each_figure() as attempt, attempt(str(figure)):
            save_figure(draw_learning_curves(results, options.metric or None), figure)
            print()
            print_path("figure", figure)


if __name__ == "__main__":
    main()
