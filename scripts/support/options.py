"""Options that several scripts share: one type and one text for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import tyro

Tasks = Annotated[
    list[str],
    tyro.conf.arg(help='Environments, such as "FrozenLake-v1(is_slippery=False)" or "Id-v0(observe=\'hash\')".'),
]
TaskSteps = Annotated[
    list[int],
    tyro.conf.arg(
        help="Number of steps: one number for all tasks or one for each. By default the usual number of each task."
    ),
]
TaskAgent = Annotated[
    str | None,
    tyro.conf.arg(
        help='The agent of all tasks, with _ instead of the policy, such as "Sarsa(_)"; by default the usual ones.'
    ),
]
Seed = Annotated[int, tyro.conf.arg(help="The same seed gives the same bytes.")]
Jobs = Annotated[
    int, tyro.conf.arg(help="Processes; -1 takes one for each core. The number does not change the results.")
]
DryRun = Annotated[
    bool,
    tyro.conf.arg(
        help="Print what would be run and the memory, disk and time it needs, after a short trial; store nothing."
    ),
]
CellTimeout = Annotated[
    float | None,
    tyro.conf.arg(
        help="Seconds that a block of a cell may take: a cell with a block that takes longer has failed, and the "
        "others go on. No limit by default; it does not change the results."
    ),
]
Confidence = Annotated[float, tyro.conf.arg(help="Confidence of the intervals and of what counts as tied, in (0, 1).")]


def steps_of(tasks: Sequence[str], steps: Sequence[int], usual: Mapping[str, int]) -> list[int | None]:
    """Return the steps of each task: those given, else the usual ones of the script, else None.

    Raises
    ------
    ValueError
        For a number of steps that fits neither one task nor all.

    Examples
    --------
    >>> steps_of(["FrozenLake-v1", "Taxi-v4"], [], {"Taxi-v4": 500}), steps_of(["FrozenLake-v1", "Taxi-v4"], [20], {})
    ([None, 500], [20, 20])
    """
    if len(steps) not in (0, 1, len(tasks)):
        raise ValueError(f"--steps must be one number or one for each of {len(tasks)} tasks: {list(steps)}")
    if not steps:
        return [usual.get(task) for task in tasks]
    given: list[int | None] = [*steps]
    return given * len(tasks) if len(given) == 1 else given
