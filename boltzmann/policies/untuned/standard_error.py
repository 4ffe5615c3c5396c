"""Boltzmann exploration whose temperatures are the standard errors of the values.

Action a has the temperature s / (c sqrt(N(a))): the standard error of its value, N(a) being its visits and s the pooled
deviation of what the actions paid, over a factor c.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Self

import numpy as np

from boltzmann._numerics import any_traced, quiet_where_known
from boltzmann.acting import Acting
from boltzmann.arrays import Floats, Input, Mask, Step, Values
from boltzmann.bounds import OrNone, Real
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs, OfEnergies
from boltzmann.laws import Functions, Named, Number, Pass, PolicyLaw, Results, StepNumber
from boltzmann.policies.any_library import choice_by_law, known_exponentials
from boltzmann.policies.indices import PolicyInputs
from boltzmann.schedules import NONNEGATIVE, Schedule

_PER_NATURAL_LOGARITHM = 0.5 / math.log(2.0)


@dataclass(frozen=True, repr=False)
class ByStandardErrors(Acting):
    """Shared by the policies whose temperatures are standard errors over a factor: all but the factor."""

    reads: ClassVar[frozenset[str]] = frozenset({"visits", "variances"})

    spends: Annotated[float, Real("[0, 1]")] = field(default=1.0, kw_only=True)

    @quiet_where_known
    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Gibbs | Categorical:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        if any_traced(values, step, visits, where, variances):
            law: Any = self
            given = {"step": step, "visits": visits, "where": where, "variances": variances}
            return choice_by_law(type(self).__name__, law.law, values, **given)
        inputs = PolicyInputs(values, visits, where)
        spread = inputs.variances(type(self).__name__, variances)
        waiting = inputs.untaken.any(axis=-1, keepdims=True)
        energies = self._energies(inputs, spread, step)
        energies = np.where(waiting, 0.0, energies).astype(inputs.dtype)
        first = np.where(waiting, inputs.untaken, inputs.allowed)
        greedy = inputs.returned(inputs.best())
        return OfEnergies.made(inputs.returned(energies), 1.0, inputs.returned(first), greedy, has_temperature=False)

    def _energies(self, inputs: PolicyInputs, spread: Floats, step: Step) -> Floats:
        """Return the logarithms of the weights, in units of the row's half range, whose square cannot overflow."""
        allowed, count = inputs.allowed, inputs.allowed.sum(axis=-1, keepdims=True)
        best = inputs.values.max(axis=-1, keepdims=True)
        halves = np.where(allowed, best / 2 - inputs.values / 2, 0.0)
        unit = halves.max(axis=-1, keepdims=True)
        unit = np.where(unit > 0, unit, 1.0)
        gaps, deviations = halves / unit, np.sqrt(spread) / 2 / unit
        centred = np.where(allowed, gaps - gaps.sum(axis=-1, keepdims=True) / count, 0.0)
        squares = (inputs.visits * deviations**2).sum(axis=-1, keepdims=True)
        squares = squares + (centred**2).sum(axis=-1, keepdims=True) / count
        taken = (allowed & ~inputs.untaken).sum(axis=-1, keepdims=True)
        freedom = inputs.visits.sum(axis=-1, keepdims=True) - self.spends * taken + 1.0
        factor = self._factor(count, step)
        logs = -factor * (gaps * (np.sqrt(inputs.visits) / np.sqrt(squares / freedom)))
        return np.where(gaps > 0, np.where(factor == np.inf, -np.inf, logs), 0.0)

    @property
    def of_returns(self) -> Self:
        """The policy for variances of returns, which are not those about the action's own average."""
        return replace(self, spends=0.0)

    def _factor(self, count: Floats, step: Step) -> Floats:
        """Return the factor c of rows with so many allowed actions, shape (..., 1)."""
        raise NotImplementedError


