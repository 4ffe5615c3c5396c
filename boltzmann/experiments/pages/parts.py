"""Shared by all pages: how they are written, and how to repeat the runs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from boltzmann.experiments.describe import Plan, TaskPlan
from boltzmann.experiments.pages.html import Answer, Section, render_page
from boltzmann.experiments.pages.page_tables import Table
from boltzmann.experiments.store import Results, Store, write_whole


def write_page(
    path: str | os.PathLike[str], title: str, answer: Sequence[str | Answer], sections: Sequence[Section]
) -> None:
    """Write one self-contained HTML page; it loads nothing from anywhere.

    Parameters
    ----------
    path : path
        The file; its folder must exist.
    title, answer, sections
        As for ``boltzmann.experiments.pages.render_page``.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """
    write_whole(Path(path), render_page(title, answer, sections).encode())


def repetition(runs: Mapping[str, Results]) -> Section:
    """Return the section on how to repeat the runs: their descriptions, seeds and versions.

    Parameters
    ----------
    runs : mapping of str to Results
        At least one, under its name.
    """
    rows = [(name, f"{results.plan.seed}", results.plan.hash) for name, results in runs.items()]
    versions = Store(next(iter(runs.values())).folder).beginning().versions
    return Section(
        "Do it again",
        "The text below describes the experiment whole. Run again with the same seed and the same versions, it gives "
        "the same results to the last bit; with other versions it gives results of the same distribution.",
        tables=[
            Table("Seeds", ("run", "seed", "hash of the description"), rows),
            Table("Versions", ("package", "version"), list(versions.items())),
        ],
        to_copy="\n\n".join(notation(results.plan) for results in runs.values()),
        is_folded=True,
    )


def notation(plan: Plan) -> str:
    """Write an experiment in the one notation, a line for each agent; ``boltzmann.notation.parse`` reads it back.

    Examples
    --------
    >>> print(notation(Plan((TaskPlan("FrozenLake-v1", ("QLearning(Greedy())",), 500),), 10, 0, 100, 100)))
    Experiment(
        (
            Task(
                'FrozenLake-v1',
                (
                    QLearning(Greedy()),
                ),
                500,
            ),
        ),
        replicates=10,
        seed=0,
        block=100,
        points=100,
        record='replicates',
    )
    """
    tasks = "\n".join(_task_notation(task) for task in plan.tasks)
    names = ("replicates", "seed", "block", "points", "record")
    numbers = "\n".join(f"    {name}={getattr(plan, name)!r}," for name in names)
    return f"Experiment(\n    (\n{tasks}\n    ),\n{numbers}\n)"


def _task_notation(task: TaskPlan) -> str:
    agents = "\n".join(f"                {agent}," for agent in task.agents)
    return (
        f"        Task(\n            {task.environment!r},\n            (\n{agents}\n            ),\n"
        f"            {task.steps},\n        ),"
    )
