"""The maximum-entropy policy whose mean is the mellowmax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from boltzmann._numerics import any_traced, beside, finite_rows_traced, libraries
from boltzmann.acting import Acting
from boltzmann.arrays import QUIET, Floats, Input, Mask, Step, Values
from boltzmann.calibration import finite_rows, temperature_for_mellowmax
from boltzmann.gibbs import Gibbs
from boltzmann.laws import Known, PolicyLaw, StepNumber, gibbs_weight
from boltzmann.schedules import NONNEGATIVE, Schedule
from boltzmann.thermostats import mellowmax_law


@dataclass(frozen=True, repr=False)
class Mellowmax(Acting):
    """The softmax at the temperature at which E[Q] is the mellowmax of the values.

    The mellowmax is mm(Q) = log(sum_a exp(omega Q(a)) / K) / omega. The distribution of largest entropy with that mean
    is a softmax, whose inverse temperature beta solves sum_a exp(beta (Q(a) - mm)) (Q(a) - mm) = 0 (Asadi & Littman,
    "An alternative softmax operator for reinforcement learning", 2017, section 6). For a small product of omega and
    the range, beta is near omega / 2. Values c times as large have beta / c at omega / c.

    Parameters
    ----------
    omega : float or callable of the step
        In [0, inf], in inverse units of the values: 0 is uniform, inf greedy.

    Raises
    ------
    ValueError
        In a call with values that are not finite.

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

    reads: ClassVar[frozenset[str]] = frozenset()

    omega: Annotated[float | Schedule, NONNEGATIVE] = 1.0

    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Gibbs:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        omega = NONNEGATIVE.read("omega", self.omega, step)
        if any_traced(values, omega, where):
            return Gibbs(values, _traced_temperatures(beside(values, omega, where), omega, where), where=where)
        if np.ndim(omega):
            return Gibbs(values, _temperatures(values, omega, where), where=where)
        # If the inverse of omega overflows, so does the temperature; both limits are uniform.
        if omega == 0 or omega == np.inf or 1 / omega == np.inf:
            finite_rows(libraries.to_numpy("values", values), libraries.to_numpy("where", where))
            return Gibbs(values, 0.0 if omega == np.inf else np.inf, where=where)
        return Gibbs(values, temperature_for_mellowmax(values, omega, where=where), where=where)

    @property
    def known(self) -> Known:
        """The policy of rows whose temperatures are known."""

        def at_temperatures(values: Values, *, temperature: Values, where: Mask = None, **_: Any) -> Gibbs:
            return Gibbs(values, temperature, where=where)

        return Known(frozenset({"temperature"}), at_temperatures)

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""
        law = mellowmax_law(StepNumber(self.omega))
        return PolicyLaw(gibbs_weight, law.passes, law.numbers)


@QUIET
def _temperatures(values: Values, omega: Floats, where: Mask) -> Floats:
    """Return the temperature of each row at an omega of its own, both limits among them."""
    uniform = (omega == 0) | (1 / omega == np.inf)
    inside = np.where(uniform | (omega == np.inf), 1.0, omega)
    found = temperature_for_mellowmax(values, inside, where=where)
    return np.where(omega == np.inf, 0.0, np.where(uniform, np.inf, found))


def _traced_temperatures(values: Values, omega: Any, where: Mask) -> Any:
    """Return the temperature of each row where a number is unknown; NaN for a bad row, or for an omega of NaN."""
    xp, rows, bad = finite_rows_traced(values, where)
    omega = libraries.to_float(xp, "omega", omega, rows)
    uniform, greedy = 1.0 / omega == xp.inf, omega == xp.inf
    found = temperature_for_mellowmax(values, xp.where(uniform | greedy, 1.0, omega), where=where)
    found = xp.where(greedy, 0.0, xp.where(uniform, xp.inf, found))
    return xp.where(bad[..., 0], xp.nan, found)
