"""What a run will take, said before it begins."""

from __future__ import annotations

import os

import envs
from boltzmann.experiments import Experiment, RefusedError
from boltzmann.experiments.estimating import Estimate, estimate, total_memory, worker_memory
from boltzmann.experiments.rehearsal import rehearse
from scripts.progress_bar import duration

__all__ = ["print_plan", "require_memory", "workers"]

_MEGABYTE = 2**20


def workers(experiment: Experiment, jobs: int) -> int:
    """How many processes will compute: no more than there are blocks."""
    return min(os.cpu_count() or 1 if jobs == -1 else jobs, len(experiment.layout.blocks()))


def require_memory(experiment: Experiment, jobs: int) -> str:
    """Say how much memory the processes take, and refuse more than this machine has.

    Raises
    ------
    RefusedError
        Where they would take more; the message says what to do. And where a cell cannot run at all.
    """
    rehearse(experiment, envs.make, "auto")
    each, count, there = worker_memory(experiment, envs.make), workers(experiment, jobs), total_memory()
    told = f"up to {each / _MEGABYTE:.0f} MB of memory in each of {_processes(count)}"
    if there is not None and each * count > there:
        raise RefusedError(
            f"{told} is more than the {there / _MEGABYTE:.0f} MB of this machine: take a smaller --block, or fewer "
            "--jobs"
        )
    return told


def print_plan(experiment: Experiment, jobs: int) -> None:
    """Print cells, blocks, and what memory and time they are estimated to take."""
    rehearse(experiment, envs.make, "auto")
    cells, layout = estimate(experiment, envs.make), experiment.layout
    for place, label in enumerate(layout.task_labels):
        print(f"{label}: {layout.tasks[place].steps} steps, {layout.replicates} replicates")
        for cell in (cell for cell in cells if cell.task == place):
            print(f"    {layout.tasks[place].agents[cell.agent]:60} {_told(cell)}")
    count = workers(experiment, jobs)
    blocks, seconds = sum(cell.blocks for cell in cells), sum(cell.seconds for cell in cells)
    # A process computes whole blocks: it takes as long as its share, and no less than the longest one.
    longest = max(cell.seconds / cell.blocks for cell in cells)
    memory = count * worker_memory(experiment, envs.make)
    print(f"{len(cells)} cells, {blocks} blocks, {_processes(count)}")
    print(f"memory: about {memory / _MEGABYTE:.0f} MB in all; time: about {duration(max(seconds / count, longest))}")


def _processes(count: int) -> str:
    return "1 process" if count == 1 else f"{count} processes"


def _told(cell: Estimate) -> str:
    return f"{cell.blocks} blocks of {cell.memory / _MEGABYTE:.1f} MB, {cell.seconds:.1f} s in one process"
