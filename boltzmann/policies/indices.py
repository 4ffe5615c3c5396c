"""Policies that choose by an index of value and visits: UCB1 and UCB1-Tuned, and Maillard sampling's probabilities.

They need ``visits``, and take every allowed action once first, the untaken ones with equal probability. They compute
with NumPy for values of any library; the distribution is in the library of the values, and has no derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann._numerics import any_traced, finite_variances, libraries, quiet_where_known, visit_counts
from boltzmann.acting import Acting
from boltzmann.arrays import Bools, Floats, Input, Mask, Step, Values
from boltzmann.bounds import Real
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs, OfEnergies
from boltzmann.laws import UNTAKEN, Functions, Named, Number, PolicyLaw, StepNumber, greedy_law, width
from boltzmann.policies._choice import LargestDraw, Law
from boltzmann.policies.any_library import choice_by_law, known_exponentials, known_weights


class PolicyInputs:
    """Values and visits after the checks, of one shape and as float64.

    Attributes
    ----------
    dtype
        Dtype of the values as given, and of the probabilities.
    values : array of shape (..., K)
        -inf where an action is not allowed.
    visits : array of shape (..., K)
        0 where an action is not allowed.
    allowed : array of bool, shape (..., K)
    untaken : array of bool, shape (..., K)
        The allowed actions that were never taken, which come first.
    """

    def __init__(self, values: ArrayLike, visits: ArrayLike | None, where: ArrayLike | None) -> None:
        self._given = values
        array = checks.numeric_array("values", libraries.to_numpy("values", values))
        where = None if where is None else checks.mask_array("where", libraries.to_numpy("where", where))
        self.dtype = array.dtype
        # Gibbs checks values and mask, and its errors name the row.
        Gibbs(array, 0.0, where=where)
        if visits is None:
            raise ValueError("visits must be given: this policy reads how often each action was taken")
        shape = array.shape if where is None else np.broadcast_shapes(array.shape, where.shape)
        self.allowed = np.broadcast_to(np.True_ if where is None else where, shape)
        self.visits = visit_counts(visits, shape, self.allowed)
        self.values = np.where(self.allowed, array.astype(np.float64, copy=False), -np.inf)
        finite = np.isfinite(self.values) | ~self.allowed
        checks.require_entries(np.atleast_1d(finite), "values", "finite where allowed", np.atleast_1d(self.values))
        self.untaken = self.allowed & (self.visits == 0)

    def variances(self, policy: str, variances: ArrayLike | None) -> Floats:
        """Return the variances after the checks, 0 where an action is not allowed; ``policy`` is named in errors."""
        if variances is None:
            raise ValueError(f"variances must be given: {policy} reads the variance of each action's rewards")
        return finite_variances(variances, self.values.shape, self.allowed)

    def greedy_over(self, index: Floats) -> Categorical:
        """Return the choice of an untaken action, or else of a largest index, ties shared equally."""
        first = np.where(self.untaken, np.inf, np.where(self.allowed, index, -np.inf))
        probs = self.returned(Gibbs(first, 0.0).probs.astype(self.dtype, copy=False))
        return Categorical(probs, greedy=self.returned(self.best()))

    def largest_draw(self, law: Law) -> Categorical:
        """Return the choice of the largest draw."""
        like: Any = None if libraries.is_native(self._given) else self._given
        return LargestDraw(law, self.best(), like.detach() if hasattr(like, "detach") else like)

    def best(self) -> Bools:
        """Mark the allowed actions of a largest value, shape (..., K)."""
        return np.asarray(self.values == self.values.max(axis=-1, keepdims=True))

    def returned(self, result: Any) -> Any:
        """Return an array of NumPy in the library of the values."""
        return libraries.returned(result, self._given)

    def widths(self) -> Floats:
        """Return log(n) / N(a), n being the visits of the row; untaken actions count as N(a) = 1."""
        total = self.visits.sum(axis=-1, keepdims=True)
        return np.asarray(np.log(np.maximum(total, 1.0)) / np.maximum(self.visits, 1.0))


@dataclass(frozen=True, repr=False)
class UCB1(Acting):
    """The largest of Q(a) + confidence sqrt(log n / N(a)), n being the number of plays so far: the sum of the visits.

    Auer, Cesa-Bianchi & Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002, figure 1, for rewards
    in [0, 1] with ``confidence`` sqrt(2), the default: the index is Q(a) + sqrt(2 log n / N(a)), n being the plays
    before this one. Sutton & Barto, 2nd ed., equation 2.10, have log t instead, t counting this step from 1.

    Parameters
    ----------
    confidence : float
        In [0, inf), in the units of the values. At 0 the policy is greedy after every action was taken.

    Raises
    ------
    ValueError
        In a call without visits, or with values that are not finite.

    Examples
    --------
    >>> UCB1()([0.5, 0.4, 0.3], visits=[100, 10, 1]).probs
    array([0., 0., 1.])
    >>> UCB1(0.0)([0.5, 0.4, 0.5], visits=[100, 10, 1]).probs
    array([0.5, 0. , 0.5])
    >>> UCB1()([9.0, 0.0, 0.0], visits=[1, 0, 0]).probs
    array([0. , 0.5, 0.5])
    """

    reads: ClassVar[frozenset[str]] = frozenset({"visits"})

    confidence: Annotated[float, Real("[0, inf)")] = float(np.sqrt(2.0))

    @quiet_where_known
    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K)."""
        if any_traced(values, visits, where):
            given = {"step": step, "visits": visits, "where": where, "variances": variances}
            return choice_by_law("UCB1", self.law, values, **given)
        inputs = PolicyInputs(values, visits, where)
        return inputs.greedy_over(inputs.values + self.confidence * np.sqrt(inputs.widths()))

    known = property(known_weights)

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""

        def index(m: Functions, action: Named, row: Named) -> Number:
            return action.q + row.confidence * m.sqrt(width(m, action, row))

        return greedy_law(index, {"visits"}, {"confidence": StepNumber(self.confidence)})


