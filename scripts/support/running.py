"""The runs of a command: a comparison with all that it shows, and the runs of a question, a folder for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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
_LONGEST, _DIGITS = 35, 8
"""Letters of a folder's name that say what was played, and digits of the hash behind them."""


def results_folder(command: str, played: Mapping[str, Sequence[str]], digits: str) -> Path:
    """Return the usual folder of a run: named after the command and what was played, with the hash of its description.

    ``played`` has the names of each kind, which is a word in the plural: a kind with too many of them is counted.

    Examples
    --------
    >>> played = {"environments": ["boltzmann/Chain-v0(length=9)"], "learners": ["Sarsa(_)"]}
    >>> results_folder("tune", played, "0123456789abcdef").as_posix()
    'results/tune-Chain-v0-length-9-Sarsa-01234567'
    >>> played = {"environments": [f"Lake{number}-v1" for number in range(20)], "policies": ["Greedy()", "Uniform()"]}
    >>> results_folder("compare", played, "f" * 16).name
    'compare-Lake0-v1-20-environments-2-policies-ffffffff'
    """
    parts = [command]
    for kind, texts in played.items():
        words = [_word(text) for text in texts]
        if len("-".join([*parts[1:], *words])) <= _LONGEST:
            parts += words
        else:
            one = re.sub("ie$", "y", kind.removesuffix("s"))
            parts += [*words[: len(parts) == 1], f"{len(texts)}-{kind if len(texts) > 1 else one}"]
    return Path("results") / "-".join([*filter(None, parts), digits[:_DIGITS]])


def _word(text: str) -> str:
    """Return what says a name within the name of a folder, "" for signs alone."""
    return re.sub("[^A-Za-z0-9.]+", "-", text.removeprefix("boltzmann/"))[:_LONGEST].strip("-.")


def require_comparison_folder(folder: Path, experiment: Experiment) -> None:
    """Refuse the folder of a comparison where the page or a figure cannot be written, or another run is stored."""
    refusals.require_in_folder(folder, (_PAGE, *(entry.file for entry in FIGURES if entry.file)), {"": experiment})


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
