"""Running an experiment: rehearse, compute the missing blocks on cores or a cluster, and return the results."""

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
from boltzmann.experiments.runs.memory_and_time import LARGEST_TRIAL, measure_worker_memory, memory_text
from boltzmann.experiments.runs.pool import LocalWorkers, Workers, compute_blocks
from boltzmann.experiments.runs.progress import Progress, Tally
from boltzmann.experiments.runs.rehearsal import Rehearsal, rehearse
from boltzmann.experiments.runs.worker import Job, Outcome
from boltzmann.experiments.store import Results, Store, lock_folder

_log = logging.getLogger("boltzmann.experiments")

_INSTALL_NUMBA = "pip install 'boltzmann-exploration[fast]'"

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
        Receives a :class:`Status`, first for the stored blocks, then after each block.
    engine : {"auto", "lockstep", "compiled"}
        As for :func:`rollout`, for every cell; the results store which engine ran. The first run compiles for some
        twenty seconds, numba keeps the machine code on disk, and the log ``boltzmann.experiments`` says so.
    workers : Workers, optional
        Workers of a cluster instead of ``n_jobs``, from ``boltzmann.experiments.runs``; the bytes are the same.

    Raises
    ------
    RefusedError
        Nothing is written in these cases. For an agent that cannot act in its environment; the cause is the original
        error. For a folder that holds something else, was begun with another version of an environment, is in use by
        another run or cannot be written. Where the results need more disk than is free or, for a million agent-steps or
        more, the processes need more memory than this machine has; otherwise the log states both needs of such a run.
        RefusedError is a ValueError.
    FailedCellsError
        Where an agent or environment has raised an error during the run, or has killed its worker twice. The other
        cells are stored; the error stands in a file of the folder, such as ``task00-agent01.error.txt``.
    OSError
        Where a block cannot be written, as on a full disk; stored blocks remain.

    Warns
    -----
    UserWarning
        For each stored block that is damaged; it is computed again. And where a run continues that was begun with other
        versions of Python, NumPy, Gymnasium or this package: new blocks have the same distribution, but other bytes.
    """
    if checks.whole_number("n_jobs", n_jobs, least=-1) == 0:
        raise ValueError("n_jobs must be -1 or at least 1, got 0")
    checks.one_of("engine", engine, ENGINES)
    plan, store, workers = experiment.plan, Store(folder), workers or LocalWorkers(n_jobs)
    disk_text(plan, store.folder)
    rehearsal = rehearse(experiment, make, engine)
    _require_resources(experiment, store, make, workers, engine, rehearsal)
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
        job = Job(experiment, store, make, engine, os.getpid())
        tally, report = Tally(plan, missing), on_progress or (lambda status: None)
        report(tally.status())
        # The longest blocks come first, so that no core ends up waiting for one.
        outcomes = compute_blocks(job, sorted(missing, key=plan.agent_steps_of, reverse=True), workers)
        try:
            with closing(outcomes):
                failures = _report_outcomes(outcomes, tally, report)
        finally:
            # A pool that has lost a worker kills the others, possibly while they write.
            store.sweep()
    if failures:
        lines = tuple(_failure_line(plan, store, block, reason) for block, reason in failures)
        raise FailedCellsError(lines, tally.status().total_cells)
    results.require_complete()
    return results


def _require_resources(
    experiment: Experiment, store: Store, make: Make, workers: Workers, engine: Engine, rehearsal: Rehearsal
) -> None:
    """Refuse results that do not fit on the disk; log the needs of a long run, and refuse too much memory."""
    plan = experiment.plan
    disk = disk_text(plan, store.folder)
    if plan.agent_steps < _LONG and rehearsal.largest * plan.largest_block < LARGEST_TRIAL:
        return
    if isinstance(workers, LocalWorkers):
        each, processes = measure_worker_memory(experiment, make), workers.processes(plan.total_blocks)
        _log.info("computing takes %s, and %s", memory_text(each, processes), disk)
    if engine == "auto" and not has_numba():
        _log.info("numba is not installed; compiled cells run tens of times as fast: %s", _INSTALL_NUMBA)


def _report_outcomes(outcomes: Iterable[Outcome], tally: Tally, report: Progress) -> list[tuple[Block, str]]:
    """Report the progress after each outcome; return the first failure of each cell that has one."""
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


def _failure_line(plan: Plan, store: Store, block: Block, reason: str) -> str:
    task = plan.tasks[block.task]
    return f"{task.agents[block.agent]} on {task.environment}: {reason} (see {store.failure_file(block)})"