@dataclass(frozen=True, repr=False)
class UCB1Tuned(Acting):
    """The largest of Q(a) + sqrt(w min(1/4, variance(a) + sqrt(2 w))), w being log n / N(a).

    Auer, Cesa-Bianchi & Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002, section 4, for rewards
    in [0, 1], whose variance is at most 1/4. The policy needs ``variances``, those of each action's rewards. A call
    without visits or variances, or with values that are not finite, raises a ValueError.

    Examples
    --------
    >>> UCB1Tuned()([0.5, 0.4, 0.3], visits=[100, 10, 1], variances=[0.25, 0.24, 0.0]).probs
    array([0., 0., 1.])
    """

    reads: ClassVar[frozenset[str]] = frozenset({"visits", "variances"})

    @quiet_where_known
    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K)."""
        if any_traced(values, visits, where, variances):
            given = {"step": step, "visits": visits, "where": where, "variances": variances}
            return choice_by_law("UCB1Tuned", self.law, values, **given)
        inputs = PolicyInputs(values, visits, where)
        spread = inputs.variances("UCB1Tuned", variances)
        widths = inputs.widths()
        return inputs.greedy_over(inputs.values + np.sqrt(widths * np.minimum(0.25, spread + np.sqrt(2 * widths))))

    known = property(known_weights)

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""

        def index(m: Functions, action: Named, row: Named) -> Number:
            w = width(m, action, row)
            return action.q + m.sqrt(w * m.minimum(0.25, action.variances + m.sqrt(2 * w)))

        return greedy_law(index, {"visits", "variances"}, {})


@dataclass(frozen=True, repr=False)
class Maillard(Acting):
    """Maillard sampling: p(a) is proportional to exp(-N(a) gap(a)^2 / (2 deviation^2)), gap(a) = max Q - Q(a).

    Bian & Jun, "Maillard sampling: Boltzmann exploration done optimally", 2022, algorithm 1, for
    sub-Gaussian rewards of that deviation.

    Parameters
    ----------
    deviation : float
        Deviation of the rewards, in [0, inf]. After every action was taken, 0 is greedy and inf is uniform.

    Raises
    ------
    ValueError
        In a call without visits, or with values that are not finite.

    Examples
    --------
    >>> Maillard(0.5)([0.5, 0.4, 0.3], visits=[100, 10, 1]).probs
    array([0.36471764, 0.29860555, 0.33667681])
    >>> Maillard(0.5)([0.5, 0.0, 0.0], visits=[1, 0, 0]).probs
    array([0. , 0.5, 0.5])
    """

    reads: ClassVar[frozenset[str]] = frozenset({"visits"})

    deviation: Annotated[float, Real("[0, inf]")] = 1.0

    @quiet_where_known
    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Gibbs | Categorical:
        """Return the distribution of each row of ``values``, shape (..., K)."""
        if any_traced(values, visits, where):
            given = {"step": step, "visits": visits, "where": where, "variances": variances}
            return choice_by_law("Maillard", self.law, values, **given)
        inputs = PolicyInputs(values, visits, where)
        waiting = inputs.untaken.any(axis=-1, keepdims=True)
        best = inputs.values.max(axis=-1, keepdims=True)
        halves = best / 2 - np.where(inputs.allowed, inputs.values, best) / 2
        gaps = np.where(halves > 0, 2 * (halves / self.deviation) * np.sqrt(inputs.visits / 2), 0.0)
        energies: Any = -(gaps**2)
        energies = np.where(waiting, 0.0, energies).astype(inputs.dtype)
        first = np.where(waiting, inputs.untaken, inputs.allowed)
        greedy = inputs.returned(inputs.best())
        return OfEnergies.made(inputs.returned(energies), 1.0, inputs.returned(first), greedy, has_temperature=False)

    known = property(known_exponentials)

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""

        def weight(m: Functions, action: Named, row: Named) -> Number:
            half = row.top / 2 - action.q / 2
            gap = m.where(half > 0, 2 * (half / row.deviation) * m.sqrt(action.visits / 2), 0.0)
            likely = m.where(action.q > -np.inf, m.exp(-(gap * gap)), 0.0)
            return m.where(row.waiting > 0, action.is_untaken, likely)

        return PolicyLaw(weight, (UNTAKEN,), {"deviation": StepNumber(self.deviation)}, frozenset({"visits"}))
