"""Running an experiment on this machine's cores or a cluster's, a block a job, what is stored left as it is."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterable
from contextlib import closing

from boltzmann import checks
from boltzmann.experiments.describe import Block, Experiment, Plan
from boltzmann.experiments.engine import ENGINES, Engine, has_numba
from boltzmann.experiments.errors import FailedCellsError
from boltzmann.experiments.interfaces import Make
from boltzmann.experiments.runs.disk import disk_text
from boltzmann.experiments.runs.memory_and_time import memory_text, processes
from boltzmann.experiments.runs.pool import Workers, compute_blocks, joblib_workers
from boltzmann.experiments.runs.progress import Progress, Status, Tally
from boltzmann.experiments.runs.rehearsal import rehearse
from boltzmann.experiments.runs.worker import Job, Outcome
from boltzmann.experiments.store import Results, Store, lock_folder

_log = logging.getLogger("boltzmann.experiments")

_FAST = "pip install 'boltzmann-exploration[fast]'"

_LONG = 10**6
"""Agent-steps from which on it is worth while to measure what a run takes before it begins."""


def run(
    experiment: Experiment,
    store: str | os.PathLike[str],
    *,
    make: Make,
    n_jobs: int = 1,
    on_progress: Progress | None = None,
    engine: Engine = "auto",
    workers: Workers | None = None,
) -> Results:
    """Compute the blocks of an experiment that a folder does not hold yet, and give the results.

    Parameters
    ----------
    experiment : Experiment
        What to run.
    store : path
        The folder of this run; it is made where it does not exist. What it holds of the same experiment is kept, so
        a run that was stopped goes on where it was, to the bytes that it would have ended with.
    make : callable
        ``make(id, num_envs, discount=..., **kwargs)`` gives a batched environment, as ``envs.make`` does.
    n_jobs : int
        Processes: 1 computes in this one, -1 takes a process a core. The results are the same bytes for any number of
        them.
    on_progress : callable, optional
        Told a :class:`Status`, first what was there, then after each block.
    engine : {"auto", "lockstep", "compiled"}
        As for :func:`rollout`, for every cell; which one it was is stored with the results. The first run compiles,
        which takes some twenty seconds and is kept on disk; the log ``boltzmann.experiments`` says so.
    workers : Workers, optional
        A cluster's in the place of ``n_jobs``, from ``boltzmann.experiments.runs``; the same bytes again.

    Raises
    ------
    RefusedError
        For an agent that cannot act in its environment, and for a folder that holds something else, was begun with
        another version of an environment, is in use by another run or cannot be written; nothing is written then. It
        is a ValueError, and its cause is what was raised. And where the results would take more of the disk than is
        free, or, of a million agent-steps or more, the processes more memory than this machine has; else the log says
        of such a run how much both take at most.
    FailedCellsError
        Where an agent or environment has raised an error on the way, or has killed its worker twice. The other cells
        are stored; what was raised stands in a file of the folder, such as ``task00-agent01.error.txt``.
    ValueError, TypeError
        For ``n_jobs`` out of its bounds.
    OSError
        Where a block cannot be written, as on a full disk; what is stored stays.

    Warns
    -----
    UserWarning
        For each stored block that is damaged; it is computed again. And where a run goes on that was begun with other
        versions of Python, NumPy, Gymnasium or this package: it ends with the same law, but not with the same bytes.
    """
    if checks.whole_number("n_jobs", n_jobs, least=-1) == 0:
        raise ValueError("n_jobs must be -1 or at least 1, got 0")
    checks.one_of("engine", engine, ENGINES)
    environments, engines = rehearse(experiment, make, engine)
    place = Store(store)
    plan = experiment.plan
    room = disk_text(plan, place.folder)
    if plan.agent_steps >= _LONG:
        if workers is None:
            _log.info("computing: %s, and %s", memory_text(experiment, make, processes(experiment, n_jobs)), room)
        if engine == "auto" and not has_numba():
            _log.info("numba is not installed, and what runs compiled is tens of times as fast: %s", _FAST)
    place.begin(plan, environments, engines)
    with lock_folder(place.folder):
        place.clear()
        missing, damaged = place.missing(plan)
        for message in damaged:
            warnings.warn(f"{message}; it is computed again", UserWarning, stacklevel=2)
        if missing and (other := place.other_versions(engines)):
            told = f"{store} was begun with other versions, {other}: not the same bytes"
            warnings.warn(told, UserWarning, stacklevel=2)
        job = Job(experiment, place, make, engine, os.getpid())
        tally, report = Tally(plan, missing), on_progress or _silent
        report(tally.status())
        outcomes = compute_blocks(job, _longest_first(plan, missing), workers or joblib_workers(n_jobs))
        try:
            with closing(outcomes):
                failures = _followed(outcomes, tally, report)
        finally:
            # A pool that has lost a worker kills the others, in the middle of what they write.
            place.sweep()
    if failures:
        lines = tuple(_failure(plan, place, block, reason) for block, reason in failures)
        raise FailedCellsError(lines, tally.status().total_cells)
    return Results.load(store)


def _followed(outcomes: Iterable[Outcome], tally: Tally, report: Progress) -> list[tuple[Block, str]]:
    """Tell of each outcome; give the first failure of each cell that has one."""
    failures: dict[str, tuple[Block, str]] = {}
    for outcome in outcomes:
        if outcome.unwritten is not None:
            raise outcome.unwritten
        if outcome.failure:
            failures.setdefault(outcome.block.cell, (outcome.block, outcome.failure))
            tally.failed(outcome.block)
        else:
            tally.done(outcome.block)
        report(tally.status())
    return [failures[cell] for cell in sorted(failures)]


def _failure(plan: Plan, store: Store, block: Block, reason: str) -> str:
    task = plan.tasks[block.task]
    return f"{task.agents[block.agent]} on {task.environment}: {reason} (see {store.failure_file(block)})"


def _longest_first(plan: Plan, blocks: list[Block]) -> list[Block]:
    """Order blocks so that no core ends up waiting for a long one."""
    return sorted(blocks, key=lambda block: -plan.tasks[block.task].steps * block.replicates)


def _silent(status: Status) -> None:
    pass
