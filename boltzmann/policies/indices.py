"""Policies that choose by an index of value and visits: UCB1 and UCB1-Tuned, and Maillard sampling's probabilities.

They need ``visits`` and take every allowed action once first (any of the untaken ones alike). They compute with NumPy
whatever the values are of: the distribution is of the library of the values, and has no derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs
from boltzmann.notation import Expression
from boltzmann.policies._choice import LargestDraw, Law

_LARGEST = float(np.finfo(np.float64).max)


class Known:
    """Values and visits as a policy reads them: checked, in one shape, float64.

    Attributes
    ----------
    dtype
        Of the values as they came, which the probabilities keep.
    values : array of shape (..., K)
        -inf where an action is not allowed.
    visits : array of shape (..., K)
        0 where an action is not allowed.
    allowed : array of bool, shape (..., K)
    untaken : array of bool, shape (..., K)
        The actions that come first: allowed, and never taken.
    """

    def __init__(self, values: ArrayLike, visits: ArrayLike | None, where: ArrayLike | None) -> None:
        self._given = values
        array = checks.numeric_array("values", libraries.to_numpy("values", values))
        where = None if where is None else checks.mask_array("where", libraries.to_numpy("where", where))
        self.dtype = array.dtype
        # Gibbs checks values and mask, and says which row is at fault.
        Gibbs(array, 0.0, where=where)
        if visits is None:
            raise ValueError("visits must be given: this policy chooses by how often each action was taken")
        shape = array.shape if where is None else np.broadcast_shapes(array.shape, where.shape)
        self.allowed = np.broadcast_to(np.True_ if where is None else where, shape)
        self.visits = checks.visit_counts(libraries.to_numpy("visits", visits), shape, self.allowed)
        self.values = np.where(self.allowed, array.astype(np.float64, copy=False), -np.inf)
        finite = np.isfinite(self.values) | ~self.allowed
        checks.require_entries(np.atleast_1d(finite), "values", "finite where allowed", np.atleast_1d(self.values))
        self.untaken = self.allowed & (self.visits == 0)

    def greedy_over(self, index: NDArray[np.float64]) -> Categorical:
        """Choose an untaken action if there is one, otherwise the largest index, ties shared equally."""
        first = np.where(self.untaken, np.inf, np.where(self.allowed, index, -np.inf))
        return Categorical(self.returned(Gibbs(first, 0.0).probs.astype(self.dtype, copy=False)))

    def largest_draw(self, law: Law) -> Categorical:
        """Choose the largest of independent draws, which are NumPy's: of other values by its probabilities."""
        if libraries.is_native(self._given):
            return LargestDraw(law)
        return Categorical(self.returned(law.probabilities()))

    def returned(self, answer: Any) -> Any:
        """Give NumPy's answer in the library of the values."""
        return libraries.returned(answer, self._given)

    def widths(self) -> NDArray[np.float64]:
        """Give log(n) / N(a), n being the row's visits; 0 where an action is untaken."""
        total = self.visits.sum(axis=-1, keepdims=True)
        return np.asarray(np.log(np.maximum(total, 1.0)) / np.maximum(self.visits, 1.0))


@dataclass(frozen=True, repr=False)
class UCB1(Expression):
    """The largest of Q(a) + confidence sqrt(log n / N(a)), n being the visits of all actions together.

    Auer, Cesa-Bianchi & Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002, figure 1, for rewards
    in [0, 1] with ``confidence`` sqrt(2); Sutton & Barto, 2nd ed., equation 2.10, with c = 2.

    Parameters
    ----------
    confidence : float
        At least 0 and finite, in the units of the values; at 0 it is greedy once every action was taken.

    Raises
    ------
    ValueError, TypeError
        For a confidence out of bounds; when called, without visits, for wrong ones, and for values that are not finite.

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

    confidence: float = float(np.sqrt(2.0))

    def __post_init__(self) -> None:
        object.__setattr__(self, "confidence", checks.number("confidence", self.confidence, least=0, most=_LARGEST))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``, shape (..., K)."""
        known = Known(values, visits, where)
        with np.errstate(over="ignore"):
            return known.greedy_over(known.values + self.confidence * np.sqrt(known.widths()))


