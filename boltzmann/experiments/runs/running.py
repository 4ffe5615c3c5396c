"""Running an experiment: rehearse, compute the missing blocks on cores or a cluster, and return the results."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace

from boltzmann import checks
from boltzmann.experiments.describe import Block, Experiment, Plan, specs_of
from boltzmann.experiments.engine import ENGINES, Engine, has_numba
from boltzmann.experiments.errors import FailedCellsError
from boltzmann.experiments.interfaces import Make
from boltzmann.experiments.runs.disk import disk_text
from boltzmann.experiments.runs.memory_and_time import LARGEST_TRIAL, measure_worker_memory, memory_text
from boltzmann.experiments.runs.pool import LocalWorkers, Workers, compute_blocks
from boltzmann.experiments.runs.progress import Progress, Tally, Watch
from boltzmann.experiments.runs.rehearsal import (
    Rehearsal,
    rehearse,
    rehearse_in_workers,
    require_known_to_workers,
)
from boltzmann.experiments.runs.worker import FAILED_ELSEWHERE, Job, Outcome
from boltzmann.experiments.store import Results, Store, lock_folder

_log = logging.getLogger("boltzmann.experiments")

_INSTALL_NUMBA = "pip install numba"

TIMEOUT = "[0.001, 1e9]"
"""The bounds of a time limit, in seconds."""
_LONG = 10**6
"""Runs of at least this many agent-steps, and those of large tables, measure their memory before they begin."""


def run(
    experiment: Experiment,
    folder: str | os.PathLike[str],
    *,
    make: Make,
    n_jobs: int = 1,
    on_progress: Progress | None = None,
    engine: Engine = "auto",
    workers: Workers | None = None,
    cell_timeout: float | None = None,
) -> Results:
    """Compute the blocks of an experiment that a folder does not hold yet, and return the results.

    Each task's environment is made once for a rehearsal and once for each missing block. Stored blocks are read and
    checked once, and the results hold them.

    Parameters
    ----------
    experiment : Experiment
        The experiment to run.
    folder : path
        The folder of this run, which is made if it does not exist. Blocks of the same experiment in it are used as they
        are, so a stopped run continues to the bytes that it would have ended with.
    make : callable
        ``make(id, num_envs, discount=..., **kwargs)`` returns a batched environment, as ``envs.make`` does.
    n_jobs : int
        Processes: 1 computes in this one, -1 takes one for each core. The bytes do not depend on the number.
    on_progress : callable, optional
        Receives a :class:`Status`, first for the stored blocks, then after each block, and from another thread once a
        second with the steps that the blocks in progress have taken; never twice at once. What it raises ends the run
        when the next block ends.
    engine : {"auto", "lockstep", "compiled"}
        As for :func:`rollout`, for every cell; the results store which engine ran. The first run compiles for some
        twenty seconds, numba keeps the machine code on disk, and the log ``boltzmann.experiments`` says so.
    workers : Workers, optional
        Workers of a cluster instead of ``n_jobs``, from ``boltzmann.experiments.runs``; the bytes are the same.
    cell_timeout : float, optional
        The seconds that a block of a cell may take, in [0.001, 1e9]: a cell with a block that takes longer has failed,
        and the others go on. The worker of that block is ended, so one job takes a process of its own too. The bytes
        and the identity of the experiment do not depend on it.

    Raises
    ------
    RefusedError
        Nothing is written in these cases. For an agent that cannot act in its environment, in this process or in a
        worker; the cause is the original error. For a folder that holds something else, was begun with another version
        of an environment, is in use by another run or cannot be written. Where the results need more disk than is free
        or, for a million agent-steps or more, the processes need more memory than this machine has; otherwise the log
        states both needs of such a run. RefusedError is a ValueError.
    FailedCellsError
        Where an agent or environment has raised anything during the run, ``SystemExit`` and ``KeyboardInterrupt``
        included, has killed its worker twice or has exceeded ``cell_timeout``. The other cells are stored; the error
        stands in a file of the folder, such as ``task00-agent01.error.txt``.
    LostWorkersError
        Where all workers die before they compute anything, or their cluster is gone; stored blocks remain.
    OSError
        Where a block cannot be written, as on a full disk; stored blocks remain.

    Warns
    -----
    UserWarning
        For each stored block that is damaged; it is computed again. And where a run continues that was begun with other
        versions of Python, NumPy, Gymnasium or this package: new blocks have the same distribution, but other bytes.
        And where the file of a class of your own has changed since.
    """
    if checks.whole_number("n_jobs", n_jobs, least=-1) == 0:
        raise ValueError("n_jobs must be -1 or at least 1, got 0")
    checks.one_of("engine", engine, ENGINES)
    if cell_timeout is not None:
        cell_timeout = checks.number_in("cell_timeout", cell_timeout, TIMEOUT)
    plan, store, workers = experiment.plan, Store(folder), workers or LocalWorkers(n_jobs)
    if cell_timeout is not None and isinstance(workers, LocalWorkers):
        workers = replace(workers, separate=True)
    job = Job(experiment, store, make, engine, os.getpid(), cell_timeout, specs_of(experiment))
    store.require_usable(plan)
    disk_text(plan, store.folder)
    rehearsal = _rehearse(job, workers)
    _require_resources(job, workers, rehearsal)
    store.begin(plan, rehearsal.environments, rehearsal.engines)
    with lock_folder(store.folder):
        store.clear()
        results = Results(store.folder, plan)
        missing, damaged = results.missing()
        for message in damaged:
            warnings.warn(f"{message}; it is computed again", UserWarning, stacklevel=2)
        if missing and (others := store.other_versions(rehearsal.engines)):
            message = f"{folder} was begun with other versions, {others}: the bytes will not be the same"
            warnings.warn(message, UserWarning, stacklevel=2)
        if changed := store.changed_code(plan):
            message = (
                f"{', '.join(changed)} has changed since {folder} was begun, which keeps the results of the old code"
            )
            warnings.warn(f"{message}; another folder computes them anew", UserWarning, stacklevel=2)
        tally = Tally(plan, missing)
        # The longest blocks come first, so that no core ends up waiting for one.
        outcomes = compute_blocks(job, sorted(missing, key=plan.agent_steps_of, reverse=True), workers)
        try:
            with Watch(tally, store.steps_in_progress, on_progress) as watch, closing(outcomes):
                failures = _report_outcomes(outcomes, watch)
        finally:
            # A pool that has lost a worker kills the others, possibly while they write.
            store.sweep()
    if failures:
        lines = tuple(_failure_line(plan, store, block, reason) for block, reason in failures)
        raise FailedCellsError(lines, tally.status().total_cells)
    results.require_complete()
    return results


def _rehearse(job: Job, workers: Workers) -> Rehearsal:
    """Rehearse the cells that are not stored yet in the workers, if there are any, and all cells in this process."""
    failed = []
    if not (isinstance(workers, LocalWorkers) and workers.in_this_process):
        plan, stored = job.experiment.plan, set(job.store.stored(job.experiment.plan))
        cells = sorted({(block.task, block.agent) for block in plan.blocks() if block not in stored})
        failed = rehearse_in_workers(job, [Block(*cell, 0, replicates=1) for cell in cells], workers)
    rehearsal = rehearse(job.experiment, job.make, job.engine)
    require_known_to_workers(job, failed)
    return rehearsal


def _require_resources(job: Job, workers: Workers, rehearsal: Rehearsal) -> None:
    """Refuse results that do not fit on the disk; log the needs of a long run, and refuse too much memory."""
    plan = job.experiment.plan
    disk = disk_text(plan, job.store.folder)
    if plan.agent_steps < _LONG and rehearsal.largest * plan.largest_block < LARGEST_TRIAL:
        return
    if isinstance(workers, LocalWorkers):
        each, processes = measure_worker_memory(job, workers), workers.processes(plan.total_blocks)
        _log.info("computing takes %s, and %s", memory_text(each, processes), disk)
    if job.engine == "auto" and not has_numba():
        _log.info("numba is not installed; compiled cells run tens of times as fast: %s", _INSTALL_NUMBA)


def _report_outcomes(outcomes: Iterable[Outcome], watch: Watch) -> list[tuple[Block, str]]:
    """Report the progress after each outcome; return a failure of each cell that has one."""
    failures: dict[str, tuple[Block, str]] = {}
    for outcome in outcomes:
        if outcome.unwritten is not None:
            raise outcome.unwritten
        if outcome.failure:
            # A skipped block may end before the one that failed.
            if outcome.block.cell not in failures or outcome.failure != FAILED_ELSEWHERE:
                failures[outcome.block.cell] = (outcome.block, outcome.failure)
            watch.failed(outcome.block)
        else:
            watch.done(outcome.block)
    return [failures[cell] for cell in sorted(failures)]


def _failure_line(plan: Plan, store: Store, block: Block, reason: str) -> str:
    task = plan.tasks[block.task]
    return f"{task.agents[block.agent]} on {task.environment}: {reason} (see {store.failure_file(block)})"
