"""The runs of a command that asks a question: one progress bar, a folder for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import envs
from boltzmann.experiments import Experiment, Results, run
from scripts.support.costs import disk_need
from scripts.support.progress_bar import ProgressBar


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