@dataclass(frozen=True, repr=False)
class UCB1Tuned(Expression):
    """The largest of Q(a) + sqrt(w min(1/4, variance(a) + sqrt(2 w))), w being log n / N(a).

    Auer, Cesa-Bianchi & Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002, section 4, for rewards
    in [0, 1], whose variance is at most 1/4. It needs ``variances`` of the rewards of each action.

    Raises
    ------
    ValueError, TypeError
        When called, without visits or variances, for wrong ones, and for values that are not finite.

    Examples
    --------
    >>> UCB1Tuned()([0.5, 0.4, 0.3], visits=[100, 10, 1], variances=[0.25, 0.24, 0.0]).probs
    array([0., 0., 1.])
    """

    reads: ClassVar[frozenset[str]] = frozenset({"visits", "variances"})

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``, shape (..., K)."""
        known = Known(values, visits, where)
        if variances is None:
            raise ValueError("variances must be given: UCB1Tuned reads those of each action's rewards")
        spread = checks.numeric_array("variances", libraries.to_numpy("variances", variances))
        try:
            spread = np.broadcast_to(spread, known.values.shape)
        except ValueError:
            raise ValueError(
                f"variances must have the shape of the values, {known.values.shape}, got {spread.shape}"
            ) from None
        spread = np.where(known.allowed, spread, 0.0)
        checks.require_entries((spread >= 0) & (spread < np.inf), "variances", "finite and at least 0", spread)
        widths = known.widths()
        return known.greedy_over(known.values + np.sqrt(widths * np.minimum(0.25, spread + np.sqrt(2 * widths))))


@dataclass(frozen=True, repr=False)
class Maillard(Expression):
    """Maillard sampling: p(a) is proportional to exp(-N(a) gap(a)^2 / (2 deviation^2)), gap(a) = max Q - Q(a).

    Bian & Jun, "Maillard sampling: Boltzmann exploration done optimally", 2022, algorithm 1, for rewards that are
    sub-Gaussian with that deviation.

    Parameters
    ----------
    deviation : float
        Sigma of the rewards, in [0, inf]: at 0 greedy, at inf uniform, once every action was taken.

    Raises
    ------
    ValueError, TypeError
        For a deviation out of bounds; when called, without visits, for wrong ones, and for values that are not finite.

    Examples
    --------
    >>> Maillard(0.5)([0.5, 0.4, 0.3], visits=[100, 10, 1]).probs
    array([0.36471764, 0.29860555, 0.33667681])
    >>> Maillard(0.5)([0.5, 0.0, 0.0], visits=[1, 0, 0]).probs
    array([0. , 0.5, 0.5])
    """

    reads: ClassVar[frozenset[str]] = frozenset({"visits"})

    deviation: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "deviation", checks.number("deviation", self.deviation, least=0))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Gibbs:
        """Give the distribution of each row of ``values``, shape (..., K)."""
        known = Known(values, visits, where)
        best = known.values.max(axis=-1, keepdims=True)
        with np.errstate(all="ignore"):
            halves = best / 2 - np.where(known.allowed, known.values, best) / 2
            gaps = np.where(halves > 0, 2 * (halves / self.deviation) * np.sqrt(known.visits / 2), 0.0)
            energies: Any = -(gaps**2)
            energies = np.where(known.untaken.any(axis=-1, keepdims=True), 0.0, energies).astype(known.dtype)
        return Gibbs(known.returned(energies), 1.0, where=known.returned(_first(known)))


def _first(known: Known) -> NDArray[np.bool_]:
    """Mark what may be drawn: the untaken actions of a row that has any, else all that is allowed."""
    return np.where(known.untaken.any(axis=-1, keepdims=True), known.untaken, known.allowed)
