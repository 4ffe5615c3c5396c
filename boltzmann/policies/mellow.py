"""The maximum-entropy policy whose mean is the mellowmax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann._numerics import formulas, libraries, standardise
from boltzmann.calibration import finite_rows, temperature_for_expected_loss
from boltzmann.gibbs import Gibbs
from boltzmann.notation import Expression
from boltzmann.schedules import Schedule, checked_schedule, value_at


@dataclass(frozen=True, repr=False)
class Mellowmax(Expression):
    """The softmax at the temperature at which E[Q] is the mellowmax of the values.

    mm(Q) = log(sum_a exp(omega Q(a)) / K) / omega; of all distributions with that mean the one of most entropy is
    a softmax, whose inverse temperature beta solves sum_a exp(beta (Q(a) - mm)) (Q(a) - mm) = 0 (Asadi & Littman, "An
    alternative softmax operator for reinforcement learning", 2017, section 6). beta is near omega / 2 where omega
    times the range is small. Values c times as large have beta / c at omega / c.

    Parameters
    ----------
    omega : float or callable of the step
        In [0, inf], one over the units of the values: 0 is uniform, inf greedy.

    Raises
    ------
    ValueError, TypeError
        For an omega out of bounds, at once or when read; when called, for values as :class:`boltzmann.Gibbs` and for
        infinite ones.

    Examples
    --------
    >>> distribution = Mellowmax(1.5)([1.0, 2.0, 4.0])
    >>> distribution.probs
    array([0.10173355, 0.19389914, 0.70436731])
    >>> round(float(1 / distribution.temperature), 12)
    0.644980933884
    >>> import math
    >>> Mellowmax(0.0)([1.0, 2.0]).probs, Mellowmax(math.inf)([1.0, 2.0]).probs
    (array([0.5, 0.5]), array([0., 1.]))
    """

    reads_visits: ClassVar[bool] = False

    omega: float | Schedule = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "omega", checked_schedule("omega", self.omega))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Gibbs:
        """Give the distribution of each row of ``values``, shape (..., K), at ``step``."""
        omega = checks.number("omega", value_at(self.omega, step), least=0)
        seen, mask = libraries.to_numpy("values", values), libraries.to_numpy("where", where)
        rows = finite_rows(seen, mask)
        # Where its inverse overflows, so would the temperature, and the limit is that of 0.
        if omega == 0 or omega == np.inf or 1 / omega == np.inf:
            return Gibbs(values, 0.0 if omega == np.inf else np.inf, where=where)
        loss = np.asarray(formulas.mellowmax_loss(standardise(rows, np.asarray(1 / omega), None, None)))
        heat = temperature_for_expected_loss(rows, loss.reshape(rows.shape[:-1])).temperature
        # So near to 0 the loss differs from that of uniform by rounding alone; beta is omega / 2 to first order.
        ranges = rows.max(axis=-1) / 2 - np.min(rows / 2, axis=-1, where=rows > -np.inf, initial=np.inf)
        with np.errstate(over="ignore", under="ignore"):
            heat = np.where(ranges * omega < 5e-9, 2 / omega, heat)
        return Gibbs(values, libraries.returned(heat[()], values, least_bits=32), where=where)
