"""What a run will take, said before it begins."""

from __future__ import annotations

from pathlib import Path

import envs
from boltzmann.experiments import Experiment
from boltzmann.experiments.engine import has_numba
from boltzmann.experiments.runs import (
    Estimate,
    disk_text,
    estimate,
    memory_text,
    processes,
    processes_text,
    rehearse,
    worker_memory,
)
from scripts.support.progress_bar import duration

_MEGABYTE = 2**20


def require_memory(experiment: Experiment, jobs: int) -> str:
    """Say how much memory the processes take, and refuse more than this machine has.

    Raises
    ------
    RefusedError
        Where they would take more; the message says what to do. And where a cell cannot run at all.
    """
    rehearse(experiment, envs.make, "auto")
    return memory_text(experiment, envs.make, processes(experiment, jobs))


def print_plan(experiment: Experiment, jobs: int, folder: Path) -> None:
    """Print cells, blocks, and what memory, disk and time they are estimated to take."""
    rehearse(experiment, envs.make, "auto")
    cells, plan = estimate(experiment, envs.make), experiment.plan
    for place, label in enumerate(plan.task_labels):
        print(f"{label}: {plan.tasks[place].steps} steps, {plan.replicates} replicates")
        for cell in (cell for cell in cells if cell.task == place):
            print(f"    {plan.tasks[place].agents[cell.agent]:60} {_told(cell)}")
    count = processes(experiment, jobs)
    blocks, seconds = sum(cell.blocks for cell in cells), sum(cell.seconds for cell in cells)
    # A process computes whole blocks: it takes as long as its share, and no less than the longest one.
    longest = max(cell.seconds / cell.blocks for cell in cells)
    memory = count * worker_memory(experiment, envs.make)
    print(f"{len(cells)} cells, {blocks} blocks, {processes_text(count)}")
    print(f"memory: about {memory / _MEGABYTE:.0f} MB in all; time: about {duration(max(seconds / count, longest))}")
    print(f"disk: {disk_text(plan, folder)}")
    if not has_numba():
        print("numba is not installed: with it (the extra 'fast') most of this runs tens of times as fast")


def _told(cell: Estimate) -> str:
    return f"{cell.blocks} blocks of {cell.memory / _MEGABYTE:.1f} MB, {cell.seconds:.1f} s in one process"
