"""What is claimed, as data: experiments with the numbers that are known of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from boltzmann.experiments import Agent

Measure = Literal["optimal", "regret", "regret after K"]
MEASURES: dict[Measure, str] = {
    "optimal": "optimal actions, last tenth, %",
    "regret": "total regret",
    "regret after K": "regret after the first K pulls",
}


@dataclass(frozen=True)
class Claim:
    """One number of one learner on one problem.

    Attributes
    ----------
    environment : str
        In the notation of ``boltzmann.experiments``.
    agent : Agent
        The learner, its policy in it.
    measure : str
        A key of ``MEASURES``.
    published : str
        The number as it was given, digits and all; empty where there is none and the row stands for comparison.
    note : str
        What is to be said of it.
    differs : bool
        Whether it is known not to be met; the note says why.
    """

    environment: str
    agent: Agent
    measure: Measure
    published: str = ""
    note: str = ""
    differs: bool = False

    @property
    def label(self) -> str:
        """Name the row: no two of a study are alike."""
        return f"{self.agent!r} on {self.environment}, {MEASURES[self.measure]}"


@dataclass(frozen=True)
class Study:
    """Claims that were measured in one way.

    Attributes
    ----------
    title, text : str
        What it is, and how it is defined: what a repetition has to get right.
    steps : int
        Steps of a replicate.
    window : int
        Steps between two records; a measure after the first K pulls needs the first to end there.
    replicates : int
        How many are run here.
    published_runs : int or None
        How many the published means are of; None where that is not said, and they count as exact.
    claims : tuple of Claim
    """

    title: str
    text: str
    steps: int
    window: int
    replicates: int
    published_runs: int | None
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Exact:
    """One number that is computed and not sampled.

    Attributes
    ----------
    name : str
        What it is of.
    published : str
        The number as it was given; half a unit of its last digit is how far the computed one may be.
    compute : callable
        Gives the number.
    note : str
        What is to be said of it.
    """

    name: str
    published: str
    compute: Callable[[], float]
    note: str = ""

    @property
    def decimals(self) -> int:
        """How many decimals were published."""
        return len(self.published.partition(".")[2])

    def met_by(self, value: float) -> bool:
        """Whether a value is the published one to its last digit; a borderline may fall to either side in floats."""
        return abs(value - float(self.published)) <= 0.5 * 10.0**-self.decimals * (1 + 1e-9)
