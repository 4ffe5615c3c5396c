"""Claims as data: experiments and their published numbers."""

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
    """One published number of a learner on a problem.

    Attributes
    ----------
    environment : str
        In the notation of ``boltzmann.experiments``.
    agent : Agent
        The learner with its policy.
    measure : str
        A key of ``MEASURES``.
    published : str
        The number with all published digits; empty if there is none and the row stands for comparison.
    note : str
        A remark.
    differs : bool
        Whether the number is known not to be met; the note explains why.
    """

    environment: str
    agent: Agent
    measure: Measure
    published: str = ""
    note: str = ""
    differs: bool = False

    @property
    def label(self) -> str:
        """The name of the row, unique within a study."""
        return f"{self.agent!r} on {self.environment}, {MEASURES[self.measure]}"


@dataclass(frozen=True)
class Study:
    """Claims that are measured by one experiment.

    Attributes
    ----------
    title, text : str
        The name of the experiment, and its definition as a repetition needs it.
    steps : int
        Steps of a replicate.
    window : int
        Steps between two records; a measure after the first K pulls needs a window of K steps.
    replicates : int
        Number of replicates here.
    published_runs : int or None
        Number of runs of the published means; None if unknown, and the means then count as exact.
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
    """One number that is computed, not sampled.

    Attributes
    ----------
    name : str
        The quantity.
    published : str
        The published number; the computed one may differ by half a unit of the last digit.
    compute : callable
        Returns the number.
    note : str
        A remark.
    """

    name: str
    published: str
    compute: Callable[[], float]
    note: str = ""

    @property
    def decimals(self) -> int:
        """The number of published decimals."""
        return len(self.published.partition(".")[2])

    def met_by(self, value: float) -> bool:
        """Return whether a value rounds to the published one; floats may fall on either side of a border."""
        return abs(value - float(self.published)) <= 0.5 * 10.0**-self.decimals * (1 + 1e-9)