@dataclass(frozen=True, repr=False)
class StandardError(ByStandardErrors):
    """p(a) is proportional to exp(-c gap(a) sqrt(N(a)) / s): each action's temperature is its standard error over c.

    ``gap(a) = max Q - Q(a)``, N(a) are the visits, and ``s^2 = (sum_a N(a) v(a) + Var Q) / (sum_a N(a) - taken + 1)``
    pools the variances v(a), (1/n), of what each action paid with the variance Var Q, (1/K), of the K allowed values;
    ``taken`` counts the actions that were taken, times ``spends``. Every allowed action is taken once first, the
    untaken ones with equal probability. The rewards' unit and origin change no probability, so no number has to be
    tuned. It does not explore deeply: where a small reward is near and a large one many steps away, it may stay with
    the small one, and the surer the less the rewards vary.

    The factor was chosen by trials on bandits and tables, and no bound on the regret is proved. Relatives with
    proofs: a temperature for each arm by its visits (Cesa-Bianchi, Gentile, Lugosi & Neu, "Boltzmann exploration done
    right", 2017), where the scale has to be known; exp(-N gap^2 / 2 sigma^2) (Bian & Jun, "Maillard sampling:
    Boltzmann exploration done optimally", 2022); learnt deviations in an index (Cowan, Honda & Katehakis, "Normal
    bandits of unknown means and variances", 2018). Learners of control tell the variances of returns, which are learnt
    by a recursion (Sobel, "The variance of discounted Markov decision processes", 1982; O'Donoghue, Osband, Munos &
    Mnih, "The uncertainty Bellman equation and exploration", 2018).

    Parameters
    ----------
    scale : float or callable of the step, optional
        The factor c, in [0, inf], without a unit; by default 1 + log2(K) / 2. After every action was taken, 0 is
        uniform and inf greedy. Equal values are uniform, and so is the choice among values that differ by far less
        than their standard errors; without noise, or as the visits grow, the policy becomes greedy.
    spends : float
        Degrees of freedom that the value of an action costs, in [0, 1]: 1 for variances of rewards about their own
        average, 0 for variances of returns. ``policy.of_returns`` is the policy with 0.

    Raises
    ------
    ValueError
        In a call without visits or variances, or with values that are not finite.

    Examples
    --------
    >>> policy = StandardError()
    >>> known = {"visits": [100, 10, 5], "variances": [0.25, 0.24, 0.21]}
    >>> policy([0.5, 0.4, 0.3], **known).probs.round(4)
    array([0.6555, 0.2118, 0.1327])
    >>> policy([0.5, 0.4, 0.3], visits=[100, 10, 0], variances=[0.25, 0.24, 0.0]).probs
    array([0., 0., 1.])
    >>> policy.of_returns
    StandardError(spends=0.0)
    >>> StandardError(0.0)([0.5, 0.4, 0.4], **known).probs
    array([0.33333333, 0.33333333, 0.33333333])
    >>> StandardError(math.inf)([0.5, 0.5, 0.4], **known).probs
    array([0.5, 0.5, 0. ])
    """

    scale: Annotated[float | Schedule | None, OrNone(NONNEGATIVE)] = None

    def _factor(self, count: Floats, step: Step) -> Floats:
        if self.scale is None:
            return np.asarray(usual_factor(np, count))
        return np.asarray(NONNEGATIVE.read("scale", self.scale, step))[..., np.newaxis]

    known = property(known_exponentials)

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""
        numbers = {} if self.scale is None else {"scale": StepNumber(self.scale)}
        factor = _default if self.scale is None else _given
        return PolicyLaw(weight, passes_of(self.spends, factor), numbers, self.reads)


def _row(m: Functions, action: Named, row: Named) -> Results:
    allowed = action.q > -np.inf
    untaken = m.where(allowed & (action.visits == 0), 1.0, 0.0)
    half = m.where(allowed, row.top / 2 - action.q / 2, 0.0)
    counts = {"total": m.where(allowed, action.visits, 0.0), "count": m.where(allowed, 1.0, 0.0)}
    return {"is_untaken": untaken, "waiting": untaken, "half": half, "unit": half, "halves": half, **counts}


def _unit(m: Functions, row: Named) -> Results:
    unit = m.where(row.unit > 0, row.unit, 1.0)
    return {"unit": unit, "mean": row.halves / unit / row.count}


_ROW = Pass(_row, _unit, keeps=("is_untaken", "half"), largest=("unit",))


def usual_factor(m: Any, count: Any) -> Any:
    """Return the factor c = 1 + log2(K) / 2; a law."""
    return 1.0 + m.log(count) * _PER_NATURAL_LOGARITHM


def _default(m: Functions, row: Named) -> Number:
    return usual_factor(m, row.count)  # type: ignore[no-any-return]


def _given(m: Functions, row: Named) -> Number:
    return row.scale


def passes_of(spends: float, factor: Callable[[Any, Any], Any]) -> tuple[Pass, ...]:
    """Return the passes after which a row has its ``deviation`` s and its ``factor`` c."""

    def adds(m: Functions, action: Named, row: Named) -> Results:
        allowed = action.q > -np.inf
        deviation = m.sqrt(action.variances) / 2 / row.unit
        centred = action.half / row.unit - row.mean
        noise = m.where(allowed, action.visits * (deviation * deviation), 0.0)
        return {"noise": noise, "spread": m.where(allowed, centred * centred, 0.0)}

    def moves(m: Functions, row: Named) -> Results:
        taken = row.count - row.waiting
        pooled = (row.noise + row.spread / row.count) / (row.total - spends * taken + 1.0)
        return {"deviation": m.sqrt(pooled), "factor": factor(m, row)}

    return (_ROW, Pass(adds, moves))


def weight(m: Functions, action: Named, row: Named) -> Number:
    """Return exp(-c gap sqrt(N) / s), or whether an action is untaken where one is; a law."""
    gap = action.half / row.unit
    energy = row.factor * (gap * (m.sqrt(action.visits) / row.deviation))
    # A factor of inf is greedy also where the product underflows beside it.
    likely = m.where(gap > 0, m.where(row.factor == np.inf, 0.0, m.exp(-energy)), 1.0)
    allowed = m.where(action.q > -np.inf, likely, 0.0)
    return m.where(row.waiting > 0, action.is_untaken, allowed)
