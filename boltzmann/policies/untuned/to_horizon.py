"""Temperatures that are standard errors, and fall to 0 as a known last step comes near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from boltzmann.arrays import Floats
from boltzmann.bounds import Whole
from boltzmann.laws import Functions, Named, Number, PolicyLaw, StepNumber
from boltzmann.policies.any_library import known_exponentials
from boltzmann.policies.untuned.standard_error import ByStandardErrors, passes_of, usual_factor, weight
from boltzmann.schedules import Linear, value_at


@dataclass(frozen=True, repr=False)
class StandardErrorToHorizon(ByStandardErrors):
    """:class:`StandardError` for a known number of steps: p(a) proportional to exp(-c gap(a) sqrt(N(a)) / s / left).

    ``left = 1 - step / steps`` is the share of the steps that is left: what is learnt pays for as long alone. The
    policy begins as ``StandardError()`` and ends greedy. The number of steps is known, not tuned.

    Parameters
    ----------
    steps : int
        The number of steps, at least 1. From this step on the policy is greedy once every action was taken; for
        ``steps`` to infinity it is ``StandardError()``.
    spends : float
        In [0, 1], as for :class:`StandardError`.

    A call without visits or variances, or with values that are not finite, raises a ValueError.

    Examples
    --------
    >>> policy = StandardErrorToHorizon(1000)
    >>> known = {"visits": [100, 10, 5], "variances": [0.25, 0.24, 0.21]}
    >>> [policy([0.5, 0.4, 0.3], step=step, **known).probs.round(4).tolist() for step in (0, 500, 1000)]
    [[0.6555, 0.2118, 0.1327], [0.873, 0.0912, 0.0358], [1.0, 0.0, 0.0]]
    """

    steps: Annotated[int, Whole(1)]

    def _factor(self, count: Floats, step: int | None) -> Floats:
        return np.asarray(usual_factor(np, count) / np.asarray(value_at(self._left, step))[..., np.newaxis])

    @property
    def _left(self) -> Linear:
        return Linear(1.0, 0.0, self.steps)

    known = property(known_exponentials)

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""
        numbers = {"left": StepNumber(self._left, "[0, 1]")}
        return PolicyLaw(weight, passes_of(self.spends, _factor), numbers, self.reads)


def _factor(m: Functions, row: Named) -> Number:
    factor: Number = usual_factor(m, row.count) / row.left
    return factor
