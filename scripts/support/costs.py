"""The memory, disk and time that a command takes, printed before it begins."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import envs
from boltzmann.experiments import Experiment, Plan, Task
from boltzmann.experiments.engine import has_numba
from boltzmann.experiments.runs import (
    LARGEST_TRIAL,
    MEGABYTE,
    Estimate,
    LocalWorkers,
    disk_bytes_of_all,
    disk_text_of_all,
    estimate,
    free_disk,
    memory_text,
    processes_text,
    rehearse,
    require_available,
    worker_memory,
)
from boltzmann.experiments.wording import counted
from scripts.support.output import note
from scripts.support.progress_bar import duration

_DRAWN_TASK, _DRAWN_CELL, _DRAWN_POINT, _DRAWN_SAMPLE = 10**6, 50_000, 500, 50
"""Bytes of figures and page: of each task, and of each cell, point of its curves and replicate. The files of 1, 2 and 4
tasks with 2, 8 and 16 agents each were 0.7, 2.2 and 5.4 MB, for which these give 1.2, 3.6 and 10.4 MB."""

_EXPORTED_ROW = 100
"""Bytes of a row of an exported table at most: a dozen numbers, which a file compresses."""


def disk_need(folder: Path, runs: Mapping[str, Experiment]) -> str:
    """Return how much of the disk the runs of a command take with its figures and page, in words.

    ``runs`` are under the names of their folders in ``folder``, "" for the folder itself.

    Raises
    ------
    RefusedError
        Where that is more than is free.
    """
    return disk_text_of_all(folder, *_stored_and_drawn(folder, runs))


def _stored_and_drawn(folder: Path, runs: Mapping[str, Experiment]) -> tuple[dict[Path, Plan], int]:
    """Return the plan of each run under its folder, and the bytes of the figures and the page."""
    plans = {folder / name: experiment.plan for name, experiment in runs.items()}
    # A study draws all its runs in one figure, the last one in most detail.
    return plans, drawn_bytes(list(plans.values())[-1])


def drawn_bytes(plan: Plan) -> int:
    """Return the bytes that the figures and the page of a run take at most."""
    cell = _DRAWN_CELL + _DRAWN_POINT * plan.points + _DRAWN_SAMPLE * plan.samples
    return _DRAWN_TASK * len(plan.tasks) + cell * len(plan.cells())


def exported_bytes(plan: Plan) -> int:
    """Return the bytes of an exported table, which holds the recorded numbers and the numbers of its rows."""
    windows = sum(len(plan.recorded_steps(task)) for task, _ in plan.cells())
    return _EXPORTED_ROW * windows * plan.samples


def require_room(path: Path, needed: int) -> None:
    """Refuse a file that needs more bytes than are free where it will be."""
    text = f"{path} cannot be written: it takes up to {needed / MEGABYTE:.1f} MB, which is"
    require_available(text, needed, free_disk(path.absolute().parent), "that are free there")


def print_plan(experiment: Experiment, jobs: int, folder: Path) -> None:
    """Print cells and blocks, and estimates of the memory, disk and time that they take.

    Raises
    ------
    RefusedError
        Where a cell cannot run, or the results do not fit on the disk; after printing, where the memory is too small.
    """
    runs = {"": experiment}
    disk = disk_need(folder, runs)
    rehearse(experiment, envs.make, "auto", LARGEST_TRIAL)
    cells, plan = estimate(experiment, envs.make), experiment.plan
    for task, label in enumerate(plan.task_labels):
        print(f"{label}: {_played(plan, task)}")
        for cell in (cell for cell in cells if cell.task == task):
            _note_cell("", label, plan.tasks[task].agents[cell.agent], cell)
            print(f"    {plan.tasks[task].agents[cell.agent]:60} {_costs(cell)}")
    _print_sum([cells], jobs, disk, disk_bytes_of_all(*_stored_and_drawn(folder, runs))[0])


def print_outline(runs: Mapping[str, Experiment], jobs: int, folder: Path) -> None:
    """Print the runs of a study, and estimates of the memory, disk and time that they take.

    The first and the last agent of each task are measured, and all of the task count as the slower one.

    Raises
    ------
    RefusedError
        Where a cell cannot run, or the results do not fit on the disk; after printing, where the memory is too small.
    """
    disk = disk_need(folder, runs)
    all_cells: list[list[Estimate]] = []
    for name, experiment in runs.items():
        rehearse(experiment, envs.make, "auto", LARGEST_TRIAL)
        plan, cells = experiment.plan, list[Estimate]()
        measured = estimate(replace(experiment, tasks=tuple(map(_first_and_last, experiment.tasks))), envs.make)
        for task, label in enumerate(plan.task_labels):
            slower = max((cell for cell in measured if cell.task == task), key=_seconds_or_infinity)
            agents = plan.tasks[task].agents
            cells += [slower] * len(agents)
            for agent in agents:
                _note_cell(name, label, agent, slower)
            print(f"{name and f'{name}: '}{label}: {_played(plan, task)}")
            print(f"    {counted(len(agents), 'agent')}, each {_costs(slower)}")
        all_cells.append(cells)
    _print_sum(all_cells, jobs, disk, disk_bytes_of_all(*_stored_and_drawn(folder, runs))[0])


def _played(plan: Plan, task: int) -> str:
    return f"{counted(plan.tasks[task].steps, 'step')}, {counted(plan.replicates, 'replicate')}"


def _seconds_or_infinity(cell: Estimate) -> float:
    return math.inf if math.isnan(cell.seconds) else cell.seconds


def _first_and_last(task: Task) -> Task:
    return replace(task, agents=task.agents[:: max(1, len(task.agents) - 1)])


def _print_sum(runs: list[list[Estimate]], jobs: int, disk: str, disk_bytes: int) -> None:
    """Print the needs of runs that follow each other."""
    blocks = [sum(cell.blocks for cell in cells) for cells in runs]
    processes = [LocalWorkers(jobs).processes(count) for count in blocks]
    # A process computes whole blocks: a run takes at least as long as its longest block.
    seconds = sum(
        max(sum(cell.seconds for cell in cells) / count, *(cell.seconds / cell.blocks for cell in cells))
        for cells, count in zip(runs, processes, strict=True)
    )
    each = [worker_memory([cell.memory for cell in cells]) for cells in runs]
    memory = max(count * size for count, size in zip(processes, each, strict=True))
    print(f"{counted(sum(map(len, runs)), 'cell')}, {counted(sum(blocks), 'block')}, {processes_text(max(processes))}")
    needs = {"memory_bytes": memory, "disk_bytes": disk_bytes, "seconds": float(seconds)}
    note("sum", {"blocks": sum(blocks), "processes": max(processes), **needs})
    time = "unknown" if math.isnan(seconds) else f"about {duration(seconds)}, and some seconds for figures and page"
    print(f"memory: about {memory / MEGABYTE:.0f} MB in all; time: {time}")
    print(f"disk: {disk}")
    if not has_numba():
        print("numba is not installed: with it (pip install numba) most of this runs tens of times as fast")
    for size, count in zip(each, processes, strict=True):
        memory_text(size, count)


def _note_cell(run: str, task: str, agent: str, cell: Estimate) -> None:
    """Add the needs of a cell to the document for machines."""
    needs = {"blocks": cell.blocks, "memory_bytes": cell.memory, "seconds": cell.seconds}
    note("cells", {"run": run, "task": task, "agent": agent, **needs})


def _costs(cell: Estimate) -> str:
    time = "too large for a trial" if math.isnan(cell.seconds) else f"{cell.seconds:.1f} s in one process"
    return f"{counted(cell.blocks, 'block')} of {cell.memory / MEGABYTE:.1f} MB, {time}"
