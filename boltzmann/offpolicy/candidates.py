"""The table of candidates that a log recommends from, and its answer in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from boltzmann.offpolicy.estimate import Estimate
from boltzmann.policies import Policy

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Candidate:
    """A policy in the table of :func:`pick_temperature`.

    Attributes
    ----------
    policy : Policy or float
        The policy, or the temperature of a Boltzmann policy.
    estimate : Estimate
        Its value by SNIPS with the normal interval.
    within : pair of float, or None
        The drifting interval of its value, which holds whether the log covers the policy or not; None without bounds.
    difference, difference_low, difference_high : float
        The value less that of the logged policy, paired by rows; the interval holds for all candidates at once.
    covered : bool
        Whether so little is left over that the candidate can be chosen.
    """

    policy: Policy | float
    estimate: Estimate
    within: tuple[float, float] | None
    difference: float
    difference_low: float
    difference_high: float
    covered: bool

    @property
    def differs(self) -> bool:
        """Whether the value differs significantly from that of the logged policy."""
        return self.difference_low > 0 or self.difference_high < 0

    @property
    def label(self) -> str:
        """The policy as text; a temperature as T = ..."""
        return f"T = {self.policy:g}" if isinstance(self.policy, int | float) else repr(self.policy)


@dataclass(frozen=True)
class TemperatureChoice:
    """The table of :func:`pick_temperature` and the best candidate in it.

    Attributes
    ----------
    candidates : tuple of Candidate
        In the order in which they were given.
    logged : Estimate
        The value of the policy that was logged, the mean of the rewards.
    best : Candidate or None
        The one to take; None where staying with the logged policy is the answer.
    confidence : float
        The confidence of all intervals.
    """

    candidates: tuple[Candidate, ...]
    logged: Estimate
    best: Candidate | None
    confidence: float

    @property
    def ranked(self) -> tuple[Candidate, ...]:
        """Covered candidates first, each group by value, the largest first."""
        key = [(not one.covered, -np.nan_to_num(one.estimate.value, nan=-np.inf)) for one in self.candidates]
        return tuple(self.candidates[index] for index in sorted(range(len(key)), key=key.__getitem__))

    @property
    def answer(self) -> str:
        """What the table says, in a sentence or two."""
        beyond = [one for one in self.candidates if not one.covered]
        note = f" The log does not cover {len(beyond)} of {len(self.candidates)} candidates." if beyond else ""
        if self.best is None:
            covered = len(beyond) < len(self.candidates)
            why = "no covered candidate earns significantly more" if covered else "no candidate is covered"
            return f"Stay with the logged policy: {why}.{note}"
        best = self.best
        return (
            f"Take {best.label}: it earns {best.estimate.value:.4g} a step, {best.difference:.3g} more than the logged "
            f"policy ({best.difference_low:.3g} to {best.difference_high:.3g}), for the same values.{note}"
        )

    def table(self) -> pd.DataFrame:
        """Return a pandas frame with a row for each candidate, in their order."""
        import pandas as pd

        rows = []
        for one in self.candidates:
            least, most = one.within or (np.nan, np.nan)
            rows.append(
                {
                    "policy": one.label,
                    "value": one.estimate.value,
                    "low": one.estimate.low,
                    "high": one.estimate.high,
                    "least": least,
                    "most": most,
                    "difference": one.difference,
                    "difference_low": one.difference_low,
                    "difference_high": one.difference_high,
                    "effective_size": one.estimate.effective_size,
                    "covered": one.estimate.covered,
                    "trusted": one.covered,
                    "best": one is self.best,
                }
            )
        return pd.DataFrame(rows)
