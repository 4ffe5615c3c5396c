"""What a command refuses before it computes anything: files that cannot be written, and metrics that no task has."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import envs
from boltzmann import checks
from boltzmann.experiments import Block, Experiment, RefusedError, Store, Task, read_environment
from boltzmann.experiments.figures import require_figure_format
from boltzmann.experiments.metrics import BY_KEY, MetricKey
from boltzmann.experiments.runs import TIMEOUT, play, run_or_refuse, try_environment
from boltzmann.experiments.store import require, temporary_path

_PACKAGES = {"dask": "distributed", "ray": "ray"}


def require_workers(jobs: int, cell_timeout: float | None) -> None:
    """Refuse a number of processes that is neither -1 nor at least 1, and a time limit that ``run`` refuses."""
    if jobs < -1 or jobs == 0:
        raise ValueError(f"--jobs must be -1 or at least 1, got {jobs}")
    if cell_timeout is not None:
        checks.number_in("--cell-timeout", cell_timeout, TIMEOUT)


def require_backend(backend: str, address: str) -> None:
    """Refuse an address without a cluster, and a cluster whose package is not installed."""
    if backend == "loky" and address:
        raise RefusedError(f"--address is for --backend dask or ray, got {address!r} for {backend}")
    if backend != "loky":
        require(_PACKAGES[backend], backend)


def require_figure(path: Path, *, makes_folders: bool = False) -> None:
    """Refuse a figure's file that cannot be written, or whose ending names no format that can be drawn here."""
    require_figure_format(path)
    require_file(path, makes_folders=makes_folders)


def require_file(path: Path, *, makes_folders: bool = False) -> None:
    """Refuse a file that cannot be written; nothing is left behind.

    Parameters
    ----------
    path : Path
        The file, which may be there already.
    makes_folders : bool
        Whether the command makes the folders of the path.

    Raises
    ------
    RefusedError
        Where something else stands in its place, or its folder is missing or cannot be written.
    """
    _require_replaceable(path)
    folder = path.absolute().parent
    if makes_folders:
        folder = next(parent for parent in path.absolute().parents if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise RefusedError(f"{path} cannot be written: {error.strerror}") from error


def require_new_folder(folder: Path) -> None:
    """Refuse a folder that is not empty, and one that cannot be made."""
    if folder.is_dir() and any(folder.iterdir()):
        raise RefusedError(f"{folder} is not empty: choose another folder")
    if folder.exists() and not folder.is_dir():
        raise RefusedError(f"{folder} is no folder: choose another one")
    require_file(folder / "event", makes_folders=True)


def require_in_folder(folder: Path, names: Iterable[str], runs: Mapping[str, Experiment]) -> None:
    """Refuse a results folder where something else stands in the place of a file, or where other runs are stored.

    ``runs`` have the names of their subfolders, "" for the folder itself. The first one decides what the others are,
    so that these are compared when they begin.
    """
    for name in names:
        _require_replaceable(folder / name)
    first, experiment = next(iter(runs.items()))
    Store(folder / first).require_usable(experiment.plan)
    if first and Store(folder).description_file.exists():
        raise RefusedError(f"{folder} holds another experiment: choose another folder")


def _require_replaceable(path: Path) -> None:
    """Refuse a path that the system refuses, and one that is there and is no file."""
    try:
        # A file is written under its temporary name first, which is a little longer.
        for name in (temporary_path(path), path):
            kind = stat.S_IFMT(os.stat(name).st_mode) if name.exists() else stat.S_IFREG
    except (OSError, ValueError) as error:
        raise RefusedError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    if kind != stat.S_IFREG:
        raise RefusedError(f"{path} cannot be written: it is {'a folder' if path.is_dir() else 'no file'}")


def require_metric(
    tasks: Sequence[Task], metric: MetricKey | None, option: str = "--metric", *, everywhere: bool = False
) -> None:
    """Take a step on each task to check that some task reports a metric, or ``everywhere`` each of them.

    Raises
    ------
    RefusedError
        Where no task can have the metric, or with ``everywhere`` one of them; and for an environment that fails.
    """
    if metric is None:
        return
    lacking = [task.environment for task in tasks if not _may_have(task, metric)]
    if lacking and (everywhere or len(lacking) == len(tasks)):
        others = ", or other --env" if everywhere else ""
        raise RefusedError(f"{', '.join(lacking)} does not report its {metric}: choose {option} reward{others}")


def _may_have(task: Task, metric: MetricKey) -> bool:
    """Return whether a task may have a metric: gaps show in the first step, and episodes of bandits never end."""
    arrays = BY_KEY[metric].arrays
    if BY_KEY[metric].per_episode:
        name, _ = read_environment(task.environment)
        return name not in (*envs.ENV_IDS, *envs.CONTEXT_IDS) or name in envs.MDP_IDS
    recorded = run_or_refuse(f"{task.environment} fails in its first step", partial(_first_step, task))
    return not any(np.isnan(recorded[name]).any() for name in arrays)


def _first_step(task: Task) -> dict[str, NDArray[np.float64]]:
    with closing(try_environment(task, envs.make)) as env:
        plan = Experiment((task,), 1, 0).plan
        return play(task, env, np.array([1]), plan, Block(0, 0, 0, 1), "lockstep").arrays
