"""Draw the learning curves of stored results: ``python -m scripts.plot_learning_curves RESULTS``."""

from __future__ import annotations

from dataclasses import dataclass

from boltzmann import checks
from boltzmann.experiments import Judgement, Results, draw_learning_curves, save_figure
from boltzmann.experiments.figures import each_figure, require_figure_format
from boltzmann.experiments.metrics import JUDGED_KEYS, MetricKey
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
    "results/NAME --panels reward entropy",
    'results/NAME --baseline "Greedy()" --output curves.pdf',
)


@dataclass(frozen=True)
class Options:
    """Draw the learning curves of stored results and print their leaderboard."""

    results: StoredResults
    panels: tuple[MetricKey, ...] = ()
    """The curves to draw, a panel each; by default what each environment is judged by, with the optimal actions beside
    it."""
    metric: Metric = None
    """Without it, the first of the panels that can judge does."""
    baseline: Baseline = None
    confidence: Confidence = 0.95
    output: Output = None
    """The figure's file, its ending chooses the format (png, svg, pdf); by default learning_curves.png in RESULTS, or
    with panels learning_curves_PANELS.png."""


@command("plot")
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        checks.number_in("--confidence", options.confidence, "(0, 1)")
        baseline = as_written(options.baseline)
    with console.errors_in_one_line(program, console.RUN_ERRORS):
        figure = options.output or options.results / f"{'_'.join(('learning_curves', *options.panels))}.png"
        require_figure_format(figure)
        results = Results.load(options.results)
        refusals.require_file(figure)
        costs.require_room(figure, costs.drawn_bytes(results.plan))
        metric = options.metric or next((panel for panel in options.panels if panel in JUDGED_KEYS), None)
        panels = options.panels or ((options.metric,) if options.metric else ())
        judgement = Judgement(results, metric, baseline, options.confidence)
        _ = judgement.tasks_showing(panels), judgement.tasks
        console.print_leaderboard(judgement)
        with each_figure() as attempt, attempt(str(figure)):
            save_figure(draw_learning_curves(results, panels or None), figure)
            print()
            print_path("figure", figure)


if __name__ == "__main__":
    main()
