"""The runs of a command: a comparison with all that it shows, and the runs of a question, a folder for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import envs
from boltzmann.experiments import Experiment, Judgement, Results, run, save_figure
from boltzmann.experiments.figures import FIGURES, draw_figures, each_figure
from boltzmann.experiments.pages import write_judgement
from boltzmann.experiments.runs import Workers
from scripts.support import console, refusals
from scripts.support.costs import disk_need
from scripts.support.drawing import write_and_print
from scripts.support.progress_bar import ProgressBar
from scripts.support.tables import print_path

_PAGE = "report.html"


def require_comparison_folder(folder: Path) -> None:
    """Refuse the folder of a comparison where the page or a figure cannot be written."""
    refusals.require_in_folder(folder, (_PAGE, *(entry.file for entry in FIGURES if entry.file)))


def compare(
    experiment: Experiment,
    folder: Path,
    cluster: AbstractContextManager[Workers],
    judge: Callable[[Results], Judgement],
    cell_timeout: float | None = None,
) -> None:
    """Run a comparison, or continue it, and show its results: the leaderboard, the figures and the page.

    Raises
    ------
    RefusedError
        Where the results, figures and page do not fit on the disk.
    """
    disk_need(folder, {"": experiment})
    with cluster as workers, ProgressBar() as progress:
        results = run(
            experiment, folder, make=envs.make, workers=workers, on_progress=progress, cell_timeout=cell_timeout
        )
    judgement = judge(results)
    console.print_leaderboard(judgement)
    print()
    print_path("results", folder)
    page = folder / _PAGE
    with each_figure() as attempt:
        write_and_print(page, lambda: write_judgement(judgement, page), attempt)
        for entry, figure in draw_figures(judgement, attempt).items():
            with attempt(str(folder / entry.file)):
                save_figure(figure, folder / entry.file)
                print_path("figure", folder / entry.file)


@contextmanager
def study_runs(
    folder: Path, outline: Mapping[str, Experiment], jobs: int, cell_timeout: float | None = None
) -> Iterator[Callable[[str, Experiment], Results]]:
    """Yield ``run(name, experiment)``, which runs an experiment in a subfolder of that name.

    ``outline`` tells beforehand how many runs there will be, and about how long each of them is.

    Raises
    ------
    RefusedError
        Where the results, figures and page of all runs do not fit on the disk.
    """
    disk_need(folder, outline)
    with ProgressBar([experiment.plan.agent_steps for experiment in outline.values()]) as progress:

        def run_in(name: str, experiment: Experiment) -> Results:
            return run(
                experiment,
                folder / name,
                make=envs.make,
                n_jobs=jobs,
                on_progress=progress.begin(name),
                cell_timeout=cell_timeout,
            )

        yield run_in
