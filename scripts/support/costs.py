"""The memory, disk and time that a run takes, printed before it begins."""

from __future__ import annotations

import math
from pathlib import Path

import envs
from boltzmann.experiments import Experiment
from boltzmann.experiments.engine import has_numba
from boltzmann.experiments.runs import (
    LARGEST_TRIAL,
    MEGABYTE,
    Estimate,
    LocalWorkers,
    disk_text,
    estimate,
    memory_text,
    processes_text,
    rehearse,
    worker_memory,
)
from scripts.support.progress_bar import duration


def print_plan(experiment: Experiment, jobs: int, folder: Path) -> None:
    """Print cells and blocks, and estimates of the memory, disk and time that they take.

    Raises
    ------
    RefusedError
        Where a cell cannot run, or the results do not fit on the disk; after printing, where the memory is too small.
    """
    disk = disk_text(experiment.plan, folder)
    rehearse(experiment, envs.make, "auto", LARGEST_TRIAL)
    cells, plan = estimate(experiment, envs.make), experiment.plan
    for task, label in enumerate(plan.task_labels):
        print(f"{label}: {plan.tasks[task].steps} steps, {plan.replicates} replicates")
        for cell in (cell for cell in cells if cell.task == task):
            print(f"    {plan.tasks[task].agents[cell.agent]:60} {_costs(cell)}")
    blocks, seconds = sum(cell.blocks for cell in cells), sum(cell.seconds for cell in cells)
    processes = LocalWorkers(jobs).processes(blocks)
    # A process computes whole blocks: the run takes at least as long as the longest block.
    longest = max(cell.seconds / cell.blocks for cell in cells)
    memory = processes * worker_memory([cell.memory for cell in cells])
    print(f"{len(cells)} cells, {blocks} blocks, {processes_text(processes)}")
    time = "unknown" if math.isnan(seconds) else f"about {duration(max(seconds / processes, longest))}"
    print(f"memory: about {memory / MEGABYTE:.0f} MB in all; time: {time}")
    print(f"disk: {disk}")
    if not has_numba():
        print("numba is not installed: with it (the extra 'fast') most of this runs tens of times as fast")
    memory_text(memory // processes, processes)


def _costs(cell: Estimate) -> str:
    time = "too large for a trial" if math.isnan(cell.seconds) else f"{cell.seconds:.1f} s in one process"
    return f"{cell.blocks} blocks of {cell.memory / MEGABYTE:.1f} MB, {time}"
