"""Options that several commands share: one name, one type and one text for each.

A command may say more below its own field, such as the default; its help shows that behind the shared text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import tyro

from boltzmann.checks import shown
from boltzmann.experiments.metrics import JudgedKey
from boltzmann.experiments.studies import FAMILIES
from scripts.support.names import POLICIES

Environments = Annotated[
    list[str],
    tyro.conf.arg(
        help='Environments, such as "FrozenLake-v1(is_slippery=False)" or "package.module:Id-v0(observe=\'hash\')"; a '
        "module of your own has to register the id when it is imported, by gymnasium.register."
    ),
]
Steps = Annotated[
    list[int],
    tyro.conf.arg(
        help="Steps of each replicate: one number for all environments or one for each; by default the usual number of "
        "each."
    ),
]
Policies = Annotated[
    list[str],
    tyro.conf.arg(
        help='Policies, such as "Boltzmann(Linear(1.0, 0.01, 1000))" or "package.module:Mine(0.1)". There are '
        f"{', '.join(sorted(kind.__name__ for kind in POLICIES))}."
    ),
]
Learners = Annotated[
    list[str],
    tyro.conf.arg(
        help='The learner of every policy, with _ instead of the policy, such as "Sarsa(_, step_size=0.5)"; by default '
        "the usual one of each environment."
    ),
]
Replicates = Annotated[
    int, tyro.conf.arg(help="Independent copies of each policy in each environment, which judge it.")
]
Seed = Annotated[int, tyro.conf.arg(help="The same seed gives the same bytes.")]
Block = Annotated[
    int,
    tyro.conf.arg(
        help="Replicates that are computed and stored together; it is part of the experiment, as the seed is."
    ),
]
Families = Annotated[
    list[str],
    tyro.conf.arg(
        help="Families of schedules that are tried beside constant temperatures. There are "
        f"{', '.join(map(repr, FAMILIES))}."
    ),
]
Temperatures = Annotated[tuple[float, ...], tyro.conf.arg(help="Constant temperatures, each in [0, inf].")]
Lowest = Annotated[float, tyro.conf.arg(help="The lowest temperature above 0.")]
Highest = Annotated[float, tyro.conf.arg(help="The highest temperature below infinity.")]
ActionValues = Annotated[tuple[float, ...], tyro.conf.arg(help="Action values.")]
Metric = Annotated[
    JudgedKey | None,
    tyro.conf.arg(
        help="What the policies are judged by. By default tune, sweep and anneal take the gap where all environments "
        "report it. Else it is the return where every replicate ended an episode in the last tenth of the steps, else "
        "the gap where episodes end and it is known, else the reward per step."
    ),
]
Baseline = Annotated[
    str | None,
    tyro.conf.arg(
        help="The policy that differences are to, as --policies or the leaderboard writes it; the best one by default."
    ),
]
Confidence = Annotated[float, tyro.conf.arg(help="Confidence of the intervals and of what counts as tied, in (0, 1).")]
Jobs = Annotated[
    int, tyro.conf.arg(help="Processes; -1 takes one for each core. The number does not change the results.")
]
CellTimeout = Annotated[
    float | None,
    tyro.conf.arg(
        help="Seconds that a block of a cell may take: a cell with a block that takes longer has failed, and the "
        "others go on. No limit by default; it does not change the results."
    ),
]
DryRun = Annotated[
    bool,
    tyro.conf.arg(
        help="Print what would be run and the memory, disk and time it needs, after a short trial; store nothing."
    ),
]
StoredResults = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(help="The folder that a comparison wrote.")]
Output = Annotated[Path | None, tyro.conf.arg(help="What to write.")]


def only(option: str, given: Sequence[str]) -> str:
    """Return the one value of an option that a command takes once.

    Raises
    ------
    ValueError
        For none, or several.

    Examples
    --------
    >>> only("--env", ["Taxi-v4"])
    'Taxi-v4'
    """
    if len(given) != 1:
        raise ValueError(f"{option} must be one here, got {len(given)}: {' '.join(map(shown, given))}")
    return given[0]


def steps_of(env: Sequence[str], steps: Sequence[int], usual: Mapping[str, int]) -> list[int | None]:
    """Return the steps of each environment: those given, else the usual ones of the script, else None.

    Raises
    ------
    ValueError
        For a number of steps that fits neither one environment nor all.

    Examples
    --------
    >>> steps_of(["FrozenLake-v1", "Taxi-v4"], [], {"Taxi-v4": 500}), steps_of(["FrozenLake-v1", "Taxi-v4"], [20], {})
    ([None, 500], [20, 20])
    """
    if len(steps) not in (0, 1, len(env)):
        raise ValueError(f"--steps must be one number or one for each of {len(env)} environments, got {list(steps)}")
    if not steps:
        return [usual.get(name) for name in env]
    given: list[int | None] = [*steps]
    return given * len(env) if len(given) == 1 else given
